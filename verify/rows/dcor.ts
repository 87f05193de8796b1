import { hasOwnMinio } from "../../stacks/config/dcor-object-store";
import { hasOwnServer } from "../../stacks/config/postgresql-elsewhere";
import { hasOwnSolr, isOwnRedis } from "../../stacks/config/services";
import type { Product } from "../product";
import { ensure } from "../row";
import { REDIS_UNITS } from "./common/redis";
import { checkRedisCluster } from "./common/redis-cluster";
import { installationRows } from "./dcor/installation";
import { options, serviceRows } from "./dcor/services";
import { settingRows } from "./dcor/settings";
import { userRows } from "./dcor/user";
import { webRows } from "./dcor/web";

/** DCOR: D01 to D17. */
export const dcor: Product<"dcor"> = {
    rows: [...installationRows, ...serviceRows, ...webRows, ...settingRows, ...userRows].sort((a, b) =>
        a.id.localeCompare(b.id),
    ),
    ports: ({ tls, dcor: { httpPort, httpsPort }, objectStore }) => [
        httpPort,
        ...(tls.mode === "none" ? [] : [httpsPort]),
        ...(objectStore.mode === "minio" ? [objectStore.port] : []),
    ],
    units: ({ postgresql, redis, solr, objectStore }) => [
        ...["nginx.service", "supervisor.service", "cache.mount", "science-stacks-firewall.service"],
        ...["apt-daily-upgrade.timer", "dcor-jobs@run-jobs-dcor-schemas.timer"],
        ...(hasOwnServer({ postgresql }) ? ["postgresql@15-main.service"] : []),
        ...(isOwnRedis({ redis }) ? REDIS_UNITS : []),
        ...(redis.machines ? ["haproxy.service"] : []),
        ...(hasOwnSolr({ solr }) ? ["solr.service"] : []),
        ...(hasOwnMinio({ objectStore }) ? ["minio.service"] : []),
    ],
    services: async (context) => {
        const { config, outputs } = context;
        const values = await options(context);
        const given = {
            ...(config.solr.url !== undefined && { solr_url: config.solr.url }),
            "dcor_object_store.endpoint_url": outputs.objectStore,
        };
        for (const [key, wanted] of Object.entries(given)) {
            ensure(values.get(key) === wanted, `${key} is ${values.get(key)}, not ${wanted}`);
        }
        // They hold passwords: only where they lead is looked at.
        const hosts = ["sqlalchemy.url", "ckan.redis.url"].map((key) =>
            values.get(key)?.replace(/^(\w+:\/\/).*@/, "$1"),
        );
        ensure(!hosts.includes(undefined), "ckan.ini names no database, or no Redis");
        const places = [...hosts.map((host) => host?.split("?")[0]), values.get("solr_url")];
        const cluster = context.redisMembers.length > 0 ? `; ${await checkRedisCluster(context)}` : "";
        return `CKAN is given ${places.join(", ")} and ${outputs.objectStore}${cluster}; postgresql.machine, postgresql.rds, postgresql.url, redis.machine, redis.machines, redis.elasticache, redis.url, solr.machine, solr.url, objectStore.machine and objectStore.mode name others`;
    },
    trialSetting: {
        change: (config, { dcor: { workers } }) => {
            const key = "science-stacks:dcor";
            config[key] = { ...(config[key] as object | undefined), workers: workers === 3 ? 2 : 3 };
        },
        shows: /^\s*[-+].*workers = [23]$/m,
    },
};
