import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type { BalancedService, LoadBalancerArgs } from "../load-balancer";
import type { AwsNetwork } from "./network";
import { IngressRules } from "./security-group";

interface Args extends Pick<LoadBalancerArgs, "cidrs" | "httpPort" | "services"> {
    network: AwsNetwork;
    machineName: string;
    /** The machine's own security group. */
    machineGroup: ec2.SecurityGroup;
    tags: Record<string, string>;
}

/**
 * Users reach the load balancer, the load balancer reaches the machine's services, and nobody else does.
 * @returns its security group, and what whoever asks waits for
 */
export function balancerFirewall(
    name: string,
    { network, machineName, machineGroup, cidrs, httpPort, services, tags }: Args,
    opts: { parent: pulumi.Resource },
): { group: ec2.SecurityGroup; open: pulumi.Resource[] } {
    const description = "What may reach the load balancer. Rules are resources of their own.";
    const group = new ec2.SecurityGroup(`${name}-group`, { vpcId: network.vpcId, description, tags }, opts);
    const doors = [
        { description: "HTTP, redirected", port: httpPort, cidrs },
        ...services.map((each) => ({ ...each, cidrs })),
    ];
    const users = new IngressRules(`${name}-firewall`, { securityGroupId: group.id, machineName }, doors, opts);
    const ways = services.flatMap((service) => wayToMachine(name, service, { group, machineGroup, tags }, opts));
    return { group, open: [users, ...ways] };
}

interface Ends {
    group: ec2.SecurityGroup;
    machineGroup: ec2.SecurityGroup;
    tags: Record<string, string>;
}

/** The two groups name each other: whichever addresses Amazon gives the load balancer. */
function wayToMachine(
    name: string,
    { description, port }: BalancedService,
    { group, machineGroup, tags }: Ends,
    opts: { parent: pulumi.Resource },
): pulumi.Resource[] {
    const rule = { ipProtocol: "tcp", fromPort: port, toPort: port, tags };
    return [
        new vpc.SecurityGroupEgressRule(
            `${name}-${port}-out`,
            {
                ...rule,
                securityGroupId: group.id,
                referencedSecurityGroupId: machineGroup.id,
                description: `${description}, of the machine`,
            },
            opts,
        ),
        new vpc.SecurityGroupIngressRule(
            `${name}-${port}-in`,
            {
                ...rule,
                securityGroupId: machineGroup.id,
                referencedSecurityGroupId: group.id,
                description: `${description}, for the load balancer`,
            },
            opts,
        ),
    ];
}
