import type { EoxServerContext as Context } from "../../context";
import { count, ensure } from "../../row";
import { databaseOf } from "./instance";

/** E03, of the machine's own server. */
export async function checkLocalServer({ database, machine, config }: Context): Promise<string> {
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
}

/** E07, of the machine's own server. */
export async function checkLocalAccess({ database, machine, config }: Context): Promise<string> {
    const [listening] = await database.rows<{ addresses: string }>(
        "select current_setting('listen_addresses') as addresses",
    );
    ensure(listening?.addresses === "", `PostgreSQL listens on ${listening?.addresses}`);
    const rules = await database.rows<HbaRule>(
        "select line_number as line, type, database, user_name as users, auth_method as method from pg_hba_file_rules order by line_number",
    );
    const kept = await database.rows<{ role: string }>(
        "select rolname as role from pg_authid where rolpassword like 'SCRAM-SHA-256$%'",
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
        ensure(!policy || rule.line < policy.line, `the line of ${databaseOf(name)} comes after the default policy`);
        const [user] = rule.users;
        ensure(
            kept.some(({ role }) => role === user),
            `the password of ${user} is not kept as SCRAM`,
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
}

interface HbaRule {
    line: number;
    type: string;
    database: string[];
    users: string[];
    method: string;
}
