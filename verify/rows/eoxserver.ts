import { hasOwnServer } from "../../stacks/config/postgresql-elsewhere";
import type { Product } from "../product";
import { ensure } from "../row";
import { databaseRows } from "./eoxserver/database";
import { checkCluster } from "./eoxserver/database-cluster";
import { addressOf, isElsewhere } from "./eoxserver/database-elsewhere";
import { applicationRows } from "./eoxserver/application";
import { webPorts } from "./eoxserver/instance";
import { serverRows } from "./eoxserver/server";
import { webRows } from "./eoxserver/web";

/** EOxServer: E01 to E15. */
export const eoxserver: Product<"eoxserver"> = {
    rows: [...serverRows, ...databaseRows, ...applicationRows, ...webRows].sort((a, b) => a.id.localeCompare(b.id)),
    ports: webPorts,
    units: ({ instances, postgresql }) => [
        "apache2.service",
        "srv-eoxserver.mount",
        "srv-eodata.mount",
        ...(hasOwnServer({ postgresql }) ? ["postgresql.service", "var-lib-postgresql.mount"] : []),
        ...instances.map(({ name }) => `eoxserver@${name}.service`),
    ],
    services: async (context) => {
        const { config, machine } = context;
        const wanted = isElsewhere(context) ? addressOf(context).host : "/var/run/postgresql";
        const given = await machine.run(`sed -n 's/^ *"HOST": "\\(.*\\)",$/\\1/p' /etc/eoxserver/*/settings.py`);
        const hosts = given.split("\n");
        ensure(
            hosts.length === config.instances.length && hosts.every((host) => host === wanted),
            `the instances are given ${hosts.join(", ")} instead of ${wanted}`,
        );
        const cluster = context.databaseMembers.length > 0 ? `: ${await checkCluster(context)}` : "";
        return `each instance is given PostgreSQL as an endpoint, ${wanted}${cluster}; postgresql.machine names one on a second machine of the stack, postgresql.machines one on several, postgresql.rds one of Amazon's, postgresql.url one elsewhere`;
    },
    trialSetting: {
        change: (config, { eoxserver: { processes } }) => {
            const key = "science-stacks:eoxserver";
            config[key] = { ...(config[key] as object | undefined), processes: processes === 10 ? 9 : 10 };
        },
        shows: /^\s*[-+].*processes=(9|10)/m,
    },
};
