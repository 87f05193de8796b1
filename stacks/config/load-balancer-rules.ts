import { isIP } from "node:net";
import { BALANCER_SUBNETS } from "./load-balancer";
import { firstZone } from "./machine/aws";
import { MANAGED_SUBNETS } from "./managed";
import { describing } from "./managed-rules";
import type { RelatedComplaint, Rule } from "./rule";
import { subnetComplaints, zoneComplaints } from "./zone-subnets";

const SECTION = ["loadBalancer"];

const complain = (path: readonly PropertyKey[], reason: string, advice: string): RelatedComplaint[] => [
    { path, reason, advice },
];

/** It is where the machine is. */
const platformRule: Rule = (given) => {
    const platform = given("machine", "platform");
    return typeof platform === "string" && platform !== "aws"
        ? complain(
              SECTION,
              `the stack's machine is not on AWS, but ${platform}`,
              "Leave it out, or give machine.platform aws.",
          )
        : [];
};

/** A certificate is for a name, of the region, and somebody shows that the name is one's own. */
const certificateRule: Rule = (given) => {
    const [arn, zone] = [given("loadBalancer", "certificateArn"), given("loadBalancer", "hostedZoneId")];
    const [serverName, region] = [given("serverName"), given("machine", "region")];
    const isName = typeof serverName === "string" && isIP(serverName) === 0 && serverName.includes(".");
    const arnRegion = typeof arn === "string" ? arn.split(":")[3] : region;
    return [
        ...(isName
            ? []
            : complain(
                  ["serverName"],
                  "it must be a host name where there is a load balancer (loadBalancer), whose certificate is for it",
                  "Give the name that users use.",
              )),
        ...(arn === undefined && zone === undefined
            ? complain(
                  [...SECTION, "certificateArn"],
                  "it must be set where there is no loadBalancer.hostedZoneId",
                  "Give a certificate of ACM, or the hosted zone in which the stack can ask for one.",
              )
            : []),
        ...(arnRegion === region
            ? []
            : complain(
                  [...SECTION, "certificateArn"],
                  `it is not of the machine's region, ${String(region)}`,
                  "Give a certificate of that region: ACM keeps them region by region.",
              )),
    ];
};

/** Users see one certificate, which is ACM's; the machine's own is for the way from the load balancer alone. */
const TLS_MODES: Record<string, readonly [reason: string, advice: string]> = {
    own: [
        "users are shown the certificate of the load balancer (loadBalancer)",
        "Import yours to ACM, give its ARN as loadBalancer.certificateArn, and leave tls out.",
    ],
    acme: [
        "users are shown the certificate of the load balancer (loadBalancer), which ACM renews, and no ACME server reaches the machine",
        "Leave tls out.",
    ],
    none: [
        "the load balancer (loadBalancer) reaches the machine by TLS, and products must know that their users have it",
        "Leave tls out: the machine makes itself a certificate.",
    ],
};

const tlsRule: Rule = (given) => {
    const found = TLS_MODES[String(given("tls", "mode"))];
    return found ? complain(["tls", "mode"], ...found) : [];
};

/** A name leads to one place. */
const recordRule: Rule = (given) => {
    const name = given("machine", "dns", "name");
    return name !== undefined && name === given("serverName")
        ? complain(
              ["machine", "dns", "name"],
              "it is serverName, which leads to the load balancer (loadBalancer)",
              "Give the machine another name, or leave machine.dns out.",
          )
        : [];
};

/** The zone that the machine is in is one of the load balancer's. */
const machineZoneRule: Rule = (given) => {
    const [zones, region] = [given("loadBalancer", "availabilityZones"), given("machine", "region")];
    const named = given("machine", "network", "args", "availabilityZone");
    const own = typeof named === "string" ? named : firstZone(String(region));
    return Array.isArray(zones) && !zones.includes(own)
        ? complain(
              [...SECTION, "availabilityZones"],
              "the machine's zone is not among them, and the load balancer hands nothing on to a zone that it is not in",
              `Give ${own} and another one.`,
          )
        : [];
};

const zonesRule: Rule = (given) => zoneComplaints(SECTION, given);

/** Apart from the subnets of the servers that Amazon runs, where there are any. */
const subnetsRule: Rule = (given) => {
    const service = describing(given);
    const cidr = service && [...service, "cidr"];
    const managed = cidr && ([cidr.join("."), given(...cidr) ?? MANAGED_SUBNETS.network] as const);
    return subnetComplaints(SECTION, BALANCER_SUBNETS, given, managed);
};

/** What a load balancer needs, and what does not go with it; of one that is not on AWS that alone is said. */
export const loadBalancerRules: readonly Rule[] = [
    platformRule,
    ...[certificateRule, tlsRule, recordRule, subnetsRule, machineZoneRule, zonesRule].map(
        (rule): Rule =>
            (given) =>
                given("machine", "platform") === "aws" ? rule(given) : [],
    ),
].map(
    (rule): Rule =>
        (given) =>
            given("loadBalancer") === undefined ? [] : rule(given),
);
