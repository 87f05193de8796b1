import type * as pulumi from "@pulumi/pulumi";
import type { Machine } from "./machine";

/** Where something is that the platform runs: in two subnets, each in a zone of its own. */
export interface ZoneSubnetsArgs {
    /** Subnets of two zones that are there already. @default two that are made */
    subnetIds?: string[];
    /** The network of the subnets that are made, and theirs. */
    cidr: string;
    subnetCidrs: readonly string[];
    /** Of the subnets that are made. @default the region's first two */
    availabilityZones?: string[];
}

interface ManagedServerArgs {
    /** The machines that use it, and alone reach it. */
    clients: readonly Machine[];
    /** Without a way to the internet. The same for all of a machine's: they are made once. */
    subnets: ZoneSubnetsArgs;
    /** A second server in another zone takes over. */
    multiAz: boolean;
    /** How long backups are kept. */
    backupDays: number;
    /** A last snapshot stays when it is deleted. */
    onDestroy: "delete" | "refuse";
}

export interface ManagedPostgreSqlArgs extends ManagedServerArgs {
    /** PostgreSQL's major version. */
    version: string;
    instanceClass: string;
    storageGiB: number;
}

export interface ManagedRedisArgs extends ManagedServerArgs {
    /** Name and version of what speaks Redis' protocol, e.g. `valkey-8.2`. */
    engine: string;
    nodeType: string;
}

/** A server that the platform runs, as `PostgreSqlElsewhere` and `RedisElsewhere` are told of it. */
export interface ManagedServer {
    readonly url: pulumi.Output<string>;
    /** Secret. */
    readonly password: pulumi.Output<string>;
    /** What must be there before it is asked. */
    readonly after: pulumi.Resource[];
}
