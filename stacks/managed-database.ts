import type { Machine } from "../components/machine/machine";
import type { EoxServerConfig } from "./config";
import type { StackDatabase } from "./database-machine";

/** A PostgreSQL server that the platform runs for the stack's machine; none where the configuration has none. */
export function createManagedDatabase(
    { postgresql: { rds, authority } }: Pick<EoxServerConfig, "postgresql">,
    machine: Machine,
): StackDatabase | undefined {
    // The configuration has been checked: only a machine of AWS has one.
    const server = rds && machine.managedPostgreSql?.("database-server", rds, {});
    if (server === undefined) {
        return undefined;
    }
    const { url, password, after } = server;
    return { server: { url, password, authority, after }, last: [], outputs: { databaseUrl: url } };
}
