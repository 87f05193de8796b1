import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { hostNetwork, type FirewallRule } from "../machine";

/** The machine's security group: everything may go out, nothing may come in until a rule lets it. */
export function securityGroup(
    name: string,
    { vpcId, machineName }: { vpcId: pulumi.Input<string>; machineName: string },
    opts: { parent: pulumi.Resource },
): ec2.SecurityGroup {
    const tags = { Name: machineName };
    const description = "What may reach the machine. Rules are resources of their own.";
    const group = new ec2.SecurityGroup(name, { vpcId, description, tags }, opts);
    for (const [version, range] of [
        ["ipv4", { cidrIpv4: "0.0.0.0/0" }],
        ["ipv6", { cidrIpv6: "::/0" }],
    ] as const) {
        const why = "Packages, mirrors, time, and the servers that the product asks";
        new vpc.SecurityGroupEgressRule(
            `${name}-out-${version}`,
            { securityGroupId: group.id, ipProtocol: "-1", ...range, description: why, tags },
            opts,
        );
    }
    return group;
}

/** Rules that let networks in: a resource for each network, or machine, and port, so that a change touches that one alone. */
export class IngressRules extends pulumi.ComponentResource {
    constructor(
        name: string,
        { securityGroupId, machineName }: { securityGroupId: pulumi.Input<string>; machineName: string },
        rules: readonly FirewallRule[],
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:machine:IngressRules", name, {}, opts);

        const letIn = ({ description, port }: FirewallRule, whom: string, range: IpRange) =>
            new vpc.SecurityGroupIngressRule(
                `${name}-${port}-${whom}`,
                {
                    securityGroupId,
                    description,
                    ipProtocol: "tcp",
                    fromPort: port,
                    toPort: port,
                    ...range,
                    tags: { Name: machineName },
                },
                { parent: this },
            );
        for (const rule of rules) {
            for (const cidr of rule.cidrs) {
                letIn(rule, cidr, cidr.includes(":") ? { cidrIpv6: cidr } : { cidrIpv4: cidr });
            }
            for (const machine of rule.machines ?? []) {
                letIn(rule, machine.machineName, { cidrIpv4: machine.privateAddress.apply(hostNetwork) });
            }
        }
        this.registerOutputs();
    }
}

type IpRange = Pick<vpc.SecurityGroupIngressRuleArgs, "cidrIpv4" | "cidrIpv6">;
