import type { Product } from "../product";
import { ensure, NotHere } from "../row";
import { databaseRows } from "./eoxserver/database";
import { applicationRows } from "./eoxserver/application";
import { webPorts } from "./eoxserver/instance";
import { serverRows } from "./eoxserver/server";
import { webRows } from "./eoxserver/web";

/** EOxServer: E01 to E15. */
export const eoxserver: Product<"eoxserver"> = {
    rows: [...serverRows, ...databaseRows, ...applicationRows, ...webRows].sort((a, b) => a.id.localeCompare(b.id)),
    ports: webPorts,
    units: ({ instances }) => [
        "apache2.service",
        "postgresql.service",
        "srv-eoxserver.mount",
        "srv-eodata.mount",
        "var-lib-postgresql.mount",
        ...instances.map(({ name }) => `eoxserver@${name}.service`),
    ],
    services: async ({ database }) => {
        const [seen] = await database.rows<{ local: boolean; users: number }>(
            "select inet_server_addr() is null as local, (select count(*) from pg_roles where rolcanlogin)::int as users",
        );
        ensure(seen?.local, "the database is not reached by the machine's local socket");
        throw new NotHere(
            `the database answers as this machine's local endpoint (${seen.users} users); one on another machine is not part of this version yet`,
        );
    },
    trialSetting: {
        change: (config, { eoxserver: { processes } }) => {
            const key = "science-stacks:eoxserver";
            config[key] = { ...(config[key] as object | undefined), processes: processes === 10 ? 9 : 10 };
        },
        shows: /^\s*[-+].*processes=(9|10)/m,
    },
};
