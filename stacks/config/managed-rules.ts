import { OWN_NETWORK } from "./machine/aws";
import { MANAGED_NETWORK } from "./managed";
import { networkOf, overlap } from "./network";
import type { Given, RelatedComplaint, Rule } from "./rule";

/** The keys of servers that Amazon runs. The first of them that a stack has says where all of its are. */
const SERVICES = [
    ["postgresql", "rds"],
    ["redis", "elasticache"],
] as const;

/** The key of such a server. */
export type ManagedService = (typeof SERVICES)[number];

type Check = (service: ManagedService, given: Given) => RelatedComplaint[];

const nameOf = (service: ManagedService) => service.join(".");

const complain = (service: ManagedService, key: string, reason: string, advice?: string): RelatedComplaint => ({
    path: [...service, ...(key ? [key] : [])],
    reason,
    ...(advice && { advice }),
});

/** A server is in one place, and Amazon's is where the machine is. */
const inOnePlace: Check = (service, given) => {
    const [section] = service;
    const platform = given("machine", "platform");
    const others = (["url", "machine"] as const).filter((key) => given(section, key) !== undefined);
    return [
        ...(typeof platform === "string" && platform !== "aws"
            ? [
                  complain(
                      service,
                      "",
                      `the stack's machine is not on AWS, but ${platform}`,
                      "Leave it out, or give machine.platform aws.",
                  ),
              ]
            : []),
        ...others.map((key) =>
            complain(
                service,
                "",
                `${section}.${key} names another server`,
                `Leave one of the two out: ${section}.${key} or ${nameOf(service)}.`,
            ),
        ),
    ];
};

/** Two servers of a stack are in the same subnets, which are described once. */
const describedOnce: Check = (service, given) => {
    const first = nameOf(firstOf(given));
    const reason = `it is in the subnets of ${first}`;
    return first === nameOf(service)
        ? []
        : ["cidr", "availabilityZones", "subnetIds"]
              .filter((key) => given(...service, key) !== undefined)
              .map((key) => complain(service, key, reason, `Leave it out: ${first}.${key} is for both.`));
};

/** Subnets that are there already are of a network that is, and others are made. */
const subnets: Check = (service, given) => {
    const own = (key: string) => given(...service, key);
    if (nameOf(firstOf(given)) !== nameOf(service)) {
        return [];
    }
    if (given("machine", "network", "existing") === undefined) {
        const advice = "Give machine.network.existing, or leave them out.";
        return own("subnetIds") === undefined
            ? networks(service, given)
            : [complain(service, "subnetIds", "they are of a network that is there already", advice)];
    }
    const reason = "the stack makes no subnets in a network that is there already";
    return [
        ...(own("subnetIds") === undefined ? [complain(service, "subnetIds", `it must be set: ${reason}`)] : []),
        ...["cidr", "availabilityZones"]
            .filter((key) => own(key) !== undefined)
            .map((key) => complain(service, key, reason, "Leave it out.")),
    ];
};

/** The VPC's two networks are apart, and the second one can be halved. */
const networks: Check = (service, given) => {
    const own = networkOf(given(...service, "cidr") ?? MANAGED_NETWORK);
    const vpc = networkOf(given("machine", "network", "args", "cidr") ?? OWN_NETWORK);
    if (own === undefined || vpc === undefined) {
        return []; // The schema says so.
    }
    if (own.family === 6 || own.prefix < 16 || own.prefix > 27) {
        const advice = "Give an IPv4 network from /16 to /27.";
        return [complain(service, "cidr", "a VPC cannot have two subnets of it", advice)];
    }
    return overlap(own, vpc)
        ? [complain(service, "cidr", "it overlaps with machine.network.args.cidr", "Give networks that are apart.")]
        : [];
};

const zones: Check = (service, given) => {
    const key = "availabilityZones";
    const [own, region] = [given(...service, key), given("machine", "region")];
    if (!Array.isArray(own) || typeof region !== "string") {
        return [];
    }
    const elsewhere = own.filter((zone) => typeof zone === "string" && !zone.startsWith(region));
    return [
        ...elsewhere.map((zone) =>
            complain(service, key, `${zone} is not in the region ${region}`, `Give zones of ${region}.`),
        ),
        ...(own.length > 1 && new Set(own).size === 1
            ? [complain(service, key, "both are the same", "Give two zones.")]
            : []),
    ];
};

const firstOf = (given: Given): ManagedService =>
    SERVICES.find((service) => given(...service) !== undefined) ?? SERVICES[0];

/** What a server of Amazon's needs, and what does not go with it. @param own what is so of this one alone */
export const managedRules = (service: ManagedService, own: readonly Rule[]): readonly Rule[] =>
    [
        ...[inOnePlace, describedOnce, subnets, zones].map(
            (check): Rule =>
                (given) =>
                    check(service, given),
        ),
        ...own,
    ].map(
        (rule): Rule =>
            (given) =>
                given(...service) === undefined ? [] : rule(given),
    );
