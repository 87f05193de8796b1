import { MANAGED_SUBNETS } from "./managed";
import type { Given, RelatedComplaint, Rule } from "./rule";
import { subnetComplaints, zoneComplaints } from "./zone-subnets";

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

const subnets: Check = (service, given) =>
    nameOf(firstOf(given)) === nameOf(service) ? subnetComplaints(service, MANAGED_SUBNETS, given) : [];

const firstOf = (given: Given): ManagedService => describing(given) ?? SERVICES[0];

/** The server whose keys say where all of a stack's are; undefined where it has none. */
export const describing = (given: Given): ManagedService | undefined =>
    SERVICES.find((service) => given(...service) !== undefined);

/** What a server of Amazon's needs, and what does not go with it. @param own what is so of this one alone */
export const managedRules = (service: ManagedService, own: readonly Rule[] = []): readonly Rule[] =>
    [
        ...[inOnePlace, describedOnce, subnets, zoneComplaints].map(
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
