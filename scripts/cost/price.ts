import prices from "./prices.json";

/** A resource that a stack would make. */
export interface StackResource {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}

/** One line of the bill: an amount, or the reason why there is none. */
export interface CostLine {
    resource: string;
    what: string;
    /** US dollars a month; undefined where the table has no price with a source. */
    usd: number | undefined;
    /** What one unit costs, of a charge for what is used, e.g. `0.023 per GiB-month`: no amount, since nobody knows how much it will be. */
    rate?: string;
    /** Where the price is from, and when it was so. */
    source?: string;
}

/** AWS's own convention: 365 days of 24 hours, by twelve. */
const HOURS_PER_MONTH = 730;

/** What AWS takes nothing for: networks without gateways for address translation, rules, roles, links between resources, public certificates. */
const NO_CHARGE = new Set([
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:dlm/lifecyclePolicy:LifecyclePolicy",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/eipAssociation:EipAssociation",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/keyPair:KeyPair",
    "aws:ec2/route:Route",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/volumeAttachment:VolumeAttachment",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    "aws:elasticache/parameterGroup:ParameterGroup",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/role:Role",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/user:User",
    "aws:iam/userPolicy:UserPolicy",
    "aws:lb/listener:Listener",
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
]);

/** What the resources of a stack cost a month. What has no price in the table is listed without one, and never guessed. */
export function costs(resources: readonly StackResource[], region: string): CostLine[] {
    return resources
        .filter(({ type }) => type.startsWith("aws:") && !NO_CHARGE.has(type))
        .flatMap((resource) => charges(resource, region));
}

function charges({ type, name, inputs }: StackResource, region: string): CostLine[] {
    const line = (what: string, count: number, suffix = "") => charge(name, what, count, region, suffix);
    switch (type) {
        case "aws:ec2/instance:Instance": {
            const { volumeSize } = inputs["rootBlockDevice"] as { volumeSize: number };
            return [
                line(`instance ${String(inputs["instanceType"])}`, HOURS_PER_MONTH),
                line("gp3 storage", volumeSize, `, ${volumeSize} GiB (root)`),
                ...(inputs["monitoring"] === true ? [line("detailed monitoring", 1)] : []),
            ];
        }
        case "aws:ebs/volume:Volume": {
            const size = Number(inputs["size"]);
            const tags = inputs["tags"] as Record<string, string>;
            return [
                line(`${String(inputs["type"])} storage`, size, `, ${size} GiB`),
                ...("science-stacks:snapshots" in tags ? [line("snapshots, by the blocks that change", 1)] : []),
            ];
        }
        case "aws:s3/bucket:Bucket":
            return [byUse(name, "S3 standard storage", region), byUse(name, "S3 requests to write", region)];
        case "aws:rds/instance:Instance": {
            const { instanceClass, multiAz, allocatedStorage } = inputs;
            const zones = multiAz === true ? "two zones" : "one zone";
            return [
                line(`PostgreSQL of RDS, ${String(instanceClass)}, ${zones}`, HOURS_PER_MONTH),
                line(`gp3 storage of RDS, ${zones}`, Number(allocatedStorage), `, ${String(allocatedStorage)} GiB`),
            ];
        }
        case "aws:elasticache/replicationGroup:ReplicationGroup": {
            const { engine, nodeType, numCacheClusters } = inputs;
            const nodes = Number(numCacheClusters);
            return [
                line(`ElastiCache, ${String(engine)}, ${String(nodeType)}`, nodes * HOURS_PER_MONTH, nodesText(nodes)),
                line("snapshots of ElastiCache, by their size", 1),
            ];
        }
        case "aws:lb/loadBalancer:LoadBalancer":
            return [
                line("application load balancer", HOURS_PER_MONTH),
                byUse(name, "capacity units of a load balancer", region),
                // One in each zone at least: more where there is much to do.
                line("public IPv4 address", 2 * HOURS_PER_MONTH, ", two of the load balancer"),
            ];
        case "aws:ec2/eip:Eip":
            return [line("public IPv4 address", HOURS_PER_MONTH)];
        // Of a name that leads to something of Amazon's, queries are free.
        case "aws:route53/record:Record":
            return inputs["aliases"] ? [] : [byUse(name, "queries of Route 53", region)];
        default:
            return [line(type.replace(/^.*:/, ""), 1)];
    }
}

const nodesText = (count: number) => (count === 1 ? ", one node" : `, ${count} nodes`);

function byUse(resource: string, what: string, region: string): CostLine {
    const price = priceOf(what, region);
    return {
        resource,
        what: `${what}, by use`,
        usd: undefined,
        ...(price && { rate: `${price.usd} per ${price.per}`, source: `${price.source}, ${price.date}` }),
    };
}

const priceOf = (what: string, region: string) =>
    prices.find((each) => each.what === what && [region, "*"].includes(each.region));

function charge(resource: string, what: string, count: number, region: string, suffix: string): CostLine {
    const price = priceOf(what, region);
    return {
        resource,
        what: what + suffix,
        usd: price === undefined ? undefined : price.usd * count,
        source: price && `${price.source}, ${price.date}`,
    };
}
