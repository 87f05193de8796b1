import { z } from "zod";
import { cidr, text } from "./field";
import { OWN_NETWORK } from "./machine/aws";
import { networkOf, overlap, type Network } from "./network";
import type { Given, RelatedComplaint } from "./rule";

/** Subnets in two zones, for what Amazon runs beside the machine. */
export interface ZoneSubnets {
    /** Their network where the configuration says nothing: the halves of it are theirs. */
    network: string;
    /** The longest prefix of it: what Amazon puts there has room in each half. */
    longestPrefix: number;
}

/** The keys of such subnets. @param kind what subnets they must be. @param zones which zones are taken where none are given */
export const zoneSubnetKeys = ({ network, longestPrefix }: ZoneSubnets, kind: string, zones: string) => ({
    cidr: cidr(network)
        .optional()
        .meta({
            description: `The network, /16 to /${longestPrefix}, of the two subnets that are made for it: a further one of the VPC.`,
            defaultText: network,
        }),
    availabilityZones: z
        .array(text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'a zone of the region, e.g. "eu-central-1a"'))
        .length(2)
        .optional()
        .meta({ description: "Zones of these subnets.", defaultText: zones }),
    subnetIds: z
        .array(text(/^subnet-[0-9a-f]{8,17}$/, 'an id of AWS, e.g. "subnet-0123456789abcdef0"'))
        .min(2)
        .optional()
        .meta({
            description: `${kind} that are there already, in two zones or more; of the VPC of \`machine.network.existing\`, with which they must be set.`,
            defaultText: "two that are made",
        }),
});

const complaint = (section: readonly string[], key: string, reason: string, advice?: string): RelatedComplaint => ({
    path: [...section, key],
    reason,
    ...(advice && { advice }),
});

/**
 * Subnets that are there already are of a network that is, and others are made, apart from all else that the VPC has.
 * @param other a network that the VPC has besides the machine's, and the key that names it
 */
export function subnetComplaints(
    section: readonly string[],
    subnets: ZoneSubnets,
    given: Given,
    other?: readonly [key: string, network: unknown],
): RelatedComplaint[] {
    const own = (key: string) => given(...section, key);
    if (given("machine", "network", "existing") === undefined) {
        const advice = "Give machine.network.existing, or leave them out.";
        const machine = [
            "machine.network.args.cidr",
            given("machine", "network", "args", "cidr") ?? OWN_NETWORK,
        ] as const;
        return own("subnetIds") === undefined
            ? networkComplaints(section, subnets, own("cidr"), [machine, ...(other ? [other] : [])])
            : [complaint(section, "subnetIds", "they are of a network that is there already", advice)];
    }
    const reason = "the stack makes no subnets in a network that is there already";
    return [
        ...(own("subnetIds") === undefined ? [complaint(section, "subnetIds", `it must be set: ${reason}`)] : []),
        ...["cidr", "availabilityZones"]
            .filter((key) => own(key) !== undefined)
            .map((key) => complaint(section, key, reason, "Leave it out.")),
    ];
}

/** The VPC's networks are apart, and the further one can be halved. */
function networkComplaints(
    section: readonly string[],
    { network, longestPrefix }: ZoneSubnets,
    cidr: unknown,
    others: readonly (readonly [key: string, network: unknown])[],
): RelatedComplaint[] {
    const own = networkOf(cidr ?? network);
    if (own === undefined) {
        return []; // The schema says so.
    }
    if (own.family === 6 || own.prefix < 16 || own.prefix > longestPrefix) {
        const advice = `Give an IPv4 network from /16 to /${longestPrefix}.`;
        return [complaint(section, "cidr", "a VPC cannot have two subnets of it", advice)];
    }
    const overlapping = others
        .map(([key, other]): [string, Network | undefined] => [key, networkOf(other)])
        .find(([, other]) => other !== undefined && overlap(own, other));
    return overlapping
        ? [complaint(section, "cidr", `it overlaps with ${overlapping[0]}`, "Give networks that are apart.")]
        : [];
}

/** The zones are two, of the machine's region. */
export function zoneComplaints(section: readonly string[], given: Given): RelatedComplaint[] {
    const key = "availabilityZones";
    const [own, region] = [given(...section, key), given("machine", "region")];
    if (!Array.isArray(own) || typeof region !== "string") {
        return [];
    }
    const elsewhere = own.filter((zone) => typeof zone === "string" && !zone.startsWith(region));
    return [
        ...elsewhere.map((zone) =>
            complaint(section, key, `${zone} is not in the region ${region}`, `Give zones of ${region}.`),
        ),
        ...(own.length > 1 && new Set(own).size === 1
            ? [complaint(section, key, "both are the same", "Give two zones.")]
            : []),
    ];
}
