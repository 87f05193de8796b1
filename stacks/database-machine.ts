import type * as pulumi from "@pulumi/pulumi";
import type { InstallStep } from "../components/guest/install-step";
import { PostgreSql } from "../components/guest/postgresql";
import type { PostgreSqlElsewhereArgs } from "../components/guest/postgresql-elsewhere";
import { PostgreSqlForMachines } from "../components/guest/postgresql-for-machines";
import { LOCAL_ADMINISTRATOR, POSTGRESQL_PORT } from "../components/guest/postgresql-server";
import type { UpgradeSettings } from "../components/guest/unattended-upgrades";
import type { Machine } from "../components/machine/machine";
import type { FurtherBackedUp } from "./backups";
import type { EoxServerConfig } from "./config";
import { createFurtherMachine, type FurtherMachineConfig } from "./further-machine";

/** The database of a stack beside its first machine. */
export interface StackDatabase {
    /** The server, as the stack's first machine is told of it. */
    server: Pick<PostgreSqlElsewhereArgs, "url" | "password" | "authority" | "after">;
    /** The last steps of it. */
    last: InstallStep[];
    /** What of it is backed up. */
    backedUp: FurtherBackedUp[];
    /** What the stack gives out of it. */
    outputs: Record<string, unknown>;
}

/** What the database of a stack is to have, and who uses it besides the first machine. */
export interface DatabaseNeeds {
    /** Of PostgreSQL. @default none */
    extensions?: readonly "postgis"[];
    /** Security updates that come by themselves. @default none do */
    upgrades?: UpgradeSettings;
    /** Other machines that the product is on. @default none */
    others?: readonly Machine[];
    /** What must be there before those are let in, and others no longer are: nobody asks a machine that goes. @default nothing */
    after?: readonly pulumi.Resource[];
}

/** What is needed of the configuration of either product. */
type Config = FurtherMachineConfig & {
    postgresql: Pick<EoxServerConfig["postgresql"], "machine" | "data" | "sharedBuffersMiB">;
};

/**
 * A machine for PostgreSQL, which the machines of the product alone reach; none where the configuration has none.
 * @param first where the product is @param needs what it is to have, and who uses it. @default none of each
 */
export async function createDatabaseMachine(
    config: Config,
    first: Machine,
    { extensions = [], upgrades, others = [], after = [] }: DatabaseNeeds = {},
): Promise<StackDatabase | undefined> {
    const { machine: keys, data: volume, sharedBuffersMiB } = config.postgresql;
    if (keys === undefined || volume === undefined) {
        return undefined;
    }
    const { image } = keys;
    const clients = [first, ...others];
    const further = await createFurtherMachine(config, first, {
        ...{ role: "database", keys, volume, upgrades, clients, after },
        service: { description: "PostgreSQL for the product", port: POSTGRESQL_PORT },
        packages: PostgreSql.packages(image, extensions),
    });
    const { machine, packages, data, closed, output, ssh } = further;
    const { url, password, authority, running } = new PostgreSqlForMachines("database-server", {
        ...{ machine, image, packages, data, extensions, clients, after },
        sharedBuffersMiB,
    });
    return {
        server: { url, password, authority, after: [running, closed] },
        last: further.lastSteps(running),
        backedUp: [further.backedUp({ directories: [], databases: LOCAL_ADMINISTRATOR, units: [] }, running)],
        outputs: { database: { ...output, url }, databaseSsh: ssh },
    };
}
