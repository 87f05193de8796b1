import { serverAddress } from "../../../components/guest/postgresql-server";
import type { DcorContext } from "../../context";
import { DcorSoftware } from "../../dcor-api";
import { ensure } from "../../row";
import { onEachApplication } from "../common/applications";
import { checkDatabaseCluster, checkDatabaseMembers } from "../common/database-cluster";

/** D03, of the stack's own database, on the machine or beside it. */
export async function checkDatabase(context: DcorContext): Promise<string> {
    const { front, database, databaseUrl, databaseMembers } = context;
    const [encoding] = await database.rows<{ name: string }>(
        "select pg_encoding_to_char(encoding) as name from pg_database where datname = 'ckan_default'",
    );
    ensure(encoding?.name === "UTF8", `the database ckan_default is ${encoding?.name ?? "not there"}`);
    const [tables] = await database.rows<{ count: number }>(
        `select count(*)::int as count from information_schema.tables where table_schema = 'public'`,
        "ckan_default",
    );
    ensure((tables?.count ?? 0) > 20, `ckan_default has ${tables?.count} tables`);
    const [state] = await database.rows<{ version: string }>(
        "select version_num as version from alembic_version",
        "ckan_default",
    );
    ensure(state?.version, "`ckan db init` has not been run");
    const refused = await front.run(
        `PGPASSWORD=wrong psql -h ${serverAddress(databaseUrl ?? "")?.host ?? "/var/run/postgresql"} -U ckan_default ckan_default -c 'select 1' 2>&1 || true`,
    );
    ensure(/password authentication failed/.test(refused), `a wrong password is answered with: ${refused}`);
    const said = `ckan_default with ${tables?.count} tables, and no entry with a wrong password`;
    return databaseMembers.length > 0 ? `${said}; ${await checkDatabaseMembers(context)}` : said;
}

/** X12, of PostgreSQL on several machines: CKAN, on each machine that it is on, is given all of them, and comes to the one that writes. */
export async function checkWayToCluster(context: DcorContext): Promise<string> {
    const cluster = await checkDatabaseCluster(context);
    const wanted = serverAddress(context.databaseUrl ?? "")?.host;
    await onEachApplication(context, async ({ machine }) => {
        const { hosts, writes, tls, sslmode, asks } = await new DcorSoftware(machine).database();
        ensure(hosts === wanted, `CKAN is given ${hosts} instead of ${wanted}`);
        ensure(writes, "CKAN does not come to the one that writes");
        ensure(tls && sslmode === "verify-full", `CKAN connects with sslmode ${sslmode}, and ${tls ? "" : "no "}TLS`);
        ensure(asks, "CKAN does not ask whether a connection of its pool is still one (sqlalchemy.pool_pre_ping)");
        return "";
    });
    return `${cluster}, and CKAN comes to the one that writes`;
}
