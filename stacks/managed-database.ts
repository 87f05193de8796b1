import type { Machine } from "../components/machine/machine";
import type { EoxServerConfig } from "./config";
import { formatNetwork, halvesOf, networkOf, type Network } from "./config/network";
import { DATABASE_NETWORK } from "./config/rds";
import type { StackDatabase } from "./database-machine";

/** A PostgreSQL server that the platform runs for the stack's machine; none where the configuration has none. */
export function createManagedDatabase(
    { postgresql: { rds, authority } }: Pick<EoxServerConfig, "postgresql">,
    machine: Machine,
): StackDatabase | undefined {
    if (rds === undefined) {
        return undefined;
    }
    const cidr = rds.cidr ?? DATABASE_NETWORK;
    const subnetCidrs = halvesOf(networkOf(cidr) as Network).map(formatNetwork);
    // The configuration has been checked: the machine is one of AWS, and has one.
    const server = machine.managedPostgreSql?.("database-server", { ...rds, cidr, subnetCidrs }, {});
    if (server === undefined) {
        return undefined;
    }
    const { url, password, after } = server;
    return { server: { url, password, authority, after }, last: [], backedUp: [], outputs: { databaseUrl: url } };
}
