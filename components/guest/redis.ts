import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import type { Signed } from "../stack-authority";
import { ConfigFiles, pemFile, SecretFiles, secretFile, secretPath } from "./config-files";
import type { DataVolume } from "./data-volume";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { GuestFile } from "./program";
import { guestScript } from "./shell";
import { renderTemplate } from "./template";

export interface RedisArgs {
    machine: Machine;
    packages: Packages;
    /** The volume that holds what Redis keeps. */
    data: DataVolume;
    /** Memory for what is kept, in MiB. @default 256 */
    maxMemoryMiB?: number;
    /**
     * What it shows at the machine's private address, where other machines of the stack use it, by TLS alone.
     * @default it is for its own machine, on the loopback address
     */
    certificate?: Signed;
    /** What must be there before it is given other settings, as whoever is to use it then. @default nothing */
    after?: pulumi.Resource[];
}

/** What a product needs to use a Redis server. */
export interface RedisEndpoint {
    /** `redis://host:port/database`, or `rediss://` for TLS. */
    url: pulumi.Input<string>;
    /** Secret. None for a server without one. */
    password?: pulumi.Output<string>;
    /** Path of the authority, on the machine that uses the server, which has signed its certificate. @default those that the machine trusts */
    authority?: string;
    /** Whether a client that loses its connection tries once more: where another one takes over, that finds it. @default it does not */
    tryAgain?: boolean;
    /** The server runs: what everything that connects waits for; none for a server that is not the stack's. */
    running: pulumi.Resource[];
}

export const REDIS_PORT = 6379;
const LOCAL_URL = `redis://127.0.0.1:${REDIS_PORT}/0`;
const UNIT = "redis-server.service";
const PASSWORD_FILE = "/etc/redis/password.conf";
export const CERTIFICATE = "/etc/redis/certificate.pem";
export const KEY = "/etc/redis/key.pem";
/** What whoever asks it on its own machine verifies it by. */
export const REDIS_AUTHORITY = "/etc/redis/authority.pem";
/** A file that Redis may read, and nobody else. */
const ITS_OWN = { owner: "redis:redis", mode: "400" };

/**
 * A Redis server for its machine, on the loopback address alone, or for others of the stack, with a generated password, and what
 * it keeps on the data volume: each change within a second, so that neither a queue nor the sessions of users are lost with it.
 */
export class Redis extends pulumi.ComponentResource {
    public readonly endpoint: RedisEndpoint;
    /** It runs, with its settings. */
    public readonly running: InstallStep;

    constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:Redis", name, {}, opts);

        const { machine, packages, data, certificate, after = [] } = args;
        const network = pulumi.output(certificate && machine.privateAddress);
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
                        ...ITS_OWN,
                    })),
                    ...(certificate && certificateFiles(certificate)),
                },
            },
            { parent: this, dependsOn: packages },
        );
        this.running = new ConfigFiles(
            `${name}-settings`,
            {
                machine,
                files: pulumi.all([secrets.revision, network]).apply(([revision, known]) => ({
                    // Redis reads its password and its key when it starts: a new one is a change of its settings.
                    "/etc/redis/redis.conf": {
                        content: `${settings({ ...args, network: known })}# ${revision}\n`,
                        owner: "redis:redis",
                        mode: "640",
                    },
                    ...(known && {
                        [`/etc/systemd/system/${UNIT}.d/network.conf`]: {
                            content: guestScript("redis/templates/network.conf"),
                        },
                    }),
                })),
                notify: [`${UNIT}:restart`],
                enable: [UNIT],
            },
            { parent: this, dependsOn: [directory, secrets, ...after] },
        );

        const url = network.apply((known) => (known === undefined ? LOCAL_URL : `rediss://${known}:${REDIS_PORT}/0`));
        this.endpoint = {
            ...{ url, password: secret, running: [this.running] },
            ...(certificate && { authority: REDIS_AUTHORITY }),
        };
        this.registerOutputs();
    }

    static readonly packages: PackageSet = { packages: ["redis-server"] };
}

/** What it shows, and what it is verified by. */
function certificateFiles(shown: Signed): Record<string, pulumi.Output<GuestFile>> {
    return {
        [CERTIFICATE]: pemFile(shown.certificatePem),
        [KEY]: pemFile(shown.privateKeyPem, ITS_OWN),
        [REDIS_AUTHORITY]: pemFile(shown.authorityPem),
    };
}

/** What Redis is told where it is one of several. */
export interface ClusterSettings {
    /** Paths of what the others are verified by, of the users, and of the password by which a replica comes in to its master. */
    authority: string;
    users: string;
    passwords: string;
    /** How long a master that no replica hears goes on taking writes. */
    mostLagSeconds: number;
}

/**
 * The text of redis.conf.
 * @param network the machine's address among the stack's machines, where others of them use it
 * @param cluster where it is one of several. @default it is alone
 */
export function settings({
    maxMemoryMiB = 256,
    network,
    cluster,
}: Pick<RedisArgs, "maxMemoryMiB"> & { network?: string; cluster?: ClusterSettings }): string {
    const tls = { network, certificate: CERTIFICATE, key: KEY, cluster };
    const values = { port: REDIS_PORT, maxMemoryMiB, passwordFile: PASSWORD_FILE, ...tls };
    return renderTemplate("redis/templates/redis.conf.eta", values);
}
