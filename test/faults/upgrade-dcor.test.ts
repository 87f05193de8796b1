import type { DcorApi } from "../../verify/dcor-api";
import type { Outputs } from "../../verify/outputs";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { dcorApi, makeDataset, type Made } from "./dataset";
import { note } from "./faults";
import { connect, type Reached } from "./reached";
import { expectMaintenanceAlone, expectWhole, upWatched, VERSIONS } from "./upgrade";

const MINUTE = 60_000;
const { before: BEFORE, now: NOW } = VERSIONS.dcor;

describe("DCOR, from an older set of CKAN and its extensions to the newest", () => {
    const stack = new TestStack("upgrade-dcor");
    let reached: Reached<"dcor">;
    let api: DcorApi;
    let site: string;
    let dataset: Made;

    beforeAll(async () => {
        stack.configure({
            ...SMALL.dcor,
            dcor: { workers: 2, version: BEFORE },
            backup: { repository: { mode: "directory", path: "/srv/backups" } },
        });
        await stack.run("up");
        reached = connect(await stack.outputs<Extract<Outputs, { product: "dcor" }>>());
        api = dcorApi(reached);
        site = new URL("api/3/action/status_show", reached.outputs.url).href;
        dataset = await makeDataset(reached, "kept", "private");
        await stack.run("backup");
    }, 40 * MINUTE);

    afterAll(async () => {
        await reached?.close();
        stack.remove();
    });

    const version = async () => (await api.action<{ ckan_version: string }>("status_show", {})).ckan_version;
    const sql = (text: string) => stack.ssh(`cd / && runuser -u postgres -- psql -XAtq -d ckan_default -c "${text}"`);
    const expectDataset = async () => {
        const { id, resource, content } = dataset;
        const back = await api.download(id, { id: resource, name: "kept.rtdc" });
        expect({ status: back.status, same: back.body.equals(content) }).toEqual({ status: 200, same: true });
        const { count } = await api.action<{ count: number }>("package_search", { q: "kept", include_private: true });
        expect(count).toBe(1);
    };

    test(
        "a migration that cannot go through is taken back",
        async () => {
            expect(await version()).toBe(BEFORE);
            // A state of the database that no version of CKAN knows.
            const known = (await sql("select version_num from alembic_version")).trim();
            await sql("update alembic_version set version_num = 'from elsewhere'");
            stack.configure({ dcor: { workers: 2, version: NOW } });
            const { status, stdout, stderr, ...seen } = await upWatched(stack, reached.web, site);
            expect(status).not.toBe(0);
            expect(stdout + stderr).toContain("what was there before is back and answers");
            expect(stdout + stderr).toContain("from elsewhere");
            expectMaintenanceAlone(seen);

            stack.configure({ dcor: { workers: 2, version: BEFORE } });
            await sql(`update alembic_version set version_num = '${known}'`);
            // To Pulumi nothing has changed; what is to be run again is the step that failed.
            await stack.run("up", "--repair");
            expect(await version()).toBe(BEFORE);
            expect(await stack.ssh("ls -A /data")).not.toContain(".upgrade");
            await expectDataset();
            await expectWhole(stack);
            note(
                "DCOR",
                `upgrade from CKAN ${BEFORE} and its extensions to ${NOW}, the migration fails`,
                `${BEFORE} is back by itself (a backup was made before), away for ${seen.away.toFixed(1)} s, in which visitors saw the maintenance page; status 1, with Alembic's words; the dataset is found, its file the same byte for byte, every row of \`verify\` met`,
            );
        },
        20 * MINUTE,
    );

    test(
        "the upgrade itself is one up, and a moment of maintenance",
        async () => {
            stack.configure({ dcor: { workers: 2, version: NOW } });
            const { status, stdout, seconds, ...seen } = await upWatched(stack, reached.web, site);
            expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
            expectMaintenanceAlone(seen);
            expect(await version()).toBe(NOW);
            await expectDataset();
            await expectWhole(stack);
            note(
                "DCOR",
                `upgrade from CKAN ${BEFORE} and its extensions to ${NOW}`,
                `\`up\` in ${seconds.toFixed(0)} s; away for ${seen.away.toFixed(1)} s, in which visitors saw the maintenance page; the dataset is found, its file the same byte for byte, every row of \`verify\` met`,
            );
        },
        20 * MINUTE,
    );
});
