import { known, type ResourceRule } from "../rule";

/** What people look for in an account, and what is paid for. */
const TAGGED = [
    "aws:acm/certificate:Certificate",
    "aws:dlm/lifecyclePolicy:LifecyclePolicy",
    "aws:ebs/volume:Volume",
    "aws:ec2/eip:Eip",
    "aws:ec2/instance:Instance",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/keyPair:KeyPair",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:elasticache/parameterGroup:ParameterGroup",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/role:Role",
    "aws:iam/user:User",
    "aws:lb/listener:Listener",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:rds/instance:Instance",
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:s3/bucket:Bucket",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
];

type Tags = Record<string, string>;

export const tags: ResourceRule = {
    name: "tags",
    description: "Everything has the tags Project, Stack and Name.",
    violations: ({ type, props, provider }) => {
        if (!TAGGED.includes(type)) {
            return [];
        }
        const own = known(() => ({ ...(props["tags"] as Tags | undefined) }));
        const common = known(() => commonTags(provider?.props["defaultTags"]));
        if (own === undefined || common === undefined) {
            return [];
        }
        const missing = ["Project", "Stack", "Name"].filter((tag) => ({ ...common, ...own })[tag] === undefined);
        return missing.length === 0 ? [] : [`It has no tag ${missing.join(", ")}.`];
    },
};

/** A provider's arguments that are no texts come as JSON. */
function commonTags(defaultTags: unknown): Tags {
    const given = (typeof defaultTags === "string" ? JSON.parse(defaultTags) : (defaultTags ?? {})) as { tags?: Tags };
    return given.tags ?? {};
}
