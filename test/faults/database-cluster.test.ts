import { setTimeout as sleep } from "node:timers/promises";
import { quote } from "../../components/guest/shell";
import { Web } from "../../verify/web";
import { expectDestroyed, expectUnchanged } from "../e2e/checks";
import { ClusterStack, MEMBERS, MOST_SECONDS, otherThan, psql, type Outputs } from "../e2e/cluster-stack";
import { powerCut } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { writtenDuring } from "../e2e/steady-writes";
import { cutOffFrom, JOIN_AGAIN } from "./cut-off";
import { MINUTE } from "./tried";
import { Visitor } from "./visitor";

/** Of the instance's user, and one of the superuser's in a table of an extension. */
const ROWS_OF_A_BACKUP = `
    INSERT INTO spatial_ref_sys (srid, srtext) VALUES (990001, 'of its own');
    SET ROLE instance00;
    CREATE TABLE kept AS SELECT id, md5(id::text) AS text FROM generate_series(1, 20000) AS id`;
const CONTENTS = `
    SELECT count(*), md5(string_agg(text, ',' ORDER BY id)),
        (SELECT count(*) FROM coverages_eoobject), (SELECT srtext FROM spatial_ref_sys WHERE srid = 990001),
        (SELECT tableowner FROM pg_tables WHERE tablename = 'kept') FROM kept`;
/** What is beside those that a cluster begins with, and whose it is. */
const DATABASES = `
    SELECT string_agg(datname || ' ' || pg_get_userbyid(datdba), ',') FROM pg_database
    WHERE NOT datistemplate AND datname <> 'postgres'`;

