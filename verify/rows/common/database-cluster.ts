import { PATRONI_CONFIGURATION } from "../../../components/database-cluster/patroni-files";
import type { Context } from "../../context";
import type { Database } from "../../database";
import type { DatabaseMember } from "../../further-machines";
import { count, ensure } from "../../row";
import { together } from "./machines";

/** Looks at each of several machines of PostgreSQL. @param extensions what is to be said of a server's extensions. @default nothing */
export const checkDatabaseMembers = (
    { databaseMembers }: Pick<Context, "databaseMembers">,
    extensions: (server: Database) => Promise<string> = () => Promise.resolve(""),
): Promise<string> => together(databaseMembers, (member) => checkMember(member, extensions));

async function checkMember(
    { server, ssh }: DatabaseMember,
    extensions: (server: Database) => Promise<string>,
): Promise<string> {
    const [found] = await server.rows<{ version: string; directory: string; checksums: string }>(
        "select current_setting('server_version') as version, current_setting('data_directory') as directory, current_setting('data_checksums') as checksums",
    );
    ensure(found, "PostgreSQL gives no answer");
    const more = await extensions(server);
    const seen = await ssh.facts(`
        fact cluster "$(findmnt -no MAJ:MIN --target "$(realpath ${found.directory})")"
        fact etcd "$(findmnt -no MAJ:MIN --target /data/etcd/member)"
        fact volume "$(findmnt -no MAJ:MIN /data)"
        fact boot "$(systemctl is-enabled etcd.service patroni.service | sort -u)"
    `);
    ensure(seen["cluster"] === seen["volume"], `the cluster in ${found.directory} is not on the data volume`);
    ensure(seen["etcd"] === seen["volume"], "the data of etcd are not on the data volume");
    ensure(seen["boot"] === "enabled", "etcd and Patroni are not started at boot");
    ensure(found.checksums === "on", "the cluster has no checksums");
    return `PostgreSQL ${found.version}${more}, by Patroni at boot, its cluster in ${found.directory} on the data volume`;
}

/** What Patroni says of a member. */
interface Listed {
    Member: string;
    Role: string;
    State: string;
    "Lag in MB"?: number;
}

/** X12, of PostgreSQL on several machines: one writes, the others get what it writes, and one of them has it before it is acknowledged. */
export async function checkDatabaseCluster({
    databaseMembers,
    database,
}: Pick<Context, "databaseMembers" | "database">): Promise<string> {
    const [first] = databaseMembers;
    ensure(first, "none of the machines of PostgreSQL is known");
    const listed = JSON.parse(
        await first.ssh.run(`cd /; patronictl -c ${PATRONI_CONFIGURATION} list --format json`),
    ) as Listed[];
    const known = listed.map(({ Member }) => Member).sort();
    const wanted = databaseMembers.map(({ member }) => member).sort();
    ensure(known.join() === wanted.join(), `Patroni knows ${known.join(", ")} instead of ${wanted.join(", ")}`);
    const leaders = listed.filter(({ Role }) => Role === "Leader");
    const synchronous = listed.filter(({ Role }) => Role === "Sync Standby");
    ensure(leaders.length === 1, `${count(leaders.length, "member")} would write`);
    ensure(synchronous.length === 1, `${count(synchronous.length, "member")} would have what is acknowledged`);

    const leader = databaseMembers.find(({ member }) => member === leaders[0]?.Member);
    const standbys = await leader!.server.rows<{ name: string; state: string; sync: string; tls: boolean }>(
        "select application_name as name, state, sync_state as sync, ssl as tls from pg_stat_replication join pg_stat_ssl using (pid)",
    );
    const streaming = standbys.filter(({ state, tls }) => state === "streaming" && tls).map(({ name }) => name);
    const behind = wanted.filter((name) => name !== leader?.member && !streaming.includes(name));
    ensure(behind.length === 0, `${behind.join(", ")} get nothing of what ${leader?.member} writes`);
    ensure(
        standbys.some(({ name, sync }) => sync === "sync" && name === synchronous[0]?.Member),
        `${leader?.member} acknowledges what no other has`,
    );
    const [own] = await database.rows<{ standby: boolean }>("select pg_is_in_recovery() as standby");
    ensure(own?.standby === false, "the stack's first machine does not come to the one that writes");
    const etcd = await Promise.all(
        databaseMembers.map(({ ssh }) =>
            ssh.run(". /usr/local/lib/science-stacks/etcd.sh; healthy 2>&1 >/dev/null && echo yes || echo no"),
        ),
    );
    ensure(
        etcd.every((each) => each.endsWith("yes")),
        "etcd of a member takes part in no majority",
    );
    return `${leader!.member} writes, ${synchronous[0]!.Member} has what is acknowledged, ${count(streaming.length, "standby")} streaming by TLS, etcd has all ${databaseMembers.length} members`;
}
