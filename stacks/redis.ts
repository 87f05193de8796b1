import type * as pulumi from "@pulumi/pulumi";
import type { DataVolume } from "../components/guest/data-volume";
import { HAPROXY_UNIT } from "../components/guest/haproxy";
import type { InstallStep } from "../components/guest/install-step";
import { together, type Packages, type PackageSet } from "../components/guest/packages";
import { Redis, type RedisArgs, type RedisEndpoint } from "../components/guest/redis";
import { RedisElsewhere, type RedisElsewhereArgs } from "../components/guest/redis-elsewhere";
import type { Machine } from "../components/machine/machine";
import { RedisBalancer, type RedisBalancerArgs } from "../components/redis-cluster/balancer";
import { REDIS_BALANCER_PORT } from "../components/redis-cluster/member";
import { ServerCertificate } from "../components/server-certificate";
import type { DcorConfig } from "./config";

/** What is needed of the configuration of either product. */
type RedisKeys = Pick<DcorConfig["redis"], "url" | "password" | "maxMemoryMiB">;

/** A server that is not on the machine that uses it, as that is told of it. */
export type RedisServer = Omit<RedisElsewhereArgs, "machine" | "packages"> & {
    /** Where it is on several machines, of which one is master: by what that is found. @default it is one */
    cluster?: Omit<RedisBalancerArgs, "machine" | "packages">;
};

/** The Redis that the stack has beside its first machine, or that the configuration names; none where it is on that one. */
export const redisElsewhere = (
    { url, password }: Pick<RedisKeys, "url" | "password">,
    beside?: RedisServer,
): RedisServer | undefined => beside ?? (url === undefined ? undefined : { url, password });

/** Redis for the product on the same machine: there, or elsewhere. @param place with what the stack has beside that machine */
export function createRedis(
    keys: RedisKeys,
    { machine, packages, data, redis }: { machine: Machine; packages: Packages; data: DataVolume; redis?: RedisServer },
): RedisEndpoint {
    const server = redisElsewhere(keys, redis);
    return server === undefined
        ? new Redis("redis", { machine, packages, data, maxMemoryMiB: keys.maxMemoryMiB }).endpoint
        : // Steps of one name would take each other's files away when a stack changes from one to the other.
          useRedis("redis-client", { machine, packages }, server);
}

/** Redis as a machine beside it uses it, which is asked from there first. */
export function useRedis(
    name: string,
    place: { machine: Machine; packages: Packages },
    { cluster, ...server }: RedisServer,
): RedisEndpoint {
    const { after = [] } = server;
    const found = cluster && new RedisBalancer(`${name}-balancer`, { ...place, ...cluster }).running;
    return new RedisElsewhere(name, { ...place, ...server, after: found ? [...after, found] : after }).endpoint;
}

/** Whether those who use Redis find it by an HAProxy of their own. */
type Machines = Pick<DcorConfig["redis"], "machines">;

/** What a machine needs from Debian that uses a Redis beside it. */
export const redisUserPackages = ({ machines }: Machines): PackageSet =>
    machines === undefined ? RedisElsewhere.packages : together([RedisElsewhere.packages, RedisBalancer.packages]);

/** The ports of such a machine that it needs for that, and the units that whoever uses it there waits for. */
export const redisUserPorts = ({ machines }: Machines): number[] =>
    machines === undefined ? [] : [REDIS_BALANCER_PORT];
export const redisUserUnits = ({ machines }: Machines): string[] => (machines === undefined ? [] : [HAPROXY_UNIT]);

/**
 * A Redis for other machines of the stack than its own, which reach it by TLS alone, and verify it.
 * @param closed the firewall of its machine, which lets them in
 */
export function redisForMachines(
    name: string,
    { closed, ...args }: Omit<RedisArgs, "certificate"> & { closed: pulumi.Resource },
): { server: RedisServer; running: InstallStep } {
    const certificate = new ServerCertificate(`${name}-tls`, { address: args.machine.privateAddress });
    const { endpoint, running } = new Redis(name, { ...args, certificate });
    const { url, password } = endpoint;
    return { server: { url, password, authority: certificate.authorityPem, after: [closed, running] }, running };
}
