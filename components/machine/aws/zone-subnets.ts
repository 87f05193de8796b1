import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { ZoneSubnetsArgs } from "../managed";
import type { AwsNetwork } from "./network";

interface Place {
    network: AwsNetwork;
    region: string;
    /** What the console shows them by. */
    tags: Record<string, string>;
    /** The table of routes that leads them to the internet. @default none does */
    routes?: pulumi.Output<string>;
}

/** Two subnets, each in a zone of its own. */
export interface ZoneSubnets {
    readonly ids: pulumi.Input<string>[];
    /** What must be there before the internet reaches them. */
    readonly routed: pulumi.Resource[];
}

/** Subnets of a network of their own in the machine's VPC. */
export function zoneSubnets(
    name: string,
    { network, region, tags, routes }: Place,
    { cidr, subnetCidrs, availabilityZones }: ZoneSubnetsArgs,
    opts: { parent: pulumi.Resource },
): ZoneSubnets {
    const block = new ec2.VpcIpv4CidrBlockAssociation(
        `${name}-network`,
        { vpcId: network.vpcId, cidrBlock: cidr },
        opts,
    );
    const zones = availabilityZones ?? ["a", "b"].map((letter) => `${region}${letter}`);
    const made = subnetCidrs.map((cidrBlock, index) => {
        const availabilityZone = zones[index]!;
        const subnet = new ec2.Subnet(
            `${name}-subnet-${index + 1}`,
            { vpcId: network.vpcId, cidrBlock, availabilityZone, tags },
            { ...opts, dependsOn: block },
        );
        const association =
            routes &&
            new ec2.RouteTableAssociation(
                `${name}-routes-of-subnet-${index + 1}`,
                { routeTableId: routes, subnetId: subnet.id },
                opts,
            );
        return { id: subnet.id, routed: association ? [association] : [] };
    });
    return { ids: made.map(({ id }) => id), routed: made.flatMap(({ routed }) => routed) };
}