describe("EOxServer with its database on three machines", () => {
    const stack = new ClusterStack("cluster");
    let outputs: Outputs;
    let web: Web;

    const page = () => outputs.instances["instance00"]!.url;

    beforeAll(async () => {
        stack.configureCluster();
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        web = new Web(outputs.certificate);
    }, 15 * MINUTE);

    afterAll(() => {
        web?.close();
        stack.remove();
    }, 5 * MINUTE);

    test(
        "every requirement is met, of all machines; another up changes nothing",
        async () => {
            const detail = await stack.expectWhole(["E03", "X01", "X02", "X03", "X05", "X06", "X10", "X14"]);
            expect(detail("E07")).toMatch(/TLSv1\.\d \(sslmode verify-full\); the server refuses/);
            expect(detail("X12")).toMatch(/db\d writes, db\d has what is acknowledged, 2 standbys streaming by TLS/);
            await expectUnchanged(stack, "eoxserver@instance00");
        },
        10 * MINUTE,
    );

    test(
        "etcd and Patroni answer the members alone, and those by their certificates alone",
        async () => {
            const { address } = outputs.databaseMembers!["db1"]!;
            const connect = (port: number) =>
                `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' 2>&1 && echo open || echo closed`;
            expect(await stack.ssh(connect(5432))).toContain("open");
            for (const port of [2379, 2380, 8008]) {
                expect(await stack.ssh(connect(port))).toContain("closed");
                expect(await stack.sshOn("db2", connect(port))).toContain("open");
            }
            const ask = (port: number, path: string, ...certificate: string[]) =>
                `python3 - https://${address}:${port}/${path} ${certificate.join(" ")} <<'END'
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile="/etc/science-stacks/cluster/authority.pem")
if sys.argv[2:]:
    context.load_cert_chain(*sys.argv[2:])
try:
    print(urllib.request.urlopen(sys.argv[1], context=context, timeout=5).status)
except OSError as error:
    print("refused", error)
END`;
            const own = ["certificate.pem", "etcd.key"].map((file) => `/etc/science-stacks/cluster/${file}`);
            for (const [port, path] of [
                [8008, "cluster"],
                [2379, "health"],
            ] as const) {
                expect(await stack.sshOn("db2", ask(port, path))).toContain("refused");
                expect((await stack.sshOn("db2", ask(port, path, ...own))).trim()).toBe("200");
            }
        },
        10 * MINUTE,
    );

    test(
        "the machine that writes loses its power: another one takes over, and nothing that was acknowledged is lost",
        async () => {
            const lost = await stack.leader();
            const visitor = new Visitor(web, page());
            const written = await writtenDuring(stack, "the leader loses its power", async () => {
                await sleep(5000);
                powerCut(stack.beside(lost));
                await sleep(MOST_SECONDS * 1000);
                expect(await stack.leader(otherThan(lost))).not.toBe(lost);
                const { failed, asked, away, slowest } = await visitor.leave();
                process.stderr.write(
                    `  of ${asked} requests ${failed} failed, away for ${away.toFixed(1)} s at most, the slowest took ${slowest.toFixed(1)} s\n`,
                );
                expect((await web.get(page())).status).toBe(200);
                await stack.run("up");
                await stack.untilItStreams(lost);
            });
            expect(written.missing).toBe(0);
            expect(written.longestSeconds).toBeLessThan(MOST_SECONDS);
            expect(await stack.leader(lost)).not.toBe(lost);
            await stack.expectWhole();
        },
        10 * MINUTE,
    );

    test(
        "users' commands know the machines: ssh, logs, drift, rotate; a setting is taken up by all",
        async () => {
            expect((await stack.sshOn("db2", "hostname")).trim()).toBe(stack.beside("db2"));
            expect(await stack.run("logs", "--machine", "db3")).toContain("patroni");
            const wrong = await stack.attempt("ssh", "--machine", "db4", "--", "hostname");
            expect([wrong.status === 0, wrong.stderr]).toEqual([
                false,
                expect.stringContaining('"db4" is none of the machines'),
            ]);
            await stack.sshOn("db2", "sed -i 's/verify_client: required/verify_client: none/' /etc/patroni/config.yml");
            const { status, stdout } = await stack.attempt("drift");
            expect([status, stdout]).toEqual([1, expect.stringContaining("db2-patroni-data")]);
            await stack.run("up", "--repair");
            await stack.run("rotate", "database-password");
            stack.configureCluster({ sharedBuffersMiB: 128 });
            await stack.run("up");
            for (const member of MEMBERS) {
                expect((await stack.sshOn(member, psql("SHOW shared_buffers"))).trim()).toBe("128MB");
            }
            await stack.expectWhole();
        },
        10 * MINUTE,
    );

    test(
        "a machine that has what is acknowledged loses its power: writes wait for seconds",
        async () => {
            const [lost] = await stack.members(/^Sync Standby$/, "db1");
            const before = await stack.leader();
            const written = await writtenDuring(stack, "the synchronous standby loses its power", async () => {
                await sleep(3000);
                powerCut(stack.beside(lost!));
                await sleep(MOST_SECONDS * 1000);
                process.stderr.write(`  ${before} wrote before, ${await stack.leader(otherThan(lost!))} after\n`);
                await stack.run("up");
                await stack.untilItStreams(lost!);
            });
            expect(written.missing).toBe(0);
            expect(written.longestSeconds).toBeLessThan(MOST_SECONDS);
        },
        6 * MINUTE,
    );

    test(
        "the machine that writes is cut off from the others: it writes no more, and another one does",
        async () => {
            const cut = await stack.leader();
            const others = [
                outputs.machine,
                ...Object.entries(outputs.databaseMembers!)
                    .filter(([name]) => name !== cut)
                    .map(([, machine]) => machine),
            ].map(({ address }) => address);
            const written = await writtenDuring(stack, "the leader is cut off", async () => {
                await sleep(3000);
                await stack.sshOn(cut, cutOffFrom(others));
                // Whoever is on the machine itself gets nothing acknowledged either.
                const insert = psql("INSERT INTO steady_writes VALUES (-1)").replaceAll('"', '\\"');
                const alone = await stack.sshOn(cut, `timeout 10 sh -c "${insert}" || echo none`);
                expect(alone.trim().split("\n").at(-1)).toBe("none");
                await sleep(MOST_SECONDS * 1000 - 10_000);
                expect((await stack.sshOn(cut, psql("SELECT pg_is_in_recovery()"))).trim()).toBe("t");
                const refused = await stack.sshOn(cut, `${psql("INSERT INTO steady_writes VALUES (-2)")} 2>&1 || true`);
                expect(refused).toContain("read-only");
                const after = await stack.leader(otherThan(cut));
                expect(after).not.toBe(cut);
                await stack.sshOn(cut, JOIN_AGAIN);
                await stack.untilItStreams(cut);
                expect(await stack.leader(cut)).toBe(after);
            });
            expect(written.missing).toBe(0);
            expect(written.longestSeconds).toBeLessThan(MOST_SECONDS);
            // What it had taken and never acknowledged is gone.
            expect((await stack.sshOn(cut, psql("SELECT count(*) FROM steady_writes WHERE n < 0"))).trim()).toBe("0");
            await stack.expectWhole();
        },
        6 * MINUTE,
    );

    test(
        "a machine without its data comes back with a copy, by up",
        async () => {
            const lost = (await stack.members(/^Replica$/, "db1"))[0] ?? otherThan(await stack.leader());
            await stack.sshOn(
                lost,
                "systemctl stop patroni etcd && rm -rf /data/etcd/* /data/postgresql/* /etc/science-stacks/etcd-begins",
            );
            await stack.run("up", "--repair");
            await stack.untilItStreams(lost);
            await stack.expectWhole();
        },
        8 * MINUTE,
    );

    test(
        "a backup goes on when the machine that writes loses its power, and all of its time is there again after a restore",
        async () => {
            const lost = await stack.leader();
            await stack.sshOn(lost, psql(ROWS_OF_A_BACKUP));
            await stack.ssh(
                "cd /srv/eodata; install -d -o eodata kept; echo kept >kept/scene; chown eodata kept/scene",
            );
            const kept = await stack.sshOn(lost, psql(CONTENTS));

            // The dump waits for this lock until the machine is gone.
            const lock = "BEGIN; LOCK TABLE kept; SELECT pg_sleep(600)";
            const waits = psql(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'",
            );
            await stack.sshOn(lost, `systemd-run --quiet --collect bash -c ${quote(psql(lock))}`);
            const backup = stack.attempt("backup");
            await stack.sshOn(lost, `timeout 60 bash -c ${quote(`until [ "$(${waits})" = 1 ]; do sleep 0.2; done`)}`);
            powerCut(stack.beside(lost));
            const { status, stdout, seconds } = await backup;
            process.stderr.write(`  a backup whose server goes took ${seconds.toFixed(1)} s: ${stdout.trim()}\n`);
            expect([status, stdout]).toEqual([0, expect.stringMatching(/backup [0-9a-f]{8}: \d+ MiB, 1 databases/)]);

            const writes = await stack.leader(otherThan(lost));
            expect(writes).not.toBe(lost);
            await stack.sshOn(writes, psql("DROP TABLE coverages_eoobject CASCADE; DELETE FROM kept WHERE id > 10"));
            await stack.sshOn(writes, psql("DELETE FROM spatial_ref_sys WHERE srid = 990001"));
            await stack.ssh("rm -r /srv/eodata/kept");
            await stack.run("up");
            await stack.untilItStreams(lost);

            // One that is asked before the one that writes has nothing yet of what is made for the restore.
            const behind = otherThan(writes);
            await stack.sshOn(behind, psql("SELECT pg_wal_replay_pause()"));
            expect(await stack.run("restore")).toContain("and answers");
            await stack.sshOn(behind, psql("SELECT pg_wal_replay_resume()"));
            expect(await stack.leader()).toBe(writes);
            await Promise.all(MEMBERS.map((member) => stack.untilItSays(member, CONTENTS, kept)));
            expect(await stack.sshOn(writes, psql(DATABASES))).toBe("eoxs_instance00 instance00\n");
            expect(await stack.ssh("cat /srv/eodata/kept/scene")).toBe("kept\n");
            const detail = await stack.expectWhole();
            expect(detail("X11")).toContain("with 1 database dumps");
        },
        10 * MINUTE,
    );

    test(
        "a database and its user that are gone are there again, by a restore",
        async () => {
            const writes = await stack.leader();
            await stack.sshOn(writes, psql(ROWS_OF_A_BACKUP));
            const kept = await stack.sshOn(writes, psql(CONTENTS));
            await stack.run("backup");
            await stack.sshOn(writes, psql("DROP DATABASE eoxs_instance00 WITH (FORCE)", "postgres"));
            await stack.sshOn(writes, psql("DROP ROLE instance00", "postgres"));
            await stack.run("restore");
            await Promise.all(MEMBERS.map((member) => stack.untilItSays(member, CONTENTS, kept)));
            await stack.expectWhole();
        },
        8 * MINUTE,
    );

    test(
        "what a restore could not make again is told by the backup",
        async () => {
            const writes = await stack.leader();
            await stack.sshOn(writes, psql("CREATE TABLE of_the_superuser ()"));
            const { status, stderr } = await stack.attempt("backup");
            expect([status, stderr]).toEqual([
                1,
                expect.stringContaining("do not belong to its user: TABLE public of_the_superuser postgres"),
            ]);
            await stack.sshOn(writes, psql("DROP TABLE of_the_superuser"));
            expect(await stack.run("backup")).toContain("the repository is in order");
        },
        6 * MINUTE,
    );

    test(
        "destroy leaves nothing of any of them",
        async () => {
            await expectDestroyed(stack, NETWORK);
        },
        10 * MINUTE,
    );
});
