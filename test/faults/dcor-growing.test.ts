import { expectAllRowsOk } from "../e2e/checks";
import { machineRuns } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { SMALL } from "../e2e/small";
import { seenDuring } from "../e2e/visitors";
import { Guest } from "../guest/guest";
import { makeCircle, PNG } from "./circle";
import type { Made } from "./dataset";
import { DcorMachines, OWN, ROWS } from "./dcor-machines";
import { MINUTE } from "./tried";
import { VERSIONS } from "./upgrade";

/** The row that a stack that is not for development cannot show. */
const NOT_HERE = ["D10"];
const { before: BEFORE, now: NOW } = VERSIONS.dcor;
/** Of the documentation: the pictures of users and circles, from one machine to another. */
const STORAGE = {
    out: ["tar", "--create", "--file", "-", "--directory", "/data/ckan", "storage"],
    in: ["tar", "--extract", "--file", "-", "--directory", "/data/ckan"],
};

describe("DCOR, from one machine to several and back, with its services beside", () => {
    const dcor = new DcorMachines("dcor-growing");
    const { stack } = dcor;
    /** Has the repository of the backups. */
    let another: Guest;
    let dataset: Made;
    let picture: string;

    const settings = (more: object = {}) => ({ ...SMALL.dcor.dcor, version: BEFORE, ...more });
    const APPLICATIONS = {
        applications: { app1: OWN, app2: OWN },
        dcor: settings({ storageMachine: "app1" }),
    };
    const onApp1 = ["--machine", "app1"];

    /** What users had is there: the dataset with its file, found by a search, the picture, and who has signed in. */
    async function expectKept(): Promise<void> {
        await dcor.expectDataset(dataset);
        const { count } = await dcor.api.action<{ count: number }>("package_search", { q: dataset.name });
        expect(count).toBe(1);
        const { status, body } = await dcor.web.request(picture);
        expect([status, body.equals(PNG)]).toEqual([200, true]);
        const { dashboard } = dcor.visits;
        expect((await dashboard.web.request(dashboard.url)).status).toBe(200);
    }

    beforeAll(async () => {
        another = Guest.create("another", { network: NETWORK });
        await dcor.keepBackupsOn(another);
        await dcor.begin({ postgresql: OWN, redis: OWN, solr: OWN, dcor: settings() });
        dataset = await dcor.expectProcessed("kept");
        picture = await makeCircle(dcor.web, dcor.outputs, "kept-too");
        await dcor.signIn();
        await expectKept();
    }, 30 * MINUTE);

    afterAll(() => {
        dcor.remove();
        another?.destroy();
    });

    test(
        "goes to two machines by an up, with all that users have, and the pictures by a copy",
        async () => {
            stack.configure(APPLICATIONS);
            const seen = await seenDuring("to two machines", dcor.visits, () => stack.run("up"));
            expect(Math.max(...Object.values(seen).map(({ away }) => away))).toBeLessThan(60);
            await dcor.read();
            await stack.pipe(["ssh", "--", ...STORAGE.out], ["ssh", ...onApp1, "--", ...STORAGE.in]);
            await expectKept();
            await dcor.expectProcessed("grown", "app2");
        },
        20 * MINUTE,
    );

    test(
        "what is lost comes back from the backups of each machine",
        async () => {
            await stack.run("backup");
            await stack.sshOn("app1", "find /data/ckan/storage -type f -delete");
            await stack.sshOn("database", "cd /; runuser -u postgres -- dropdb --force ckan_default");
            await seenDuring("a restore", dcor.visits, () => stack.run("restore"));
            await expectKept();
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        15 * MINUTE,
    );

    test(
        "passwords of the services are made anew, on one machine after the other",
        async () => {
            for (const kind of ["database-password", "cache-password", "search-password"]) {
                await seenDuring(kind, dcor.visits, () => stack.run("rotate", kind));
                await expectKept();
            }
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        15 * MINUTE,
    );

    test(
        "another version comes to one machine after the other",
        async () => {
            stack.configure({ dcor: { ...APPLICATIONS.dcor, version: NOW } });
            await seenDuring("another version", dcor.visits, () => stack.run("up"));
            const { ckan_version } = await dcor.api.action<{ ckan_version: string }>("status_show");
            expect(ckan_version).toBe(NOW);
            await expectKept();
            await dcor.expectProcessed("newer", "app1");
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        20 * MINUTE,
    );

    test(
        "goes back to one machine, with all that users have",
        async () => {
            await stack.pipe(["ssh", ...onApp1, "--", ...STORAGE.out], ["ssh", "--", ...STORAGE.in]);
            stack.configure({ applications: undefined, dcor: settings({ version: NOW }) });
            await seenDuring("back to one machine", dcor.visits, () => stack.run("up"));
            expect(["app1", "app2"].map((machine) => machineRuns(stack.beside(machine)))).toEqual([false, false]);
            await dcor.read();
            await expectKept();
            await dcor.expectProcessed("one-again");
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        20 * MINUTE,
    );
});
