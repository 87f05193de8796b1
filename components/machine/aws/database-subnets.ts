import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { AwsNetwork } from "./network";

export interface DatabaseSubnetsArgs {
    network: AwsNetwork;
    region: string;
    machineName: string;
    /** Subnets of two zones that are there already. @default two that are made */
    subnetIds?: string[];
    /** Of both subnets that are made: the VPC gets it besides its own. @default 10.81.0.0/24 */
    cidr?: string;
    /** @default the region's first two */
    availabilityZones?: string[];
}

/** The subnets of a database: two, each in a zone of its own, without a way to the internet. */
export function databaseSubnets(
    name: string,
    args: DatabaseSubnetsArgs,
    opts: { parent: pulumi.Resource },
): pulumi.Input<string>[] {
    const { network, region, machineName, subnetIds, cidr = "10.81.0.0/24" } = args;
    if (subnetIds !== undefined) {
        return subnetIds;
    }
    const block = new ec2.VpcIpv4CidrBlockAssociation(
        `${name}-network`,
        { vpcId: network.vpcId, cidrBlock: cidr },
        opts,
    );
    const zones = args.availabilityZones ?? ["a", "b"].map((letter) => `${region}${letter}`);
    return halves(cidr).map((cidrBlock, index) => {
        const availabilityZone = zones[index]!;
        const tags = { Name: `${machineName}-database` };
        return new ec2.Subnet(
            `${name}-subnet-${index + 1}`,
            { vpcId: network.vpcId, cidrBlock, availabilityZone, tags },
            { ...opts, dependsOn: block },
        ).id;
    });
}

/** The two halves of an IPv4 network. */
function halves(cidr: string): string[] {
    const [address = "", prefix] = cidr.split("/");
    const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    const length = Number(prefix) + 1;
    return [first, first + 2 ** (32 - length)].map((value) => {
        const parts = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
        return `${parts.join(".")}/${length}`;
    });
}
