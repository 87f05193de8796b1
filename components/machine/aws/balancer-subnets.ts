import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { ZoneSubnetsArgs } from "../managed";
import type { AwsNetwork } from "./network";
import { zoneSubnets } from "./zone-subnets";

/** Subnets that are there already. */
export interface GivenSubnets {
    readonly ids: string[];
    /** Theirs, in CIDR notation. */
    readonly networks: string[];
}

/**
 * Looks up subnets that are there already.
 * @throws RunError where none of them is in the machine's zone: a load balancer hands nothing on to a zone in which it has no subnet
 */
export async function lookUpSubnets(
    ids: string[],
    machineSubnetId: string,
    opts: pulumi.InvokeOptions,
): Promise<GivenSubnets> {
    const [machine, ...subnets] = await Promise.all([machineSubnetId, ...ids].map((id) => ec2.getSubnet({ id }, opts)));
    const zone = machine!.availabilityZone;
    if (!subnets.some(({ availabilityZone }) => availabilityZone === zone)) {
        throw new pulumi.RunError(
            `loadBalancer.subnetIds: none of these subnets is in ${zone}, the machine's zone, and a load balancer hands nothing on to a ` +
                "zone in which it has no subnet.\n  Give a subnet of that zone as well.",
        );
    }
    return { ids, networks: subnets.map(({ cidrBlock }) => cidrBlock) };
}

interface Place {
    network: AwsNetwork;
    region: string;
    tags: Record<string, string>;
    /** @default two are made */
    given?: GivenSubnets;
}

/** Where a load balancer is. */
interface BalancerSubnets {
    readonly ids: pulumi.Input<string>[];
    /** Where its requests come from. */
    readonly networks: readonly string[];
    /** What must be there before the internet reaches it. */
    readonly routed: pulumi.Resource[];
}

/** Subnets with a way to the internet. */
export function balancerSubnets(
    name: string,
    { given, network, ...place }: Place,
    args: ZoneSubnetsArgs,
    opts: { parent: pulumi.Resource },
): BalancerSubnets {
    if (given !== undefined) {
        return { ...given, routed: network.routed };
    }
    const { ids, routed } = zoneSubnets(name, { ...place, network, routes: network.routes }, args, opts);
    return { ids, networks: args.subnetCidrs, routed: [...network.routed, ...routed] };
}
