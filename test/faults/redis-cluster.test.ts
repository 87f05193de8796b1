import { setTimeout as sleep } from "node:timers/promises";
import { machineRuns, powerCut } from "../e2e/host";
import { seenDuring } from "../e2e/visitors";
import { cutOffFrom, JOIN_AGAIN } from "./cut-off";
import { RedisCluster } from "./redis-cluster";
import { MEMBERS, MOST_SECONDS, otherThan } from "./redis-members";
import { MINUTE } from "./tried";

describe("OMERO.web with its sessions in Redis on three machines", () => {
    const cluster = new RedisCluster("sentinel");
    const { stack, redis } = cluster;

    beforeAll(async () => {
        await cluster.begin(cluster.configureCluster());
        await cluster.logIn();
    }, 15 * MINUTE);

    // What a test before has left without power.
    beforeEach(async () => {
        if (!MEMBERS.every((member) => machineRuns(stack.beside(member)))) {
            await stack.run("up");
        }
    }, 3 * MINUTE);

    afterAll(() => cluster.remove());

    test(
        "every row of verify is met, and an unchanged up changes nothing",
        async () => {
            const { rows } = await cluster.expectWhole();
            expect(rows.find(({ id }) => id === "X12")?.detail).toMatch(/is master, 2 replicas got by TLS/);
            const starts = () =>
                Promise.all(
                    MEMBERS.map((each) => stack.sshOn(each, "systemctl show -P MainPID redis-server redis-sentinel")),
                );
            const before = await starts();
            expect(await stack.run("up")).toMatch(/\d+ unchanged/);
            expect(await starts()).toEqual(before);
        },
        5 * MINUTE,
    );

    test(
        "the master loses its power: another one takes over within seconds, and users stay logged in",
        async () => {
            const lost = await redis.master("cache1");
            const { longestSeconds, acknowledged, missing, seen } = await cluster.duringWrites(
                `${lost}, the master, loses its power`,
                async () => {
                    await sleep(3000);
                    powerCut(stack.beside(lost));
                    await sleep(MOST_SECONDS * 1000);
                },
            );
            expect(await cluster.knows()).toBe(true);
            const next = await redis.master(otherThan(lost));
            expect(next).not.toBe(lost);
            expect(longestSeconds).toBeLessThan(MOST_SECONDS);
            expect(Math.max(seen.visitor.away, seen.user.away)).toBeLessThan(MOST_SECONDS);
            expect([...seen.user.others]).not.toContain(401);
            // What the replica had not got yet: Redis acknowledges before.
            expect(missing).toBeLessThan(acknowledged / 100);

            await stack.run("up");
            await redis.untilItIs(lost, "slave");
            expect(await redis.master(lost)).toBe(next);
            await cluster.expectWhole();
        },
        8 * MINUTE,
    );

    test(
        "the master is cut off from all others: it takes nothing more, and another one does",
        async () => {
            const cut = await redis.master("cache1");
            const { machine, redisMembers } = cluster.outputs;
            const others = MEMBERS.filter((each) => each !== cut).map((each) => redisMembers![each]!.address);
            const { longestSeconds } = await cluster.duringWrites(`${cut}, the master, is cut off`, async () => {
                await sleep(3000);
                await stack.sshOn(cut, cutOffFrom([machine.address, ...others]));
                // By the time that another one may take over.
                await sleep(5000);
                expect(await redis.ask(cut, "own set cut off 2>&1 || true")).toContain("NOREPLICAS");
                await sleep((MOST_SECONDS - 5) * 1000);
                expect(await redis.ask(cut, "own set cut off 2>&1 || true")).toContain("NOREPLICAS");
                const next = await redis.master(otherThan(cut));
                expect(next).not.toBe(cut);
                await stack.sshOn(cut, JOIN_AGAIN);
                await redis.untilItIs(cut, "slave");
                expect(await redis.master(cut)).toBe(next);
            });
            expect(longestSeconds).toBeLessThan(MOST_SECONDS);
            expect(await redis.ask(cut, "own exists cut")).toBe("0");
            expect(await cluster.knows()).toBe(true);
            await cluster.expectWhole();
        },
        6 * MINUTE,
    );

    test(
        "a changed setting comes to one after the other, the master last, and costs nothing that was written",
        async () => {
            const before = await redis.master("cache1");
            stack.configure(cluster.configureCluster({ maxMemoryMiB: 96 }));
            const { missing, longestSeconds, seen } = await cluster.duringWrites("a changed setting", () =>
                stack.run("up"),
            );
            expect(missing).toBe(0);
            expect(longestSeconds).toBeLessThan(MOST_SECONDS);
            expect(Math.max(seen.visitor.away, seen.user.away)).toBeLessThan(MOST_SECONDS);
            for (const member of MEMBERS) {
                expect(await redis.ask(member, "own config get maxmemory | tail -n 1")).toBe(String(96 * 1024 ** 2));
            }
            expect(await redis.master("cache1")).not.toBe(before);
            expect(await cluster.knows()).toBe(true);
            await cluster.expectWhole();
        },
        6 * MINUTE,
    );

    test(
        "a new password costs users seconds, and no session; nothing of Redis is restarted for it",
        async () => {
            const started = () =>
                Promise.all(MEMBERS.map((each) => stack.sshOn(each, "systemctl show -P MainPID redis-server")));
            const before = await started();
            const { visitor } = await seenDuring("a new password", cluster.visits, () =>
                stack.run("rotate", "cache-password"),
            );
            expect(visitor.away).toBeLessThan(10);
            expect(await started()).toEqual(before);
            expect(await cluster.knows()).toBe(true);
        },
        5 * MINUTE,
    );

    test(
        "all of them lose their power: they come back as what they were, with the sessions",
        async () => {
            const before = await redis.master("cache1");
            MEMBERS.forEach((member) => powerCut(stack.beside(member)));
            await stack.run("up");
            await Promise.all(MEMBERS.map((member) => redis.untilItIs(member, member === before ? "master" : "slave")));
            expect(await cluster.knows()).toBe(true);
        },
        5 * MINUTE,
    );

    test(
        "a member without its data gets it again, by up, whoever was master",
        async () => {
            const lost = await redis.master("cache1");
            await stack.sshOn(lost, "systemctl stop redis-server redis-sentinel && rm -rf /data/redis/*");
            await stack.run("up", "--repair");
            await redis.untilItIs(lost, "slave");
            expect(await cluster.knows()).toBe(true);
            await cluster.expectWhole();
        },
        8 * MINUTE,
    );
});
