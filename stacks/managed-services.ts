import type { Machine } from "../components/machine/machine";
import type { ManagedServer } from "../components/machine/managed";
import type { EoxServerConfig, OmeroWebConfig } from "./config";
import { MANAGED_SUBNETS } from "./config/managed";
import type { StackDatabase } from "./database-machine";
import type { StackRedis } from "./redis-machine";
import { zoneSubnets } from "./subnets";

/** The servers that the platform runs for the stack's machine; none where the configuration has none. */
export interface ManagedServices {
    database?: StackDatabase;
    redis?: StackRedis;
}

/** What is needed of the configuration of each product. */
interface Config {
    postgresql?: Pick<EoxServerConfig["postgresql"], "rds" | "authority">;
    redis?: Pick<OmeroWebConfig["redis"], "elasticache">;
}

/**
 * Makes them, in the same subnets. The configuration has been checked: where it has one, the machines are on AWS.
 * @param others the stack's machines besides the first that use them
 */
export function createManagedServices(
    { postgresql, redis }: Config,
    machine: Machine,
    others: readonly Machine[] = [],
): ManagedServices {
    const [rds, elasticache] = [postgresql?.rds, redis?.elasticache];
    const place = rds ?? elasticache;
    if (place === undefined) {
        return {};
    }
    const shared = { clients: [machine, ...others], subnets: zoneSubnets(place, MANAGED_SUBNETS) };
    const database = rds && machine.managedPostgreSql?.("database-server", { ...rds, ...shared }, {});
    const cache = elasticache && machine.managedRedis?.("redis-server", { ...elasticache, ...shared }, {});
    return {
        database: database && asDatabase(database, postgresql?.authority),
        redis: cache && { server: cache, last: [], outputs: { redisUrl: cache.url } },
    };
}

function asDatabase({ url, password, after }: ManagedServer, authority?: string): StackDatabase {
    return { server: { url, password, authority, after }, last: [], backedUp: [], outputs: { databaseUrl: url } };
}
