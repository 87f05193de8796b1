import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type { FirewallRule } from "../machine";

/** The machine's security group: everything may go out, nothing may come in until a rule lets it. */
export function securityGroup(
    name: string,
    vpcId: pulumi.Input<string>,
    opts: { parent: pulumi.Resource },
): ec2.SecurityGroup {
    const tags = { Name: pulumi.getStack() };
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

/** Rules that let networks in: a resource for each network and port, so that a change touches that one alone. */
export class IngressRules extends pulumi.ComponentResource {
    constructor(
        name: string,
        securityGroupId: pulumi.Input<string>,
        rules: readonly FirewallRule[],
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:machine:IngressRules", name, {}, opts);

        for (const { description, port, cidrs } of rules) {
            for (const cidr of cidrs) {
                new vpc.SecurityGroupIngressRule(
                    `${name}-${port}-${cidr}`,
                    {
                        securityGroupId,
                        description,
                        ipProtocol: "tcp",
                        fromPort: port,
                        toPort: port,
                        ...(cidr.includes(":") ? { cidrIpv6: cidr } : { cidrIpv4: cidr }),
                        tags: { Name: pulumi.getStack() },
                    },
                    { parent: this },
                );
            }
        }
        this.registerOutputs();
    }
}
