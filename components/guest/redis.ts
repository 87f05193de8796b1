import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { ConfigFiles, SecretFiles, secretFile, secretPath } from "./config-files";
import type { DataVolume } from "./data-volume";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import { renderTemplate } from "./template";

export interface RedisArgs {
    machine: Machine;
    packages: Packages;
    /** The volume that holds what Redis keeps. */
    data: DataVolume;
    /** Memory for what is kept, in MiB. @default 256 */
    maxMemoryMiB?: number;
}

/** What a product needs to use a Redis server. */
export interface RedisEndpoint {
    /** `redis://host:port/database` */
    url: pulumi.Input<string>;
    /** Secret. None for a server without one. */
    password?: pulumi.Output<string>;
    /** The server runs: what everything that connects waits for; none for a server that is not the stack's. */
    running: pulumi.Resource[];
}

export const REDIS_PORT = 6379;
const UNIT = "redis-server.service";
const PASSWORD_FILE = "/etc/redis/password.conf";

/**
 * A Redis server on the machine's loopback address alone, with a generated password, and what it keeps on the data volume:
 * each change within a second, so that neither a queue nor the sessions of users are lost with it.
 */
export class Redis extends pulumi.ComponentResource {
    public readonly endpoint: RedisEndpoint;

    constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:Redis", name, {}, opts);

        const { machine, packages, data } = args;
        const directory = new InstallStep(
            `${name}-directory`,
            { machine, program: { script: "redis/directory.sh" }, removable: true },
            { parent: this, dependsOn: [packages, data.mounted] },
        );
        const secret = password(`${name}-password`, { parent: this });
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    [secretPath("redis")]: secretFile(secret),
                    [PASSWORD_FILE]: secret.apply((text) => ({
                        content: `requirepass ${text}\n`,
                        owner: "redis:redis",
                        mode: "400",
                    })),
                },
            },
            { parent: this, dependsOn: packages },
        );
        const running = new ConfigFiles(
            `${name}-settings`,
            {
                machine,
                files: secrets.revision.apply((revision) => ({
                    // Redis reads its password when it starts: a new one is a change of its settings.
                    "/etc/redis/redis.conf": {
                        content: `${settings(args)}# ${revision}\n`,
                        owner: "redis:redis",
                        mode: "640",
                    },
                })),
                notify: [`${UNIT}:restart`],
                enable: [UNIT],
            },
            { parent: this, dependsOn: [directory, secrets] },
        );

        this.endpoint = { url: `redis://127.0.0.1:${REDIS_PORT}/0`, password: secret, running: [running] };
        this.registerOutputs();
    }

    static readonly packages: PackageSet = { packages: ["redis-server"] };
}

/** The text of redis.conf. */
export function settings({ maxMemoryMiB = 256 }: Pick<RedisArgs, "maxMemoryMiB">): string {
    const values = { port: REDIS_PORT, maxMemoryMiB, passwordFile: PASSWORD_FILE };
    return renderTemplate("redis/templates/redis.conf.eta", values);
}
