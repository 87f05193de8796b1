import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Machine } from "../machine";
import type { AwsNetwork } from "./network";
import { IngressRules } from "./security-group";

/** What each server that Amazon runs for a machine is told of where it is. */
export interface ManagedPlace {
    network: AwsNetwork;
    /** Subnets of two zones. */
    subnetIds: pulumi.Input<string>[];
    /** @default the account's key */
    kmsKeyArn?: string;
    /** The machine beside which it is. */
    machineName: string;
}

/**
 * What Amazon calls a server: the machine's name and what the server is for. Amazon has shorter names than Pulumi, and none with
 * two hyphens in a row; where that makes the same of two stacks' names, the later one is refused, since the first has it.
 * @param limit in characters
 */
export function serverIdentifier(machineName: string, use: string, limit: number): string {
    const room = limit - use.length - 1;
    return `${machineName.replace(/-+/g, "-").slice(0, room).replace(/-$/, "")}-${use}`;
}

/** The end of the name of a last snapshot: one of the same name, of an earlier stack, would keep this one from being destroyed. */
export const snapshotEnding = (name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> =>
    new random.RandomId(`${name}-final-snapshot`, { byteLength: 4 }, opts).hex;

interface ServerGroupArgs extends Pick<ManagedPlace, "network" | "machineName"> {
    /** The machines that may reach it. */
    clients: readonly Machine[];
    /** What is behind it: "the database". */
    what: string;
    /** What the port is for: the rule's description. */
    description: string;
    port: number;
    tags: Record<string, string>;
}

/** A security group that lets machines to one port, and nobody else to any. @returns what whoever connects waits for, besides */
export function serverGroup(
    name: string,
    { network, machineName, clients, what, description, port, tags }: ServerGroupArgs,
    opts: { parent: pulumi.Resource },
): { group: ec2.SecurityGroup; open: pulumi.Resource } {
    const group = new ec2.SecurityGroup(
        `${name}-group`,
        { vpcId: network.vpcId, description: `What may reach ${what}. Rules are resources of their own.`, tags },
        opts,
    );
    const open = new IngressRules(
        `${name}-firewall`,
        { securityGroupId: group.id, machineName },
        [{ description, port, cidrs: [], machines: clients }],
        opts,
    );
    return { group, open };
}
