import type { Machine } from "../components/machine/machine";
import { createDatabaseCluster } from "./database-cluster";
import { createDatabaseMachine, type DatabaseNeeds, type StackDatabase } from "./database-machine";

/** What is needed of the configuration of either product. */
type Config = Parameters<typeof createDatabaseCluster>[0] & Parameters<typeof createDatabaseMachine>[0];

/** The machine for PostgreSQL beside the stack's first one, or several of which one writes; none where the configuration has none. */
export const createDatabaseBeside = async (
    config: Config,
    first: Machine,
    needs: DatabaseNeeds,
): Promise<StackDatabase | undefined> =>
    (await createDatabaseCluster(config, first, needs)) ?? createDatabaseMachine(config, first, needs);
