import { expectAllRowsOk, expectDestroyed, expectUnchanged } from "../e2e/checks";
import { MEMBERS as DATABASE } from "../e2e/cluster-stack";
import { NETWORK } from "../e2e/network";
import { SMALL } from "../e2e/small";
import { BESIDE, DcorMachines, NOT_HERE, OWN, ROWS, SEARCH_MEMBERS } from "./dcor-machines";
import { MEMBERS as REDIS } from "./redis-members";
import { MINUTE } from "./tried";

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
        "destroy leaves nothing of any of them",
        async () => {
            await expectDestroyed(stack, NETWORK);
        },
        5 * MINUTE,
    );
});
