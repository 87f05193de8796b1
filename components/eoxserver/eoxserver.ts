import * as pulumi from "@pulumi/pulumi";
import type { BackupContents } from "../guest/backup-files";
import type { DataVolume } from "../guest/data-volume";
import { InstallStep } from "../guest/install-step";
import type { Packages, PackageSet } from "../guest/packages";
import type { DatabaseEndpoint } from "../guest/postgresql";
import { isCluster, type DatabaseAdministrator } from "../guest/postgresql-server";
import type { PublicAddress } from "../guest/public-address";
import type { PackageIndex } from "../guest/python";
import { MIGRATION_SECONDS } from "../guest/upgrade";
import type { Machine } from "../machine/machine";
import { EoxServerInstance } from "./instance";
import { storagesHaveTls, type Storages } from "./storages";
import { EOXSERVER_PACKAGES, softwareDirectory, softwareProgram, type EoxServerVersion } from "./software";

export interface EoxServerArgs {
    machine: Machine;
    packages: Packages;
    /** The volume that holds the instances and the data that they serve. */
    data: DataVolume;
    /** The server that each instance gets a database of its own in. */
    database: DatabaseEndpoint;
    /** Another one is an upgrade: beside what runs, with a way back for each instance. */
    version: EoxServerVersion;
    /** Under which address clients know the server. */
    address: pulumi.Input<PublicAddress>;
    instances: readonly { name: string; processes: number; onRemoval: "keep" | "delete" }[];
    /** Buckets with data, for all instances. @default none */
    storages?: Storages;
    /** Name of Django's administrator of each instance. */
    administrator: string;
    /** The time that a request may take, in seconds. @default 600 */
    requestTimeoutSeconds?: number;
    /** Where Python's packages come from. @default PyPI */
    packageIndex?: PackageIndex;
}

/** How many processes may stay connected, of the hundred connections that a server takes. */
const MOST_KEPT = 60;

/**
 * One installation of EOxServer and its instances, each answering on a loopback address of its own: the site is in front.
 * Guide: "EOxServer Configuration Step-by-step", steps 3 to 5.
 */
export class EoxServer extends pulumi.ComponentResource {
    public readonly instances: readonly EoxServerInstance[];

    constructor(name: string, args: EoxServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:eoxserver:EoxServer", name, {}, opts);

        const { machine, packages, data, database, administrator } = args;
        const users = new InstallStep(
            `${name}-users`,
            { machine, program: { script: "eoxserver/users.sh" }, removable: true },
            { parent: this, dependsOn: [packages, data.mounted] },
        );
        const software = new InstallStep(
            `${name}-software`,
            {
                machine,
                program: softwareProgram(args.version, args.packageIndex),
                removable: true,
                // A backup comes before another version is changed to.
                timeoutSeconds: MIGRATION_SECONDS,
            },
            { parent: this, dependsOn: packages },
        );

        const all = args.instances.reduce((sum, each) => sum + each.processes, 0);
        this.instances = args.instances.map(
            ({ name: instance, processes, onRemoval }) =>
                new EoxServerInstance(
                    `${name}-${instance}`,
                    instance,
                    {
                        machine,
                        settings: pulumi
                            .all([args.address, database.host, database.port, database.settings])
                            .apply(([address, databaseHost, databasePort, databaseSettings]) => ({
                                name: instance,
                                software: softwareDirectory(args.version),
                                address,
                                databaseHost,
                                databasePort,
                                databaseSettings,
                                keepsConnections: all <= MOST_KEPT && isCluster({ host: databaseHost }),
                                processes,
                                timeoutSeconds: args.requestTimeoutSeconds,
                                storagesHaveTls: storagesHaveTls(args.storages ?? {}),
                            })),
                        database,
                        storages: args.storages,
                        administrator,
                        deleteDataOnRemoval: onRemoval === "delete",
                        after: [users, software],
                    },
                    { parent: this },
                ),
        );

        this.registerOutputs();
    }

    /** Debian's packages: the web server, and the libraries that EOxServer's Python packages are bindings of. */
    static readonly packages: PackageSet = { packages: EOXSERVER_PACKAGES };

    /** What of EOxServer is backed up from its machine. @param instances their names @param databases how their databases are reached. @default they have backups elsewhere */
    static backup(instances: readonly string[], databases?: DatabaseAdministrator): BackupContents {
        return {
            directories: ["/data/eoxserver", "/data/eodata"],
            databases,
            units: instances.map((instance) => `eoxserver@${instance}.service`),
            forget: ["/var/lib/science-stacks/eoxserver"],
        };
    }
}
