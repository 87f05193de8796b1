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
import type { InstanceSettings } from "./render";
import { storagesHaveTls, type Storages } from "./storages";
import {
    BACKEND_PACKAGES,
    EOXSERVER_PACKAGES,
    softwareDirectory,
    softwareProgram,
    type EoxServerVersion,
} from "./software";

/** A machine that the instances are on. */
export interface EoxServerPlace {
    /** Begins the names of what is made there. */
    name: string;
    machine: Machine;
    packages: Packages;
    /** The volume that holds the instances and the data that they serve. */
    data: DataVolume;
}

export interface EoxServerArgs {
    /** From where the databases are made. */
    machine: Machine;
    /** The machines that the instances are on: that one, or others. */
    places: readonly EoxServerPlace[];
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
 * One installation of EOxServer on each of its machines and its instances, each answering there on a loopback address of its own:
 * the site is in front. Each instance is started on one machine after the other.
 * Guide: "EOxServer Configuration Step-by-step", steps 3 to 5.
 */
export class EoxServer extends pulumi.ComponentResource {
    public readonly instances: readonly EoxServerInstance[];
    private readonly isElsewhere: boolean;
    private readonly installed: ReadonlyMap<EoxServerPlace, InstallStep[]>;

    constructor(
        name: string,
        private readonly args: EoxServerArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:eoxserver:EoxServer", name, {}, opts);

        const { machine, places, database, storages, administrator } = args;
        this.isElsewhere = places.some((place) => place.machine !== machine);
        this.installed = new Map(places.map((place) => [place, this.install(place)]));
        this.instances = args.instances.map(
            ({ name: instance, onRemoval }) =>
                new EoxServerInstance(
                    `${name}-${instance}`,
                    instance,
                    {
                        ...{ machine, database, storages, administrator, isElsewhere: this.isElsewhere },
                        deleteDataOnRemoval: onRemoval === "delete",
                        after: [...this.installed.values()].flat(),
                    },
                    { parent: this },
                ),
        );
        this.registerOutputs();
    }

    /** Starts each instance on a machine. @param after what must be there before what runs is changed @returns the steps after which they answer */
    start(place: EoxServerPlace, after: readonly pulumi.Resource[] = []): InstallStep[] {
        const before = [...(this.installed.get(place) ?? []), ...after];
        return this.instances.map((each, index) => {
            const settings = this.settingsOf(this.args.instances[index]!);
            const name = `${place.name}-${each.instance}`;
            return each.start({ name, machine: place.machine, settings, after: before });
        });
    }

    /** The users, and the software; nothing of what runs is touched. */
    private install({ name, machine, packages, data }: EoxServerPlace): InstallStep[] {
        const users = new InstallStep(
            `${name}-users`,
            { machine, program: { script: "eoxserver/users.sh" }, removable: true },
            { parent: this, dependsOn: [packages, data.mounted] },
        );
        const software = new InstallStep(
            `${name}-software`,
            {
                machine,
                program: softwareProgram(this.args.version, this.args.packageIndex),
                removable: true,
                // A backup comes before another version is changed to.
                timeoutSeconds: MIGRATION_SECONDS,
            },
            { parent: this, dependsOn: packages },
        );
        return [users, software];
    }

    private settingsOf({ name, processes }: EoxServerArgs["instances"][number]): pulumi.Output<InstanceSettings> {
        const { address, database, version, instances, places, storages = {}, requestTimeoutSeconds } = this.args;
        const all = places.length * instances.reduce((sum, each) => sum + each.processes, 0);
        return pulumi
            .all([address, database.host, database.port, database.settings])
            .apply(([known, databaseHost, databasePort, databaseSettings]) => ({
                name,
                software: softwareDirectory(version),
                address: known,
                databaseHost,
                databasePort,
                databaseSettings,
                keepsConnections: all <= MOST_KEPT && isCluster({ host: databaseHost }),
                processes,
                timeoutSeconds: requestTimeoutSeconds,
                storagesHaveTls: storagesHaveTls(storages),
                servesStatic: this.isElsewhere,
            }));
    }

    /** Debian's packages: the web server, and the libraries that EOxServer's Python packages are bindings of. */
    static readonly packages: PackageSet = { packages: EOXSERVER_PACKAGES };

    /** The same, for a machine that the instances are on and the site is not. */
    static readonly backendPackages: PackageSet = { packages: BACKEND_PACKAGES };

    /**
     * What of EOxServer is backed up from a machine.
     * @param instances their names; none where they are on other machines
     * @param databases how the databases are reached. @default they have backups elsewhere
     */
    static backup(instances: readonly string[], databases?: DatabaseAdministrator): BackupContents {
        return {
            directories: instances.length > 0 ? ["/data/eoxserver", "/data/eodata"] : [],
            databases,
            units: instances.map((instance) => `eoxserver@${instance}.service`),
            forget: ["/var/lib/science-stacks/eoxserver"],
        };
    }
}
