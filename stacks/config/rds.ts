import { z } from "zod";
import { cidr, text, wholeNumber } from "./field";
import { OWN_NETWORK } from "./machine/aws";
import { networkOf, overlap } from "./network";
import type { RelatedComplaint, Rule } from "./rule";

/** Of the subnets that are made for a database, where the configuration says nothing. */
export const DATABASE_NETWORK = "10.81.0.0/24";

/** The key of `postgresql` for a server of Amazon's. */
export const ownRds = () => ({
    rds: z
        .strictObject({
            instanceClass: text(/^db\.[a-z]\w*\.\w+$/, 'a class of RDS, e.g. "db.t4g.medium"')
                .default("db.t4g.medium")
                .meta({ description: "Processors and memory." }),
            version: z.enum(["17", "16", "15"]).default("17").meta({
                description:
                    "PostgreSQL's major version. A newer one is an upgrade by RDS, which makes a snapshot first; there is no way down.",
            }),
            storageGiB: wholeNumber(20, 65536).default(20).meta({
                unit: "GiB",
                description: "Size of the storage; it grows in place and cannot shrink.",
            }),
            multiAz: z.boolean().default(true).meta({
                description: "A second server in another zone takes over when the first one, or its zone, fails.",
            }),
            backupDays: wholeNumber(1, 35).default(14).meta({
                unit: "days",
                description: "How long RDS keeps its backups: to any second of that time the data can be brought back.",
            }),
            cidr: cidr(DATABASE_NETWORK).optional().meta({
                description: "The network, /16 to /27, of the two subnets that are made for it: the VPC's second one.",
                defaultText: DATABASE_NETWORK,
            }),
            availabilityZones: z
                .array(text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'a zone of the region, e.g. "eu-central-1a"'))
                .length(2)
                .optional()
                .meta({ description: "Zones of these subnets.", defaultText: "the region's first two" }),
            subnetIds: z
                .array(text(/^subnet-[0-9a-f]{8,17}$/, 'an id of AWS, e.g. "subnet-0123456789abcdef0"'))
                .min(2)
                .optional()
                .meta({
                    description:
                        "Subnets, in two zones or more, that are there already; of the VPC of `machine.network.existing`, with which they must be set.",
                    defaultText: "two that are made",
                }),
            onDestroy: z.enum(["delete", "refuse"]).default("refuse").meta({
                description:
                    "What becomes of it when the stack is destroyed: `delete`, after a last snapshot that stays; or `refuse` to destroy the stack at all.",
            }),
        })
        .optional()
        .meta({
            description: "A PostgreSQL server of Amazon RDS, of a stack on AWS (docs/more-machines.md).",
            defaultText: "none",
        }),
});

/** A server is in one place, and Amazon's is where the machine is. */
const placeRule: Rule = (given) => {
    const platform = given("machine", "platform");
    const others = (["url", "machine"] as const).filter((key) => given("postgresql", key) !== undefined);
    return [
        ...(typeof platform === "string" && platform !== "aws"
            ? [
                  complain(
                      "",
                      `the stack's machine is not on AWS, but ${platform}`,
                      "Leave it out, or give machine.platform aws.",
                  ),
              ]
            : []),
        ...others.map((key) =>
            complain(
                "",
                `postgresql.${key} names another server`,
                `Leave one of the two out: postgresql.${key} or postgresql.rds.`,
            ),
        ),
    ];
};

const authorityRule: Rule = (given) =>
    given("postgresql", "authority") === undefined
        ? [
              {
                  path: ["postgresql", "authority"],
                  reason: "it must be set: no operating system knows the authorities of RDS",
                  advice: "Give the bundle of the region, e.g. https://truststore.pki.rds.amazonaws.com/eu-central-1/eu-central-1-bundle.pem.",
              },
          ]
        : [];

/** Subnets that are there already are of a network that is, and others are made. */
const subnetsRule: Rule = (given) => {
    const own = (key: string) => given("postgresql", "rds", key);
    if (given("machine", "network", "existing") === undefined) {
        const advice = "Give machine.network.existing, or leave them out.";
        return own("subnetIds") === undefined
            ? networkComplaints(own("cidr"), given("machine", "network", "args", "cidr"))
            : [complain("subnetIds", "they are of a network that is there already", advice)];
    }
    const reason = "the stack makes no subnets in a network that is there already";
    return [
        ...(own("subnetIds") === undefined ? [complain("subnetIds", `it must be set: ${reason}`)] : []),
        ...["cidr", "availabilityZones"]
            .filter((key) => own(key) !== undefined)
            .map((key) => complain(key, reason, "Leave it out.")),
    ];
};

/** The VPC's two networks are apart, and the second one can be halved. */
function networkComplaints(second: unknown, first: unknown): RelatedComplaint[] {
    const [own, vpc] = [networkOf(second ?? DATABASE_NETWORK), networkOf(first ?? OWN_NETWORK)];
    if (own === undefined || vpc === undefined) {
        return []; // The schema says so.
    }
    if (own.family === 6 || own.prefix < 16 || own.prefix > 27) {
        return [complain("cidr", "a VPC cannot have two subnets of it", "Give an IPv4 network from /16 to /27.")];
    }
    return overlap(own, vpc)
        ? [complain("cidr", "it overlaps with machine.network.args.cidr", "Give networks that are apart.")]
        : [];
}

const zonesRule: Rule = (given) => {
    const [zones, region] = [given("postgresql", "rds", "availabilityZones"), given("machine", "region")];
    if (!Array.isArray(zones) || typeof region !== "string") {
        return [];
    }
    const elsewhere = zones.filter((zone) => typeof zone === "string" && !zone.startsWith(region));
    return [
        ...elsewhere.map((zone) =>
            complain("availabilityZones", `${zone} is not in the region ${region}`, `Give zones of ${region}.`),
        ),
        ...(zones.length > 1 && new Set(zones).size === 1
            ? [complain("availabilityZones", "both are the same", "Give two zones.")]
            : []),
    ];
};

const complain = (key: string, reason: string, advice?: string): RelatedComplaint => ({
    path: ["postgresql", "rds", ...(key ? [key] : [])],
    reason,
    ...(advice && { advice }),
});

/** What a server of Amazon's needs, and what does not go with it. */
export const rdsRules: readonly Rule[] = [placeRule, authorityRule, subnetsRule, zonesRule].map(
    (rule): Rule =>
        (given) =>
            given("postgresql", "rds") === undefined ? [] : rule(given),
);
