import { serverAddress, type ServerAddress } from "../../../components/guest/postgresql-server";
import type { EoxServerContext as Context } from "../../context";
import type { DatabaseMachine } from "../../further-machines";
import { ensure } from "../../row";
import { checkLocalServer } from "./database-local";
import { databaseOf, instancesOf, names, sampleOf } from "./instance";
import { operatorOf } from "./operator";

/** E03, of the server on the stack's other machine. */
export async function checkServerOfMachine(context: Context, { name, ssh, server }: DatabaseMachine): Promise<string> {
    return `${name}: ${await checkLocalServer({ ...context, machine: ssh, database: server })}`;
}

/** E03, of a server elsewhere: its boot and its disks are its administrator's. */
export async function checkServerElsewhere(context: Context): Promise<string> {
    const { database, config } = context;
    const [server] = await database.rows<{ version: string; postgis: string }>(
        "select current_setting('server_version') as version, postgis_lib_version() as postgis",
        databaseOf(config.instances[0]?.name),
    );
    ensure(server, "PostgreSQL gives no answer");
    const { host, port } = addressOf(context);
    return `PostgreSQL ${server.version} with PostGIS ${server.postgis} at ${host}:${port}, whose boot and disks are its administrator's`;
}

/** E07, of a server elsewhere: who comes in, and how, seen from the machine. */
export async function checkAccessElsewhere(context: Context): Promise<string> {
    const { database, machine } = context;
    const all = instancesOf(context);
    const open = await database.rows<{ name: string }>(
        "select datname as name from pg_database where has_database_privilege('public', oid, 'connect')",
    );
    const exposed = open.filter(({ name }) => all.some((instance) => databaseOf(instance.name) === name));
    ensure(exposed.length === 0, `every user of the server may connect to ${names(exposed)}`);

    const { sslmode, ...server } = addressOf(context);
    const isEncrypted = sslmode !== "disable";
    const versions = new Set<string>();
    for (const instance of sampleOf(context)) {
        const { tls } = await operatorOf(context, instance).facts;
        ensure(tls.mode === sslmode, `${instance.name} connects with sslmode ${tls.mode} instead of ${sslmode}`);
        ensure(tls.version.startsWith("TLS") === isEncrypted, `the connection of ${instance.name} has ${tls.version}`);
        versions.add(tls.version);
    }

    const [first, other] = [all[0]!, all.at(-1)!];
    const [owner] = await database.rows<{ role: string }>(
        `select pg_get_userbyid(datdba) as role from pg_database where datname = '${databaseOf(first.name)}'`,
    );
    const role = owner?.role ?? "";
    const target = `host=${server.host} port=${server.port} user=${role} sslmode=${isEncrypted ? "require" : "disable"}`;
    // As a user without rights on the machine; the password goes from file to file, where no other user, nor the row that looks
    // for secrets in environments, finds it, and never leaves the machine.
    const seen = await machine.facts(`
        cd /
        passwords=$(mktemp -p /run)
        trap 'rm -f "$passwords"' EXIT
        chown nobody "$passwords"
        know() { { printf '*:*:*:*:'; cat; } >"$passwords"; }
        log_in() { runuser -u nobody -- env PGPASSFILE="$passwords" psql -X -A -t -w -c 'select current_user' "${target} dbname=$*" 2>&1 | paste -sd ' '; }
        know <<<wrong
        printf 'wrong\t%s\n' "$(log_in ${databaseOf(first.name)} || true)"
        know </etc/science-stacks/secrets/eoxserver-${first.name}-database
        printf 'right\t%s\n' "$(log_in ${databaseOf(first.name)})"
        printf 'plain\t%s\n' "$(log_in ${databaseOf(first.name)} sslmode=disable || true)"
        printf 'other\t%s\n' "$(log_in ${databaseOf(other.name)} || true)"
    `);
    ensure(seen["wrong"]?.includes("authentication failed"), `${role} with a wrong password: ${seen["wrong"]}`);
    ensure(seen["right"] === role, `${role} with its password: ${seen["right"]}`);
    ensure(
        first === other || seen["other"]?.includes("permission denied"),
        `${role} in another database: ${seen["other"]}`,
    );
    const plain = seen["plain"] === role ? "takes connections without TLS as well" : "refuses connections without TLS";
    return `${[...versions].join(", ")} (sslmode ${sslmode}); the server ${plain}; ${role} comes in with its password alone, and nobody else's user into a database of an instance`;
}

/** Whether the machine that the instances are on has no server itself. */
export const isElsewhere = ({ databaseUrl }: Context) => databaseUrl !== undefined;

/** Where the server is, on the stack's other machine or elsewhere, as the instances are given it. */
export function addressOf({ databaseUrl }: Context): ServerAddress {
    const server = serverAddress(databaseUrl ?? "");
    ensure(server, "none of postgresql.machine, postgresql.machines, postgresql.rds and postgresql.url is set");
    return server;
}
