import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedSubnetsArgs } from "../managed";
import type { AwsNetwork } from "./network";

interface Place {
    network: AwsNetwork;
    region: string;
    machineName: string;
}

/** The subnets of the servers that Amazon runs for a machine: two, each in a zone of its own, without a way to the internet. */
export function managedSubnets(
    name: string,
    { network, region, machineName }: Place,
    { subnetIds, cidr, subnetCidrs, availabilityZones }: ManagedSubnetsArgs,
    opts: { parent: pulumi.Resource },
): pulumi.Input<string>[] {
    if (subnetIds !== undefined) {
        return subnetIds;
    }
    const block = new ec2.VpcIpv4CidrBlockAssociation(
        `${name}-network`,
        { vpcId: network.vpcId, cidrBlock: cidr },
        opts,
    );
    const zones = availabilityZones ?? ["a", "b"].map((letter) => `${region}${letter}`);
    return subnetCidrs.map((cidrBlock, index) => {
        const availabilityZone = zones[index]!;
        const tags = { Name: `${machineName}-managed` };
        return new ec2.Subnet(
            `${name}-subnet-${index + 1}`,
            { vpcId: network.vpcId, cidrBlock, availabilityZone, tags },
            { ...opts, dependsOn: block },
        ).id;
    });
}
