import * as pulumi from "@pulumi/pulumi";
import { DataVolume } from "../components/guest/data-volume";
import type { InstallStep } from "../components/guest/install-step";
import { Packages } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { PostgreSql } from "../components/guest/postgresql";
import type { PostgreSqlElsewhereArgs } from "../components/guest/postgresql-elsewhere";
import { PostgreSqlForMachines } from "../components/guest/postgresql-for-machines";
import { POSTGRESQL_PORT } from "../components/guest/postgresql-server";
import { UnattendedUpgrades, type UpgradeSettings } from "../components/guest/unattended-upgrades";
import { createMachine } from "../components/machine/create";
import type { Machine } from "../components/machine/machine";
import type { EoxServerConfig } from "./config";

/** The database of a stack beside its first machine. */
export interface StackDatabase {
    /** The server, as the stack's first machine is told of it. */
    server: Pick<PostgreSqlElsewhereArgs, "url" | "password" | "authority" | "after">;
    /** The last steps of it. */
    last: InstallStep[];
    /** What the stack gives out of it. */
    outputs: Record<string, unknown>;
}

/** What is needed of the configuration of either product. */
type Config = Pick<EoxServerConfig, "firewall" | "mirrors" | "packagesAsOf"> & {
    postgresql: Pick<EoxServerConfig["postgresql"], "machine" | "data" | "sharedBuffersMiB">;
};

/**
 * A machine for PostgreSQL, with a volume and a firewall of its own, which the stack's first machine alone reaches; none where the
 * configuration has none.
 * @param client the first machine, where the product is
 * @param wanted the extensions of PostgreSQL, and the security updates that come by themselves. @default none of either
 */
export async function createDatabaseMachine(
    { firewall, mirrors, packagesAsOf, postgresql }: Config,
    client: Machine,
    { extensions = [], upgrades }: { extensions?: readonly "postgis"[]; upgrades?: UpgradeSettings } = {},
): Promise<StackDatabase | undefined> {
    const { machine: keys, data: volume, sharedBuffersMiB } = postgresql;
    if (keys === undefined || volume === undefined) {
        return undefined;
    }
    const needs = { ports: [POSTGRESQL_PORT], sizeGiB: volume.sizeGiB, administrators: firewall.ssh };
    const further = { machineName: `${client.machineName}-database`, beside: client };
    const machine = await createMachine("database-machine", keys, mirrors, needs, further);
    const rules = [
        { description: "PostgreSQL for the product", port: POSTGRESQL_PORT, cidrs: [], machines: [client] },
        { description: "SSH of the administrators", port: 22, cidrs: firewall.ssh },
    ];
    const closed = machine.firewall("database-firewall", rules, {});
    const data = new DataVolume("database-data", { machine, ...volume });
    const { image } = keys;
    const sets = [PostgreSql.packages(image, extensions), ...(upgrades ? [UnattendedUpgrades.packages(upgrades)] : [])];
    const packages = new Packages("database-packages", { machine, sets });
    if (upgrades !== undefined) {
        new UnattendedUpgrades("database-upgrades", { machine, packages, ...upgrades });
    }
    const { url, password, authority, running } = new PostgreSqlForMachines("database-server", {
        ...{ machine, image, packages, data, extensions },
        clients: [client],
        sharedBuffersMiB,
    });

    const upgraded = createPackagesUpgrade({ packagesAsOf }, machine, [], [running], "database-packages-upgrade");

    const { machineName: name, address } = machine;
    return {
        server: { url, password, authority, after: [running, closed] },
        last: [running, ...upgraded],
        outputs: {
            database: { name, address, platform: keys.platform, url },
            databaseSsh: pulumi.secret(machine.connection),
        },
    };
}
