import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { AwsNetwork } from "./network";

export interface DatabaseSubnetsArgs {
    network: AwsNetwork;
    region: string;
    machineName: string;
    /** Subnets of two zones that are there already. @default two that are made */
    subnetIds?: string[];
    /** What the VPC gets besides its own network, for the subnets that are made. */
    cidr: string;
    /** Of the subnets that are made. */
    subnetCidrs: readonly string[];
    /** @default the region's first two */
    availabilityZones?: string[];
}

/** The subnets of a database: two, each in a zone of its own, without a way to the internet. */
export function databaseSubnets(
    name: string,
    args: DatabaseSubnetsArgs,
    opts: { parent: pulumi.Resource },
): pulumi.Input<string>[] {
    const { network, region, machineName, subnetIds, cidr, subnetCidrs } = args;
    if (subnetIds !== undefined) {
        return subnetIds;
    }
    const block = new ec2.VpcIpv4CidrBlockAssociation(
        `${name}-network`,
        { vpcId: network.vpcId, cidrBlock: cidr },
        opts,
    );
    const zones = args.availabilityZones ?? ["a", "b"].map((letter) => `${region}${letter}`);
    return subnetCidrs.map((cidrBlock, index) => {
        const availabilityZone = zones[index]!;
        const tags = { Name: `${machineName}-database` };
        return new ec2.Subnet(
            `${name}-subnet-${index + 1}`,
            { vpcId: network.vpcId, cidrBlock, availabilityZone, tags },
            { ...opts, dependsOn: block },
        ).id;
    });
}
