import { setTimeout as sleep } from "node:timers/promises";
import { QUEUES } from "../../components/dcor/render";
import { expectAllRowsOk, expectDestroyed, expectUnchanged, untilItAnswers } from "../e2e/checks";
import { machineRuns, powerCut } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { SMALL } from "../e2e/small";
import { expectUnseen, seenDuring } from "../e2e/visitors";
import { makeCircle, PNG } from "./circle";
import { BESIDE, DcorMachines, NOT_HERE, OWN, ROWS } from "./dcor-machines";
import { MOST_SECONDS, otherThan, RedisMembers } from "./redis-members";
import { MINUTE } from "./tried";

const WORKERS = QUEUES.map((queue) => `ckan-worker-${queue}`).join(" ");

describe("DCOR on two machines of its own, with its queue in Redis on three", () => {
    const dcor = new DcorMachines("dcor-apps");
    const { stack } = dcor;
    const redis = new RedisMembers(stack, () => dcor.outputs);
    let picture: string;

    beforeAll(async () => {
        await dcor.begin({
            ...{ ...BESIDE, ...RedisMembers.configuration(OWN), applications: { app1: OWN, app2: OWN } },
            dcor: { ...SMALL.dcor.dcor, storageMachine: "app1" },
        });
        await dcor.signIn();
    }, 30 * MINUTE);

    afterAll(() => dcor.remove());

    test(
        "a dataset is processed; a job that one machine has made is done by the other",
        async () => {
            await dcor.expectProcessed("first", "app1");
            for (const [maker, other] of [
                ["app1", "app2"],
                ["app2", "app1"],
            ] as const) {
                await stack.sshOn(maker, `supervisorctl stop ${WORKERS}`);
                const ended = await dcor.software(maker, (software) => software.jobs(QUEUES));
                expect([other, Object.values(ended)]).toEqual([other, ["finished", "finished", "finished"]]);
                // It waits for a minute for each, to see that it stays: of several, for one after the other.
                await stack.sshOn(
                    maker,
                    `for worker in ${WORKERS}; do systemd-run --quiet supervisorctl start "$worker"; done`,
                );
            }
        },
        10 * MINUTE,
    );

    test(
        "a circle's picture is kept by one machine, and seen whichever is asked; each has the style sheets of all pages",
        async () => {
            for (const circle of ["one", "two", "three"]) {
                picture = await makeCircle(dcor.web, dcor.outputs, circle);
            }
            const kept = "ls /data/ckan/storage/uploads/group 2>/dev/null | wc -l";
            expect([await stack.sshOn("app1", kept), await stack.sshOn("app2", kept)]).toEqual(["3\n", "0\n"]);
            for (let time = 0; time < 6; time++) {
                const { status, body } = await dcor.web.request(picture);
                expect([status, body.equals(PNG)]).toEqual([200, true]);
            }
            const { text } = await dcor.web.get(dcor.outputs.url);
            const assets = [...text.matchAll(/"(\/webassets\/[^"?]+)/g)].map(([, path = ""]) => path);
            expect(assets.length).toBeGreaterThan(2);
            const own = assets.map((path) => `curl -fso /dev/null http://127.0.0.1:8080${path}`).join(" && ");
            for (const machine of ["app1", "app2"]) {
                await stack.sshOn(machine, own);
            }
        },
        5 * MINUTE,
    );

    test(
        "every requirement is met, on each of the machines; another up changes nothing",
        async () => {
            const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
            const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
            for (const row of ["D02", "D05", "D08", "D09", "D13", "X01", "X02", "X03", "X05", "X06", "X10"]) {
                expect(detail(row)).toContain(`${stack.beside("app1")}: `);
                expect(detail(row)).toContain(`${stack.beside("app2")}: `);
            }
            expect(detail("X12")).toContain("2 servers of DCOR, which all answer it by TLS");
            expect(detail("X12")).toMatch(/is master, 2 replicas got by TLS .*, and whoever uses Redis is led to it/);
            await expectUnchanged(stack, "haproxy nginx");
        },
        15 * MINUTE,
    );

    test(
        "a machine that loses its power costs hardly a request and nobody's log-in; datasets are processed meanwhile, and pictures wait for it",
        async () => {
            const seen = await seenDuring("app1 loses its power", dcor.visits, async () => {
                powerCut(stack.beside("app1"));
                await sleep(10_000);
            });
            expect(Math.max(...Object.values(seen).map(({ failed }) => failed))).toBeLessThanOrEqual(1);
            await dcor.expectProcessed("meanwhile", "app2");
            expect((await dcor.web.request(picture)).status).toBe(503);
            await expectUnseen("app1 comes back", dcor.visits, () => stack.run("up"));
            expect(machineRuns(stack.beside("app1"))).toBe(true);
            // CKAN may still be starting there: up has nothing else to do, and the other machine answers.
            await untilItAnswers(dcor.web, picture);
            expect((await dcor.web.request(picture)).body.equals(PNG)).toBe(true);
        },
        15 * MINUTE,
    );

    test(
        "the master of Redis loses its power: requests and datasets wait for another one at most, and none is lost",
        async () => {
            const lost = await redis.master("cache1");
            const seen = await seenDuring(`${lost}, the master of Redis, loses its power`, dcor.visits, async () => {
                powerCut(stack.beside(lost));
                await dcor.expectProcessed("without-master", "app1");
                await sleep(MOST_SECONDS * 1000);
            });
            expect(Object.values(seen).filter(({ failed }) => failed > 0)).toEqual([]);
            expect(await redis.master(otherThan(lost))).not.toBe(lost);
            const ended = await dcor.software("app2", (software) => software.jobs(QUEUES));
            expect(Object.values(ended)).toEqual(["finished", "finished", "finished"]);
            await stack.run("up");
            await redis.untilItIs(lost, "slave");
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        15 * MINUTE,
    );

    test(
        "a restart of CKAN on a machine leaves HAProxy there running, which leads to Redis, and no request fails",
        async () => {
            const balancer = () => stack.sshOn("app1", "systemctl show -P MainPID haproxy");
            const before = await balancer();
            const shown = '[ "$(systemctl is-active haproxy-endpoint)" = active ]';
            await expectUnseen("a restart of CKAN", dcor.visits, () =>
                stack.sshOn(
                    "app1",
                    `systemctl restart supervisor && timeout 180 bash -c 'until ${shown}; do sleep 0.5; done'`,
                ),
            );
            expect(await balancer()).toBe(before);
        },
        8 * MINUTE,
    );

    test(
        "a changed setting comes to one machine after the other, and no request fails",
        async () => {
            stack.configure({
                dcor: { ...SMALL.dcor.dcor, storageMachine: "app1", harakiriSeconds: 7200 },
            });
            await expectUnseen("another time limit", dcor.visits, () => stack.run("up"));
            for (const machine of ["app1", "app2"]) {
                const limit = "sed -n 's/^harakiri = //p' /etc/ckan/default/ckan-uwsgi.ini";
                expect(await stack.sshOn(machine, limit)).toBe("7200\n");
            }
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        15 * MINUTE,
    );

    test(
        "destroy leaves nothing of any of them",
        async () => {
            await expectDestroyed(stack, NETWORK);
        },
        5 * MINUTE,
    );
});
