import * as elasticache from "@pulumi/aws/elasticache";
import * as pulumi from "@pulumi/pulumi";
import { password } from "../../password";
import { REDIS_PORT } from "../../guest/redis";
import type { ManagedRedisArgs, ManagedServer } from "../managed";
import { serverGroup, serverIdentifier, snapshotEnding, type ManagedPlace } from "./managed-server";

export type ElastiCacheRedisArgs = Omit<ManagedRedisArgs, "subnets"> & ManagedPlace;

/** The longest name of a replication group. */
const LONGEST_NAME = 40;

/** What is full throws away the oldest of what has an end, as the machine's own Redis does: sessions, never a job that waits. */
const EVICTION = "volatile-lru";

/**
 * Valkey or Redis as Amazon runs it (ElastiCache): encrypted, one shard with a replica in another zone that takes over, reached by
 * TLS with a generated password from the stack's own machines alone, with a snapshot each day. Its certificate is of an authority that
 * all operating systems know. Writes reach the replica a moment later: those of that moment are lost when the first node is.
 */
export class ElastiCacheRedis extends pulumi.ComponentResource implements ManagedServer {
    public readonly url: pulumi.Output<string>;
    public readonly password: pulumi.Output<string>;
    public readonly after: pulumi.Resource[];

    constructor(name: string, args: ElastiCacheRedisArgs, opts: pulumi.ComponentResourceOptions) {
        super("science-stacks:machine:ElastiCacheRedis", name, {}, opts);

        const child = { parent: this };
        const { machineName, subnetIds, multiAz, onDestroy } = args;
        const [engine = "", engineVersion = ""] = args.engine.split("-");
        const replicationGroupId = serverIdentifier(machineName, "redis", LONGEST_NAME);
        const tags = { Name: replicationGroupId, OnDestroy: onDestroy };
        const subnets = new elasticache.SubnetGroup(
            `${name}-subnets`,
            { description: `Where the Redis of ${machineName} is`, subnetIds, tags },
            child,
        );
        const { group, open } = serverGroup(
            name,
            { ...args, what: "Redis", description: "Redis for the product", port: REDIS_PORT, tags },
            child,
        );
        const settings = new elasticache.ParameterGroup(
            `${name}-settings`,
            {
                family: `${engine}${engineVersion.split(".")[0]}`,
                description: `Settings of the Redis of ${machineName}`,
                parameters: [{ name: "maxmemory-policy", value: EVICTION }],
                tags,
            },
            child,
        );
        const ending = snapshotEnding(name, child);

        this.password = password(`${name}-password`, child);
        const server = new elasticache.ReplicationGroup(
            name,
            {
                replicationGroupId,
                description: `Redis of ${machineName}`,
                engine,
                engineVersion,
                // Patches come by themselves all the same. Of a minor version that came by itself the next `up` would want the
                // earlier one back, which the provider makes as another, empty server.
                autoMinorVersionUpgrade: false,
                applyImmediately: true,
                nodeType: args.nodeType,
                clusterMode: "disabled",
                numCacheClusters: multiAz ? 2 : 1,
                automaticFailoverEnabled: multiAz,
                multiAzEnabled: multiAz,
                atRestEncryptionEnabled: true,
                kmsKeyId: args.kmsKeyArn,
                transitEncryptionEnabled: true,
                transitEncryptionMode: "required",
                subnetGroupName: subnets.name,
                securityGroupIds: [group.id],
                port: REDIS_PORT,
                parameterGroupName: settings.name,
                authToken: this.password,
                // The password of before lets in as well, until there is a third one: nobody is locked out while the machine is told.
                authTokenUpdateStrategy: "ROTATE",
                snapshotRetentionLimit: args.backupDays,
                finalSnapshotIdentifier: pulumi.interpolate`${replicationGroupId}-${ending}`,
                tags,
            },
            {
                ...child,
                // Amazon has no protection of its own against its deletion.
                protect: onDestroy === "refuse",
                customTimeouts: { create: "60m", update: "2h", delete: "60m" },
            },
        );
        this.url = pulumi.interpolate`rediss://${server.primaryEndpointAddress}:${REDIS_PORT}/0`;
        this.after = [server, open];
        this.registerOutputs({ url: this.url });
    }
}
