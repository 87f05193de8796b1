import type { EoxServerContext as Context } from "../../context";
import { count, ensure, type Row } from "../../row";
import { checkDatabaseMembers } from "../common/database-cluster";
import { checkAccessElsewhere, checkServerElsewhere, checkServerOfMachine, isElsewhere } from "./database-elsewhere";
import { checkLocalAccess, checkLocalServer } from "./database-local";
import { databaseOf } from "./instance";

/** PostgreSQL and PostGIS, and each instance's database, on the machine or elsewhere. */
export const databaseRows: Row<Context>[] = [
    {
        id: "E03",
        title: "PostgreSQL and PostGIS, started at boot, the cluster on the data volume",
        check: (context) => {
            if (context.databaseMembers.length > 0) {
                const database = databaseOf(context.config.instances[0]?.name);
                return checkDatabaseMembers(context, async (server) => {
                    const [postgis] = await server.rows<{ version: string }>(
                        "select postgis_lib_version() as version",
                        database,
                    );
                    return ` with PostGIS ${postgis?.version}`;
                });
            }
            return context.databaseMachine
                ? checkServerOfMachine(context, context.databaseMachine)
                : (isElsewhere(context) ? checkServerElsewhere : checkLocalServer)(context);
        },
    },
    {
        id: "E06",
        title: "For each instance a database user without privileges and a PostGIS database of its own",
        async check(context) {
            const { database, config } = context;
            const databases = await database.rows<Owned>(`
                select datname as name, pg_encoding_to_char(encoding) as encoding, rolname as owner,
                       rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as privileged
                from pg_database join pg_roles on pg_roles.oid = datdba where datname like 'eoxs\\_%'`);
            const owners = new Set<string>();
            await Promise.all(
                config.instances.map(async ({ name }) => {
                    const found = databases.find((each) => each.name === databaseOf(name));
                    ensure(found, `the instance ${name} has no database ${databaseOf(name)}`);
                    ensure(found.encoding === "UTF8", `${found.name} has the encoding ${found.encoding}`);
                    ensure(
                        !found.privileged,
                        `the owner of ${found.name}, ${found.owner}, has privileges beyond its database`,
                    );
                    owners.add(found.owner);
                    const extensions = await database.rows(
                        "select 1 from pg_extension where extname = 'postgis'",
                        found.name,
                    );
                    ensure(extensions.length === 1, `${found.name} has no PostGIS`);
                }),
            );
            ensure(owners.size === config.instances.length, "two instances share a database user");
            return `${count(owners.size, "database")} (UTF-8, PostGIS), each owned by a user of its own without further privileges`;
        },
    },
    {
        id: "E07",
        title: "A password line for each instance before the default policy, local access only; elsewhere, TLS",
        check: (context) => (isElsewhere(context) ? checkAccessElsewhere : checkLocalAccess)(context),
    },
];

interface Owned {
    name: string;
    encoding: string;
    owner: string;
    privileged: boolean;
}
