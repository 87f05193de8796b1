import type { EoxServerContext as Context } from "../../context";
import { count, ensure, type Row } from "../../row";

/** PostgreSQL and PostGIS, and each instance's database. */
export const databaseRows: Row<Context>[] = [
    {
        id: "E03",
        title: "PostgreSQL and PostGIS, started at boot, the cluster on the data volume",
        async check({ database, machine, config }) {
            const [first] = config.instances;
            const [server] = await database.rows<{ version: string; directory: string }>(
                "select current_setting('server_version') as version, current_setting('data_directory') as directory",
            );
            const [postgis] = await database.rows<{ version: string }>(
                "select postgis_lib_version() as version",
                databaseOf(first?.name),
            );
            ensure(server && postgis, "PostgreSQL gives no answer");
            const seen = await machine.facts(`
                printf 'cluster\\t%s\\n' "$(findmnt -no MAJ:MIN --target "$(realpath ${server.directory})")"
                printf 'volume\\t%s\\n' "$(findmnt -no MAJ:MIN /data)"
                printf 'boot\\t%s\\n' "$(systemctl is-enabled postgresql.service)"
            `);
            ensure(seen["cluster"] === seen["volume"], `the cluster in ${server.directory} is not on the data volume`);
            ensure(seen["boot"] === "enabled", "PostgreSQL is not started at boot");
            return `PostgreSQL ${server.version} with PostGIS ${postgis.version}, at boot, its cluster in ${server.directory} on the data volume`;
        },
    },
    {
        id: "E06",
        title: "For each instance a database user without privileges and a PostGIS database of its own",
        async check({ database, config }) {
            const databases = await database.rows<Owned>(`
                select datname as name, pg_encoding_to_char(encoding) as encoding, rolname as owner,
                       rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as privileged,
                       rolpassword like 'SCRAM-SHA-256$%' as scram
                from pg_database join pg_authid on pg_authid.oid = datdba where datname like 'eoxs\\_%'`);
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
                    ensure(found.scram, `the password of ${found.owner} is not kept as SCRAM`);
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
        title: "A password line for each instance before the default policy, local access only",
        async check({ database, machine, config }) {
            const [listening] = await database.rows<{ addresses: string }>(
                "select current_setting('listen_addresses') as addresses",
            );
            ensure(listening?.addresses === "", `PostgreSQL listens on ${listening?.addresses}`);
            const rules = await database.rows<HbaRule>(
                "select line_number as line, type, database, user_name as users, auth_method as method from pg_hba_file_rules order by line_number",
            );
            const policy = rules.find(
                (rule) => rule.type === "local" && rule.database.includes("all") && rule.users.includes("all"),
            );
            for (const { name } of config.instances) {
                const rule = rules.find((each) => each.database.includes(databaseOf(name)));
                ensure(
                    rule?.type === "local" && rule.method === "scram-sha-256",
                    `pg_hba.conf has no password line for ${databaseOf(name)}`,
                );
                ensure(
                    !policy || rule.line < policy.line,
                    `the line of ${databaseOf(name)} comes after the default policy`,
                );
            }

            const name = config.instances[0]?.name ?? "";
            const role = rules.find((each) => each.database.includes(databaseOf(name)))?.users[0] ?? "";
            // As a user without rights on the machine; the password goes from file to environment, and never leaves the machine.
            const seen = await machine.facts(`
                cd /
                log_in() { runuser -u nobody -- psql -X -A -t -w -h /var/run/postgresql -U ${role} -d "$1" -c 'select current_user' 2>&1 | tail -n 1; }
                export PGPASSWORD=wrong
                printf 'wrong\\t%s\\n' "$(log_in ${databaseOf(name)} || true)"
                PGPASSWORD=$(cat /etc/science-stacks/secrets/eoxserver-${name}-database)
                printf 'right\\t%s\\n' "$(log_in ${databaseOf(name)})"
                printf 'other\\t%s\\n' "$(log_in postgres || true)"
            `);
            ensure(seen["wrong"]?.includes("authentication failed"), `${role} with a wrong password: ${seen["wrong"]}`);
            ensure(seen["right"] === role, `${role} with its password: ${seen["right"]}`);
            ensure(seen["other"] !== role, `${role} comes into the database postgres as well`);
            return `local socket only; ${count(config.instances.length, "password line")} before the default policy; ${role} comes in with its password alone, and into its database alone`;
        },
    },
];

/** The database of an instance. */
export function databaseOf(instance = ""): string {
    return `eoxs_${instance}`;
}

interface Owned {
    name: string;
    encoding: string;
    owner: string;
    privileged: boolean;
    scram: boolean;
}

interface HbaRule {
    line: number;
    type: string;
    database: string[];
    users: string[];
    method: string;
}
