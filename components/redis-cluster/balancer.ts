import * as pulumi from "@pulumi/pulumi";
import { SecretFiles, type ConfigFiles } from "../guest/config-files";
import { HAPROXY_PACKAGES } from "../guest/haproxy";
import { HaproxyPart } from "../guest/haproxy-part";
import type { Packages, PackageSet } from "../guest/packages";
import type { Machine } from "../machine/machine";
import { checkSecretFile, redisBalancerFiles } from "./balancer-files";
import { REDIS_BALANCER_PORT, type RedisMember } from "./member";

export interface RedisBalancerArgs {
    /** The machine that uses Redis. */
    machine: Machine;
    packages: Packages;
    members: pulumi.Output<RedisMember[]>;
    /** Secret. The password by which it asks a member what it is. */
    checkPassword: pulumi.Output<string>;
    /** The authority that has signed the certificates of the members, as PEM. */
    authority: pulumi.Output<string>;
}

/** How Redis is reached on a machine that uses it, whichever member is master. */
export const REDIS_BALANCER_URL = `redis://127.0.0.1:${REDIS_BALANCER_PORT}/0`;

/**
 * HAProxy on a machine that uses Redis on several others, on its loopback address: it asks each of them every second what it is, and
 * leads to the one that is master, by TLS. The clients know no Sentinel.
 */
export class RedisBalancer extends pulumi.ComponentResource {
    /** It knows the members, and no others. */
    public readonly running: ConfigFiles;

    constructor(name: string, args: RedisBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:redis-cluster:RedisBalancer", name, {}, opts);

        const { machine, packages, members, checkPassword, authority } = args;
        const secret = new SecretFiles(
            `${name}-secret`,
            { machine, files: checkPassword.apply(checkSecretFile) },
            { parent: this, dependsOn: packages },
        );
        this.running = new HaproxyPart(
            `${name}-files`,
            {
                machine,
                files: pulumi.all([members, authority, secret.revision]).apply((known) => redisBalancerFiles(...known)),
            },
            { parent: this, dependsOn: secret },
        );
        this.registerOutputs();
    }

    static readonly packages: PackageSet = HAPROXY_PACKAGES;
}
