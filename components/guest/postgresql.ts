import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { ConfigFiles, type SecretFiles } from "./config-files";
import type { DataVolume } from "./data-volume";
import { hardening, STARTED_BY_ROOT } from "./hardening";
import { InstallStep } from "./install-step";
import type { PackageSet, Packages } from "./packages";
import { accessPolicy, serverSettings } from "./postgresql-files";
import { LOCAL_ADMINISTRATOR, POSTGRESQL_PORT, type DatabaseAdministrator } from "./postgresql-server";
import type { GuestFile } from "./program";
import { guestScript } from "./shell";
import { MIGRATION_SECONDS } from "./upgrade";

/** The major version that each release has. */
const VERSIONS = { "debian-12": "15", "debian-13": "17", "ubuntu-22.04": "14", "ubuntu-24.04": "16" } as const;

/** A release that has a server. */
export type PostgreSqlImage = keyof typeof VERSIONS;

export interface PostgreSqlArgs {
    /** Where the server runs. */
    machine: Machine;
    /** The release that runs on the machine. */
    image: PostgreSqlImage;
    packages: Packages;
    /** The volume that holds the cluster, so that it outlives the machine. */
    data: DataVolume;
    /** Memory for shared buffers, in MiB. @default 256 */
    sharedBuffersMiB?: number;
    /** Who else than the machine itself uses it. @default nobody: it is reachable by its local socket alone */
    network?: PostgreSqlNetwork;
}

/** How other machines of the stack reach a server. */
export interface PostgreSqlNetwork {
    /** They come in from their private address, by TLS, with a password. */
    clients: readonly Machine[];
    /** What the server shows them: `SERVER_CERTIFICATE` and `SERVER_KEY`. */
    certificate: SecretFiles;
    /** What must be there before it is said anew who comes in: nobody uses a machine that no longer does. @default nothing */
    after?: readonly pulumi.Resource[];
}

/** What a product needs to connect to its database server. */
export interface DatabaseEndpoint {
    /** A directory of sockets (a local server), or a host name. */
    host: pulumi.Input<string>;
    port: pulumi.Input<number>;
    /** Settings of libpq that every connection to it has. @default none */
    settings?: pulumi.Input<Record<string, string>>;
    administrator: DatabaseAdministrator;
    /** Whose the users are that are made there; those of others are refused. @default the server is the stack's own, and so are they */
    owner?: string;
    /** The server runs: what everything that connects waits for. */
    running: pulumi.Resource;
}

/**
 * A PostgreSQL server with its cluster on the data volume, reachable by its local socket, and by the machines that it is made for.
 * A cluster that is already on the volume is adopted, never initialised again; one of an older version is upgraded, and kept.
 * Guide: EOxServer step 2; DCOR "Ubuntu and CKAN".
 */
export class PostgreSql extends pulumi.ComponentResource {
    /** What a product needs to connect. */
    public readonly endpoint: DatabaseEndpoint;
    /** What of systemd runs it. */
    public readonly unit: string;

    constructor(name: string, args: PostgreSqlArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:PostgreSql", name, {}, opts);

        const { machine, packages, data, network } = args;
        const version = VERSIONS[args.image];
        const directory = `/etc/postgresql/${version}/main`;
        this.unit = PostgreSql.unitOf(args.image);
        const cluster = new InstallStep(
            `${name}-cluster`,
            {
                machine,
                program: {
                    script: "postgresql/cluster.sh",
                    parameters: { version },
                    files: {
                        "/usr/local/lib/science-stacks/postgresql/upgrade.sh": {
                            content: guestScript("postgresql/upgrade.sh"),
                        },
                    },
                },
                removable: true,
                timeoutSeconds: MIGRATION_SECONDS,
            },
            { parent: this, dependsOn: [packages, data.mounted] },
        );
        const settings = new ConfigFiles(
            `${name}-settings`,
            {
                machine,
                files: {
                    [`${directory}/conf.d/science-stacks.conf`]: pulumi
                        .output(network?.certificate.revision)
                        .apply((revision) => ({ content: serverSettings(args.sharedBuffersMiB, revision) })),
                    // Debian leaves a server that was killed where it is.
                    [`/etc/systemd/system/${this.unit}.d/science-stacks.conf`]: {
                        content: "[Service]\nRestart=on-failure\nRestartSec=2\n",
                    },
                },
                notify: [`${this.unit}:restart`],
                enable: ["postgresql.service", this.unit],
            },
            { parent: this, dependsOn: [cluster, ...(network ? [network.certificate] : [])] },
        );
        // By itself: who comes in can change while the others go on.
        const running =
            network === undefined
                ? settings
                : new ConfigFiles(
                      `${name}-access`,
                      {
                          machine,
                          files: { [`${directory}/pg_hba.conf`]: policyFor(network.clients) },
                          notify: [`${this.unit}:reload`],
                      },
                      { parent: this, dependsOn: [settings, ...(network.after ?? [])] },
                  );

        const administrator = LOCAL_ADMINISTRATOR;
        this.endpoint = { host: "/var/run/postgresql", port: POSTGRESQL_PORT, administrator, running };
        this.registerOutputs();
    }

    /** The major version that this release has. */
    static versionOf(image: PostgreSqlImage): string {
        return VERSIONS[image];
    }

    /** What of systemd runs a server on a machine of this release. */
    static unitOf(image: PostgreSqlImage): string {
        return `postgresql@${VERSIONS[image]}-main.service`;
    }

    /** Where the server's extensions are described. */
    static extensionsOf(image: PostgreSqlImage): string {
        return `/usr/share/postgresql/${VERSIONS[image]}/extension`;
    }

    /**
     * What is there before anything is built with libpq while a server is installed: when Debian's `postgresql-common` is
     * unpacked, `pg_config` is away for a moment, diverted to another name.
     */
    static readonly beforeBuilds: PackageSet = { packages: ["postgresql-common"] };

    /** Debian's packages: the server, its extensions, and what makes databases; the package makes no cluster of its own on the root disk. */
    static packages(image: PostgreSqlImage, extensions: readonly "postgis"[] = []): PackageSet {
        const server = `postgresql-${VERSIONS[image]}`;
        return {
            packages: [
                ...PostgreSql.beforeBuilds.packages,
                "python3-psycopg2",
                server,
                ...extensions.map((extension) => `${server}-${extension}-3`),
            ],
            files: {
                "/etc/postgresql-common/createcluster.d/science-stacks.conf": {
                    content: "create_main_cluster = false\n",
                },
                ...hardening("postgresql@.service", STARTED_BY_ROOT),
            },
        };
    }
}

/** The server's own file: the administrator of the machine, and the machines, are all who come in. */
function policyFor(clients: readonly Machine[]): pulumi.Output<GuestFile> {
    return pulumi
        .all(clients.map(({ privateAddress }) => privateAddress))
        .apply((addresses) => ({ content: accessPolicy(addresses), owner: "postgres:postgres", mode: "640" }));
}
