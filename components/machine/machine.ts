import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import type { ObjectStoreEndpoint } from "../guest/object-store";
import type { LoadBalancer, LoadBalancerArgs } from "./load-balancer";
import type { ManagedPostgreSqlArgs, ManagedRedisArgs, ManagedServer } from "./managed";

/** How to reach a machine over SSH; its host key is always pinned. */
export type Connection = types.input.remote.ConnectionArgs & { hostKey: pulumi.Input<string> };

export interface DiskArgs {
    /** Grows in place; a smaller size than before is refused. */
    sizeGiB: number;
    /**
     * What becomes of the disk when the stack is destroyed: it is deleted, it stays for the next `up` of a stack of this name,
     * or the stack cannot be destroyed.
     */
    onDestroy: "delete" | "keep" | "refuse";
}

/** What a disk is for, by which its machine knows it: the data, or what can be lost. */
export type DiskUse = "data" | "scratch";

/** How a disk's resource is told what becomes of it. */
export function diskOptions({ onDestroy }: Pick<DiskArgs, "onDestroy">): pulumi.CustomResourceOptions {
    return { protect: onDestroy === "refuse", retainOnDelete: onDestroy === "keep" };
}

/** A block device that a machine was given. */
export interface Disk {
    /** Path of the device in the guest, the same after each boot, e.g. `/dev/disk/by-id/science-stacks-data`. */
    readonly device: pulumi.Output<string>;
    /** What the first step that uses the device must wait for. */
    readonly attachment: pulumi.Resource;
}

export interface BucketArgs {
    /** @default the stack and the account, e.g. `dcor-prod-123456789012` */
    bucket?: string;
    /** Everybody gets the objects that have the tag `public=true`; else nobody but the keys gets any. */
    publicObjects: boolean;
    /** The keys are for reading alone: others lay what is in it. @default false */
    reads?: boolean;
    /** How long an object that was replaced or deleted can be brought back. */
    keepVersionsDays: number;
    /** What becomes of the bucket when the stack is destroyed; it is deleted only where nothing is in it. */
    onDestroy: DiskArgs["onDestroy"];
}

/** Who may reach which TCP port. */
export interface FirewallRule {
    /** What the port is for: the rule's description. */
    readonly description: string;
    readonly port: number;
    /** Networks in CIDR notation that may connect. */
    readonly cidrs: readonly string[];
    /** Machines of the stack that may connect, from their private address. @default none */
    readonly machines?: readonly Machine[];
}

/** The network that has one IPv4 address alone. */
export const hostNetwork = (address: string): string => `${address}/32`;

/**
 * A Debian or Ubuntu machine that the steps of a product run on: what a product needs to know of it, and no more.
 * Its makers are `LocalMachine`, `AwsMachine` and `ExistingMachine`.
 */
export interface Machine extends pulumi.ComponentResource {
    /** Name of the machine, in messages and as its host name. */
    readonly machineName: string;
    /** Address at which users and SSH reach the machine. */
    readonly address: pulumi.Output<string>;
    /** The IPv4 address by which the stack's other machines know it. */
    readonly privateAddress: pulumi.Output<string>;
    readonly connection: pulumi.Output<Connection>;
    /** Changes if and only if the machine is another one, so that what was installed is gone with its root disk. */
    readonly identity: pulumi.Output<string>;
    /** What goes when the machine goes: every resource in the guest is `deletedWith` it. None for a host that stays. */
    readonly host: pulumi.Resource | undefined;
    /** The machine answers and has the step runner: what every step waits for. */
    readonly ready: pulumi.Resource;
    /** Secret. What the marks of secrets in previews are keyed with. @default the private key of the connection */
    readonly markKey?: pulumi.Output<string>;

    /** Gives the machine a disk that outlives it. */
    attachDisk(name: string, args: DiskArgs & { use: DiskUse }, opts: pulumi.ComponentResourceOptions): Disk;
    /** Makes a bucket beside the machine, with keys of its own. Only where the platform has such: on AWS. */
    objectStore?(name: string, args: BucketArgs, opts: pulumi.ComponentResourceOptions): ObjectStoreEndpoint;
    /** Makes a PostgreSQL server beside the machine. Only where the platform has such: on AWS. */
    managedPostgreSql?(name: string, args: ManagedPostgreSqlArgs, opts: pulumi.ComponentResourceOptions): ManagedServer;
    /** Makes a server with Redis' protocol beside the machine. Only where the platform has such: on AWS. */
    managedRedis?(name: string, args: ManagedRedisArgs, opts: pulumi.ComponentResourceOptions): ManagedServer;
    /** Makes a load balancer before the machine's web server. Only where the platform has such: on AWS. */
    loadBalancer?(name: string, args: LoadBalancerArgs, opts: pulumi.ComponentResourceOptions): Promise<LoadBalancer>;
    /** Opens the given ports and closes all others but SSH from the administrators' networks. */
    firewall(name: string, rules: FirewallRule[], opts: pulumi.ComponentResourceOptions): pulumi.Resource;
}
