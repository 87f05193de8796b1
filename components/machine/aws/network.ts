import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

/** A subnet that is there already, or a VPC that is made; with neither, one is made with the defaults. Never both. */
export interface AwsNetworkArgs {
    args?: {
        /** Of the VPC and of its one subnet. @default 10.80.0.0/24 */
        cidr?: string;
        /** @default the region's first zone */
        availabilityZone?: string;
    };
    existing?: {
        subnetId: string;
        /** It has a route from the internet. @default true */
        public?: boolean;
    };
}

/** Where an instance is. */
export interface AwsNetwork {
    readonly vpcId: pulumi.Output<string>;
    readonly subnetId: pulumi.Output<string>;
    readonly availabilityZone: pulumi.Output<string>;
    /** An Elastic IP reaches it. */
    readonly public: boolean;
    /** What an instance must wait for so that its first boot reaches the internet. */
    readonly routed: pulumi.Resource[];
    /** The table of routes that leads to the internet. Of a network that is there already nobody asks for it. */
    readonly routes?: pulumi.Output<string>;
}

export function awsNetwork(
    name: string,
    region: string,
    { args, existing }: AwsNetworkArgs,
    opts: { parent: pulumi.Resource },
): AwsNetwork {
    if (args !== undefined && existing !== undefined) {
        throw new Error(`${name}: give a subnet that is there already, or the arguments of one that is to be made`);
    }
    return existing === undefined ? ownNetwork(name, region, args ?? {}, opts) : existingNetwork(existing, opts);
}

function existingNetwork(
    { subnetId, public: isPublic = true }: NonNullable<AwsNetworkArgs["existing"]>,
    opts: { parent: pulumi.Resource },
): AwsNetwork {
    const subnet = ec2.getSubnetOutput({ id: subnetId }, opts);
    return {
        vpcId: subnet.vpcId,
        subnetId: subnet.id,
        availabilityZone: subnet.availabilityZone,
        public: isPublic,
        routed: [],
    };
}

/** A VPC with one public subnet. Its default security group, which anything may be put in by accident, lets nothing through. */
function ownNetwork(
    name: string,
    region: string,
    { cidr: cidrBlock = "10.80.0.0/24", availabilityZone = `${region}a` }: NonNullable<AwsNetworkArgs["args"]>,
    opts: { parent: pulumi.Resource },
): AwsNetwork {
    const tags = { Name: pulumi.getStack() };
    const vpc = new ec2.Vpc(`${name}-vpc`, { cidrBlock, enableDnsHostnames: true, tags }, opts);
    const subnet = new ec2.Subnet(`${name}-subnet`, { vpcId: vpc.id, cidrBlock, availabilityZone, tags }, opts);
    const gateway = new ec2.InternetGateway(`${name}-gateway`, { vpcId: vpc.id, tags }, opts);
    const routes = new ec2.RouteTable(`${name}-routes`, { vpcId: vpc.id, tags }, opts);
    const way = new ec2.Route(
        `${name}-internet`,
        { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
        opts,
    );
    const association = new ec2.RouteTableAssociation(
        `${name}-routes-of-subnet`,
        { routeTableId: routes.id, subnetId: subnet.id },
        opts,
    );
    new ec2.DefaultSecurityGroup(`${name}-default-group`, { vpcId: vpc.id, ingress: [], egress: [], tags }, opts);
    return {
        vpcId: vpc.id,
        subnetId: subnet.id,
        availabilityZone: pulumi.output(availabilityZone),
        public: true,
        routed: [way, association],
        routes: routes.id,
    };
}
