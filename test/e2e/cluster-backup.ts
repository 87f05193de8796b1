import { quote } from "../../components/guest/shell";
import { MEMBERS, otherThan, psql, type ClusterStack } from "./cluster-stack";
import { powerCut } from "./host";

/** Of the instance's user, and one of the superuser's in a table of an extension. */
export const ROWS_OF_A_BACKUP = `
    INSERT INTO spatial_ref_sys (srid, srtext) VALUES (990001, 'of its own');
    SET ROLE instance00;
    CREATE TABLE kept AS SELECT id, md5(id::text) AS text FROM generate_series(1, 20000) AS id`;
export const CONTENTS = `
    SELECT count(*), md5(string_agg(text, ',' ORDER BY id)),
        (SELECT count(*) FROM coverages_eoobject), (SELECT srtext FROM spatial_ref_sys WHERE srid = 990001),
        (SELECT tableowner FROM pg_tables WHERE tablename = 'kept') FROM kept`;
/** What is beside those that a cluster begins with, and whose it is. */
const DATABASES = `
    SELECT string_agg(datname || ' ' || pg_get_userbyid(datdba), ',') FROM pg_database
    WHERE NOT datistemplate AND datname <> 'postgres'`;

/** What was deleted on all machines of a database comes back, whichever of them writes. */
export function testBackups(stack: ClusterStack): void {
    test("a backup goes on when the machine that writes loses its power, and all of its time is there again after a restore", async () => {
        const lost = await stack.leader();
        await stack.sshOn(lost, psql(ROWS_OF_A_BACKUP));
        await stack.ssh("cd /srv/eodata; install -d -o eodata kept; echo kept >kept/scene; chown eodata kept/scene");
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
        const { rows } = await stack.expectWhole();
        expect(rows.find(({ id }) => id === "X11")?.detail).toContain("with 1 database dumps");
    });
}
