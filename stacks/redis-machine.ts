import type * as pulumi from "@pulumi/pulumi";
import type { InstallStep } from "../components/guest/install-step";
import { Redis, REDIS_PORT } from "../components/guest/redis";
import type { UpgradeSettings } from "../components/guest/unattended-upgrades";
import type { Machine } from "../components/machine/machine";
import type { DcorConfig } from "./config";
import { createFurtherMachine, type FurtherMachineConfig } from "./further-machine";
import { redisForMachines, type RedisServer } from "./redis";

/** The Redis of a stack beside its first machine. */
export interface StackRedis {
    /** The server, as those who use it are told of it. */
    server: RedisServer;
    /** The last steps of it. */
    last: InstallStep[];
    /** What the stack gives out of it. */
    outputs: Record<string, unknown>;
}

/** What is needed of the configuration of either product. */
type Config = FurtherMachineConfig & { redis: Pick<DcorConfig["redis"], "machine" | "data" | "maxMemoryMiB"> };

/**
 * A machine for Redis; none where the configuration has none. Neither sessions nor jobs that wait are backed up, there as elsewhere.
 * @param clients the machines that use it, and alone reach it. @default the first one
 * @param after what must be there before its firewall says anew who reaches it. @default nothing
 * @param upgrades the security updates that come by themselves. @default none
 */
export async function createRedisMachine(
    config: Config,
    first: Machine,
    {
        clients,
        after,
        upgrades,
    }: { clients?: readonly Machine[]; after?: readonly pulumi.Resource[]; upgrades?: UpgradeSettings } = {},
): Promise<StackRedis | undefined> {
    const { machine: keys, data: volume, maxMemoryMiB } = config.redis;
    if (keys === undefined || volume === undefined) {
        return undefined;
    }
    const { machine, packages, data, closed, output, ssh, lastSteps } = await createFurtherMachine(config, first, {
        ...{ role: "redis", keys, volume, clients, after, upgrades, isBackedUp: false },
        service: { description: "Redis for the product", port: REDIS_PORT },
        packages: Redis.packages,
    });
    const { server, running } = redisForMachines("redis-server", { machine, packages, data, closed, maxMemoryMiB });
    return {
        server,
        last: lastSteps(running),
        outputs: { redisMachine: output, redisSsh: ssh, redisUrl: server.url },
    };
}
