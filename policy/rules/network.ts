import { known, type Resource, type ResourceRule } from "../rule";

const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const OWN_RULES = [INGRESS_RULE, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"];
/** Groups with rules inside them, and the older kind of rule resource: neither is to be mixed with the others. */
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const OLDER_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";

/** Prefixes that are shorter cover so much of the internet that they restrict nobody. */
const SHORTEST = { cidrIpv4: 8, cidrIpv6: 16 } as const;

const letsSshIn = ({ fromPort, toPort, ipProtocol }: Record<string, unknown>) =>
    ipProtocol === "-1" || (Number(fromPort ?? 0) <= 22 && 22 <= Number(toPort ?? 65535) && ipProtocol !== "udp");

function isWide({ props }: Resource): boolean {
    return (Object.keys(SHORTEST) as (keyof typeof SHORTEST)[]).some((key) => {
        const cidr = known(() => props[key] as string | undefined);
        return cidr !== undefined && Number(cidr.split("/")[1]) < SHORTEST[key];
    });
}

export const noSshFromTheWorld: ResourceRule = {
    name: "no-ssh-from-the-world",
    description: "SSH is open to named networks only, or to nobody.",
    violations: (resource) =>
        resource.type === INGRESS_RULE && letsSshIn(resource.props) && isWide(resource)
            ? ["It opens SSH to the whole internet, or a large part of it."]
            : [],
};

export const rulesOfTheirOwn: ResourceRule = {
    name: "rules-of-their-own",
    description: "Each rule of a security group is a resource for one network, with a description.",
    violations: ({ type, props }) => {
        const inline =
            type === GROUP &&
            (["ingress", "egress"] as const).some((way) => known(() => ((props[way] ?? []) as unknown[]).length > 0));
        return [
            ...(type === OLDER_RULE ? ["Use SecurityGroupIngressRule or SecurityGroupEgressRule."] : []),
            ...(inline ? ["Its rules are inside it: they overwrite those that are resources."] : []),
            ...(OWN_RULES.includes(type) && known(() => !props["description"]) ? ["It has no description."] : []),
        ];
    },
};
