import type { DataVolume } from "../components/guest/data-volume";
import type { Packages } from "../components/guest/packages";
import { Redis, type RedisEndpoint } from "../components/guest/redis";
import { RedisElsewhere, type RedisElsewhereArgs } from "../components/guest/redis-elsewhere";
import type { Machine } from "../components/machine/machine";
import type { ManagedServer } from "../components/machine/managed";
import type { DcorConfig } from "./config";

/** What is needed of the configuration of either product. */
type RedisKeys = Pick<DcorConfig["redis"], "url" | "password" | "maxMemoryMiB">;

/** A server that is not on the machine that uses it, as that is told of it. */
export type RedisServer = Omit<RedisElsewhereArgs, "machine" | "packages">;

/** The Redis that the platform runs for the stack, or that the configuration names; none where the stack has its own. */
export const redisElsewhere = (
    { url, password }: Pick<RedisKeys, "url" | "password">,
    managed?: ManagedServer,
): RedisServer | undefined => managed ?? (url === undefined ? undefined : { url, password });

/** Redis for the product on the same machine: there, or elsewhere. @param place with what the platform runs for the stack */
export function createRedis(
    keys: RedisKeys,
    {
        machine,
        packages,
        data,
        redis,
    }: { machine: Machine; packages: Packages; data: DataVolume; redis?: ManagedServer },
): RedisEndpoint {
    const server = redisElsewhere(keys, redis);
    return server === undefined
        ? new Redis("redis", { machine, packages, data, maxMemoryMiB: keys.maxMemoryMiB }).endpoint
        : new RedisElsewhere("redis", { machine, packages, ...server }).endpoint;
}
