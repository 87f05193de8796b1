import { serverAddress } from "../../components/guest/postgresql-server";
import type { Product } from "../product";
import { ensure } from "../row";
import { databaseRows } from "./eoxserver/database";
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
        ...(postgresql.url === undefined ? ["postgresql.service", "var-lib-postgresql.mount"] : []),
        ...instances.map(({ name }) => `eoxserver@${name}.service`),
    ],
    services: async ({ config: { instances, postgresql }, machine }) => {
        const wanted = postgresql.url === undefined ? "/var/run/postgresql" : serverAddress(postgresql.url)?.host;
        const given = await machine.run(`sed -n 's/^ *"HOST": "\\(.*\\)",$/\\1/p' /etc/eoxserver/*/settings.py`);
        const hosts = given.split("\n");
        ensure(
            hosts.length === instances.length && hosts.every((host) => host === wanted),
            `the instances are given ${hosts.join(", ")} instead of ${wanted}`,
        );
        return `each instance is given PostgreSQL as an endpoint, ${wanted}; postgresql.url names one on another machine`;
    },
    trialSetting: {
        change: (config, { eoxserver: { processes } }) => {
            const key = "science-stacks:eoxserver";
            config[key] = { ...(config[key] as object | undefined), processes: processes === 10 ? 9 : 10 };
        },
        shows: /^\s*[-+].*processes=(9|10)/m,
    },
};
