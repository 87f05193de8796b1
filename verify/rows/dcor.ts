import { hasOwnMinio } from "../../stacks/config/dcor-object-store";
import { hasOwnServer } from "../../stacks/config/postgresql-elsewhere";
import { hasOwnSolr, isOwnRedis } from "../../stacks/config/services";
import { ENDPOINT_PORT, ENDPOINT_UNIT } from "../../components/guest/tls-endpoint-files";
import type { DcorContext } from "../context";
import type { Product } from "../product";
import { ensure, type Row } from "../row";
import { onEachApplication } from "./common/applications";
import { together } from "./common/machines";
import { REDIS_UNITS } from "./common/redis";
import { checkRedisCluster } from "./common/redis-cluster";
import { checkSearchCluster } from "./dcor/search-cluster";
import { checkBalancer } from "./dcor/balancer";
import { checkWayToCluster } from "./dcor/database";
import { installationRows } from "./dcor/installation";
import { options, serviceRows } from "./dcor/services";
import { settingRows } from "./dcor/settings";
import { userRows } from "./dcor/user";
import { webRows } from "./dcor/web";

/** What is looked at on the first machine alone, on that and each other one, and on one of those that DCOR is on: a user has one. */
const [OF_THE_FRONT, OF_ALL, OF_ONE] = [["D12"], ["D14"], ["D17"]];

/** The other rows are looked at where DCOR is: on the first machine, or on each of those that it has for itself. */
const whereItIs = (row: Row<DcorContext>): Row<DcorContext> =>
    OF_THE_FRONT.includes(row.id) ? row : { ...row, check: (context) => checkWhereItIs(row, context) };

function checkWhereItIs(row: Row<DcorContext>, context: DcorContext): Promise<string> {
    const { front, outputs, applicationMachines } = context;
    const [one] = applicationMachines;
    if (one !== undefined && OF_ONE.includes(row.id)) {
        return row.check({ ...context, machine: one.ssh });
    }
    if (one !== undefined && OF_ALL.includes(row.id)) {
        const all = [{ name: outputs.machine.name, ssh: front }, ...applicationMachines];
        return together(all, ({ ssh }) => row.check({ ...context, machine: ssh }));
    }
    return onEachApplication(context, (each) => row.check(each));
}

/** DCOR: D01 to D17. */
export const dcor: Product<"dcor"> = {
    rows: [...installationRows, ...serviceRows, ...webRows, ...settingRows, ...userRows]
        .map(whereItIs)
        .sort((a, b) => a.id.localeCompare(b.id)),
    ports: ({ tls, dcor: { httpPort, httpsPort }, objectStore }) => [
        httpPort,
        ...(tls.mode === "none" ? [] : [httpsPort]),
        ...(objectStore.mode === "minio" ? [objectStore.port] : []),
    ],
    units: ({ postgresql, redis, solr, objectStore, applications }) => [
        ...["nginx.service", "cache.mount", "science-stacks-firewall.service", "apt-daily-upgrade.timer"],
        ...(applications || redis.machines || solr.machines ? ["haproxy.service"] : []),
        ...(applications ? [] : ["supervisor.service", "dcor-jobs@run-jobs-dcor-schemas.timer"]),
        ...(hasOwnServer({ postgresql }) ? ["postgresql@15-main.service"] : []),
        ...(isOwnRedis({ redis }) ? REDIS_UNITS : []),
        ...(hasOwnSolr({ solr }) ? ["solr.service"] : []),
        ...(hasOwnMinio({ objectStore }) ? ["minio.service"] : []),
    ],
    onApplications: () => ({
        ports: [ENDPOINT_PORT],
        units: ["haproxy.service", ENDPOINT_UNIT, "supervisor.service", "cache.mount", "apt-daily-upgrade.timer"],
        isBackedUp: true,
    }),
    services: async (context) => {
        const way = context.applicationMachines.length > 0 ? `${await checkBalancer(context)}; ` : "";
        const database = context.databaseMembers.length > 0 ? `${await checkWayToCluster(context)}; ` : "";
        const redis = context.redisMembers.length > 0 ? `${await checkRedisCluster(context)}; ` : "";
        const search = context.searchMembers.length > 0 ? `${await checkSearchCluster(context)}; ` : "";
        return way + database + redis + search + (await onEachApplication(context, checkGiven));
    },
    trialSetting: {
        change: (config, { dcor: { workers } }) => {
            const key = "science-stacks:dcor";
            config[key] = { ...(config[key] as object | undefined), workers: workers === 3 ? 2 : 3 };
        },
        shows: /^\s*[-+].*workers = [23]$/m,
    },
};

/** What CKAN on a machine is given. */
async function checkGiven(context: DcorContext): Promise<string> {
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
    const hosts = ["sqlalchemy.url", "ckan.redis.url"].map((key) => values.get(key)?.replace(/^(\w+:\/\/).*@/, "$1"));
    ensure(!hosts.includes(undefined), "ckan.ini names no database, or no Redis");
    const places = [...hosts.map((host) => host?.split("?")[0]), values.get("solr_url")];
    return `CKAN is given ${places.join(", ")} and ${outputs.objectStore}; postgresql.machine, postgresql.machines, postgresql.rds, postgresql.url, redis.machine, redis.machines, redis.elasticache, redis.url, solr.machine, solr.machines, solr.url, objectStore.machine and objectStore.mode name others`;
}
