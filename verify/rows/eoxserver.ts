import { hasOwnServer } from "../../stacks/config/postgresql-elsewhere";
import type { EoxServerContext } from "../context";
import type { Product } from "../product";
import { ensure, type Row } from "../row";
import { databaseRows } from "./eoxserver/database";
import { addressOf, isElsewhere } from "./eoxserver/database-elsewhere";
import { ENDPOINT_PORT } from "../../components/guest/tls-endpoint-files";
import { onEachApplication } from "./common/applications";
import { checkDatabaseCluster } from "./common/database-cluster";
import { applicationRows } from "./eoxserver/application";
import { checkBalancer } from "./eoxserver/balancer";
import { webPorts } from "./eoxserver/instance";
import { serverRows } from "./eoxserver/server";
import { instanceUnits } from "./eoxserver/units";
import { webRows } from "./eoxserver/web";

/** What is looked at where the instances are: on the first machine, or on each of those that they have for themselves. */
const OF_THE_INSTANCES = ["E04", "E05", "E08", "E09", "E10", "E12"];

const whereTheInstancesAre = (row: Row<EoxServerContext>): Row<EoxServerContext> =>
    OF_THE_INSTANCES.includes(row.id)
        ? { ...row, check: (context) => onEachApplication(context, (each) => row.check(each)) }
        : row;

/** EOxServer: E01 to E15. */
export const eoxserver: Product<"eoxserver"> = {
    rows: [...serverRows, ...databaseRows, ...applicationRows, ...webRows]
        .map(whereTheInstancesAre)
        .sort((a, b) => a.id.localeCompare(b.id)),
    ports: webPorts,
    units: (config) => [
        "apache2.service",
        ...(hasOwnServer(config) ? ["postgresql.service", "var-lib-postgresql.mount"] : []),
        ...(config.applications ? ["haproxy.service"] : instanceUnits(config)),
    ],
    onApplications: (config) => ({
        ports: [ENDPOINT_PORT],
        units: ["haproxy.service", ...instanceUnits(config)],
        isBackedUp: true,
    }),
    services: async (context) => {
        const wanted = isElsewhere(context) ? addressOf(context).host : "/var/run/postgresql";
        await onEachApplication(context, (each) => checkEndpoint(each, wanted));
        const way = context.applicationMachines.length > 0 ? `${await checkBalancer(context)}; ` : "";
        const cluster = context.databaseMembers.length > 0 ? `: ${await checkDatabaseCluster(context)}` : "";
        return `${way}each instance is given PostgreSQL as an endpoint, ${wanted}${cluster}; postgresql.machine names one on a second machine of the stack, postgresql.machines one on several, postgresql.rds one of Amazon's, postgresql.url one elsewhere`;
    },
    trialSetting: {
        change: (config, { eoxserver: { processes } }) => {
            const key = "science-stacks:eoxserver";
            config[key] = { ...(config[key] as object | undefined), processes: processes === 10 ? 9 : 10 };
        },
        shows: /^\s*[-+].*processes=(9|10)/m,
    },
};

/** The instances on a machine are given the database server. */
async function checkEndpoint({ machine, config }: EoxServerContext, wanted: string): Promise<string> {
    const given = await machine.run(`sed -n 's/^ *"HOST": "\\(.*\\)",$/\\1/p' /etc/eoxserver/*/settings.py`);
    const hosts = given.split("\n");
    ensure(
        hosts.length === config.instances.length && hosts.every((host) => host === wanted),
        `the instances are given ${hosts.join(", ")} instead of ${wanted}`,
    );
    return wanted;
}
