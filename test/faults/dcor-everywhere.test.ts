import { setTimeout as sleep } from "node:timers/promises";
import { expectAllRowsOk, expectDestroyed, expectUnchanged } from "../e2e/checks";
import { MEMBERS as DATABASE } from "../e2e/cluster-stack";
import { machineRuns, powerCut } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { SMALL } from "../e2e/small";
import { seenDuring } from "../e2e/visitors";
import { BESIDE, DcorMachines, NOT_HERE, OWN, ROWS, SEARCH_MEMBERS } from "./dcor-machines";
import { editedDuring } from "./editor";
import { MEMBERS as REDIS } from "./redis-members";
import { MINUTE } from "./tried";

/** One of those that work as one, of each kind. */
const LOST = ["app2", ...[DATABASE, REDIS, SEARCH_MEMBERS].map(([first]) => first!)];
/** What a user waits for at most while another one takes over of each kind. */
const MOST_SECONDS = 90;
const machines = (names: readonly string[], sizeGiB = OWN.data.sizeGiB) => ({
    machines: Object.fromEntries(names.map((name) => [name, { ...OWN, data: { sizeGiB } }])),
});

describe("DCOR with nothing on one machine alone but its site, its storage and its objects", () => {
    const dcor = new DcorMachines("dcor-all");
    const { stack } = dcor;

    beforeAll(async () => {
        await dcor.begin({
            applications: { app1: OWN, app2: OWN },
            ...{ postgresql: machines(DATABASE, 5), redis: machines(REDIS), objectStore: BESIDE.objectStore },
            solr: { heapMiB: 256, ...machines(SEARCH_MEMBERS) },
            dcor: { ...SMALL.dcor.dcor, storageMachine: "app1" },
        });
        await dcor.signIn();
        await dcor.expectProcessed("first", "app1");
    }, 45 * MINUTE);

    afterAll(() => dcor.remove());

    test(
        "every requirement is met, on each of the machines; another up changes nothing",
        async () => {
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
            await expectUnchanged(stack, "haproxy nginx");
        },
        20 * MINUTE,
    );

    test(
        "one machine of each kind loses its power, all at once: nothing that was acknowledged is missing, and up brings them back",
        async () => {
            const what = `${LOST.join(", ")} lose their power`;
            const seen = await editedDuring(what, { api: dcor.api, circle: "first", prefix: "lost" }, async () => {
                await seenDuring(what, dcor.visits, async () => {
                    LOST.forEach((name) => powerCut(stack.beside(name)));
                    await sleep(MOST_SECONDS * 1000);
                });
                await dcor.expectProcessed("meanwhile", "app1");
            });
            expect(seen.missing).toEqual([]);
            expect(seen.longestSeconds).toBeLessThan(MOST_SECONDS);
            await stack.run("up");
            expect(LOST.filter((name) => !machineRuns(stack.beside(name)))).toEqual([]);
            await dcor.expectProcessed("afterwards", "app2");
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        30 * MINUTE,
    );

    test(
        "destroy leaves nothing of any of them",
        async () => {
            await expectDestroyed(stack, NETWORK);
        },
        5 * MINUTE,
    );
});
