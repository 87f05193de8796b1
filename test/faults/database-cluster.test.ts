import { setTimeout as sleep } from "node:timers/promises";
import { CONTENTS, ROWS_OF_A_BACKUP } from "../e2e/cluster-backup";
import { ClusterStack, MEMBERS, MOST_SECONDS, otherThan, psql, type Outputs } from "../e2e/cluster-stack";
import { powerCut } from "../e2e/host";
import { writtenDuring } from "../e2e/steady-writes";
import { MINUTE } from "./tried";

describe("EOxServer with its database on three machines", () => {
    const stack = new ClusterStack("cluster");
    let outputs: Outputs;

    beforeAll(async () => {
        stack.configureCluster();
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
    }, 15 * MINUTE);

    afterAll(() => stack.remove());

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
            const set = `{ ${others.join(", ")} }`;
            const written = await writtenDuring(stack, "the leader is cut off", async () => {
                await sleep(3000);
                await stack.sshOn(
                    cut,
                    `nft -f - <<<'table inet cut {
                        chain input { type filter hook input priority -300; ip saddr ${set} drop; };
                        chain output { type filter hook output priority -300; ip daddr ${set} drop; };
                    }'`,
                );
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
                await stack.sshOn(cut, "nft delete table inet cut");
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
});
