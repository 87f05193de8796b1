import type * as pulumi from "@pulumi/pulumi";
import { ClusterBalancer, type ClusterBalancerArgs } from "../guest/cluster-balancer";
import { HAPROXY_PACKAGES } from "../guest/haproxy";
import type { PackageSet } from "../guest/packages";
import { checkSecretFile, redisBalancerFiles } from "./balancer-files";
import { REDIS_BALANCER_PORT, type RedisMember } from "./member";

export type RedisBalancerArgs = ClusterBalancerArgs<RedisMember>;

/** How Redis is reached on a machine that uses it, whichever member is master. */
export const REDIS_BALANCER_URL = `redis://127.0.0.1:${REDIS_BALANCER_PORT}/0`;

/**
 * HAProxy on a machine that uses Redis on several others, on its loopback address: it asks each of them every second what it is, and
 * leads to the one that is master, by TLS. The clients know no Sentinel.
 */
export class RedisBalancer extends ClusterBalancer<RedisMember> {
    constructor(name: string, args: RedisBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
        const files = { secret: checkSecretFile, part: redisBalancerFiles };
        super("science-stacks:redis-cluster:RedisBalancer", name, files, args, opts);
    }

    static readonly packages: PackageSet = HAPROXY_PACKAGES;
}
