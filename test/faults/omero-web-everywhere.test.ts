import { setTimeout as sleep } from "node:timers/promises";
import { expectAllRowsOk, expectDestroyed, expectUnchanged } from "../e2e/checks";
import { machineRuns, powerCut } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { NOT_HERE, OmeroWebMachines, OWN, ROWS } from "../e2e/omero-web-machines";
import { seenDuring } from "../e2e/visitors";
import { MEMBERS, MOST_SECONDS, otherThan, RedisMembers } from "./redis-members";
import { MINUTE } from "./tried";

describe("OMERO.web on two machines of its own, with its sessions in Redis on three others", () => {
    const omeroWeb = new OmeroWebMachines("omero-all");
    const { stack } = omeroWeb;
    const redis = new RedisMembers(stack, () => omeroWeb.outputs);

    beforeAll(async () => {
        await omeroWeb.begin({ applications: { app1: OWN, app2: OWN }, ...RedisMembers.configuration(OWN) });
        await omeroWeb.logIn("app1");
    }, 15 * MINUTE);

    afterAll(() => omeroWeb.remove());

    test(
        "every requirement is met, on each of the machines; another up changes nothing",
        async () => {
            expect(await omeroWeb.knows("app2")).toBe(true);
            const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
            expect(rows.find(({ id }) => id === "X12")?.detail).toMatch(/is master, 2 replicas got by TLS/);
            await expectUnchanged(stack, "haproxy nginx");
        },
        5 * MINUTE,
    );

    test(
        "one of each kind loses its power, both at once: nobody is logged out, and up brings them back",
        async () => {
            const master = await redis.master("cache1");
            const lost = ["app1", master];
            const { visitor, user } = await seenDuring(
                `${lost.join(" and ")} lose their power`,
                omeroWeb.visits,
                async () => {
                    lost.forEach((name) => powerCut(stack.beside(name)));
                    await sleep(2 * MOST_SECONDS * 1000);
                },
            );
            expect(Math.max(visitor.away, user.away)).toBeLessThan(MOST_SECONDS);
            expect([...user.others]).not.toContain(401);
            expect(await redis.master(otherThan(master))).not.toBe(master);
            await stack.run("up");
            expect(lost.filter((name) => !machineRuns(stack.beside(name)))).toEqual([]);
            await redis.untilItIs(master, "slave");
            for (const name of ["app1", "app2"]) {
                expect(await omeroWeb.knows(name)).toBe(true);
            }
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        10 * MINUTE,
    );

    test(
        "another password of Redis costs its users seconds, and no session",
        async () => {
            const { visitor } = await seenDuring("a new password of Redis", omeroWeb.visits, () =>
                stack.run("rotate", "cache-password"),
            );
            expect(visitor.away).toBeLessThan(10);
            expect(await omeroWeb.knows("app2")).toBe(true);
        },
        5 * MINUTE,
    );

    test(
        "goes back to one machine by one up, and its users log in again",
        async () => {
            stack.configure({ applications: undefined, redis: undefined });
            const { visitor } = await seenDuring("back to one machine", { visitor: omeroWeb.visits.visitor }, () =>
                stack.run("up"),
            );
            expect(visitor.away).toBeLessThan(60);
            expect(["app1", "app2", ...MEMBERS].filter((name) => machineRuns(stack.beside(name)))).toEqual([]);
            await omeroWeb.logIn();
            expect(await omeroWeb.knows()).toBe(true);
            // Gunicorn has nobody on another machine again.
            await expectAllRowsOk(stack, [...NOT_HERE, "O07"], ROWS);
        },
        10 * MINUTE,
    );

    test(
        "destroy leaves nothing of any of them",
        async () => {
            await expectDestroyed(stack, NETWORK);
        },
        5 * MINUTE,
    );
});
