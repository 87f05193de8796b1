import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { note } from "./faults";
import { expectMaintenanceAlone, expectWhole, upWatched, VERSIONS } from "./upgrade";

type Outputs = Extract<AnyOutputs, { product: "omero-web" }>;

const MINUTE = 60_000;
const { before: BEFORE, now: NOW } = VERSIONS.omeroWeb;

describe("OMERO.web, from an older version to the newest", () => {
    const stack = new TestStack("upgrade-omero");
    let web: Web;
    let page: string;

    beforeAll(async () => {
        stack.configure({
            ...SMALL["omero-web"],
            omeroWeb: { version: BEFORE },
            backup: { repository: { mode: "directory", path: "/srv/backups" } },
        });
        await stack.run("up");
        const outputs = await stack.outputs<Outputs>();
        web = new Web(outputs.certificate);
        page = `${outputs.url}webclient/login/`;
        await stack.run("backup");
    }, 15 * MINUTE);

    afterAll(() => {
        web?.close();
        stack.remove();
    });

    const version = async () => /OMERO\.web \d+\.\d+\.\d+/.exec((await web.get(page)).text)?.[0];
    const backups = async () => (await stack.run("restore", "--list")).trim().split("\n").length;

    test(
        "an upgrade that does not come up is taken back, with the cause; a backup was made first",
        async () => {
            expect(await version()).toBe(`OMERO.web ${BEFORE}`);
            const made = await backups();
            const key = await stack.ssh("sha256sum /opt/omero/web/omero-web/var/django_secret_key");
            stack.configure({ omeroWeb: { version: NOW, wsgiArgs: "--no-such-argument" } });
            const { status, stdout, stderr, ...seen } = await upWatched(stack, web, page);
            expect(status).not.toBe(0);
            expect(stdout + stderr).toContain("what was there before is back and answers");
            expect(stdout + stderr).toContain("unrecognized arguments: --no-such-argument");
            expectMaintenanceAlone(seen);

            expect(await version()).toBe(`OMERO.web ${BEFORE}`);
            stack.configure({ omeroWeb: { version: BEFORE } });
            // The step that failed is run again, though for Pulumi nothing of it has changed.
            await stack.run("up", "--repair");
            expect(await version()).toBe(`OMERO.web ${BEFORE}`);
            expect(await stack.ssh("sha256sum /opt/omero/web/omero-web/var/django_secret_key")).toBe(key);
            expect(await backups()).toBe(made + 1);
            await expectWhole(stack);
            note(
                "OMERO.web",
                `upgrade from ${BEFORE} to ${NOW} that does not come up`,
                `${BEFORE} is back by itself (a backup was made before), away for ${seen.away.toFixed(1)} s, in which visitors saw the maintenance page; status 1, with Gunicorn's words; every row of \`verify\` met`,
            );
        },
        10 * MINUTE,
    );

    test(
        "the upgrade itself is one up, and a moment of maintenance",
        async () => {
            stack.configure({ omeroWeb: { version: NOW } });
            const { status, stdout, seconds, ...seen } = await upWatched(stack, web, page);
            expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
            expectMaintenanceAlone(seen);
            expect(await version()).toBe(`OMERO.web ${NOW}`);
            await expectWhole(stack);
            note(
                "OMERO.web",
                `upgrade from ${BEFORE} to ${NOW}`,
                `\`up\` in ${seconds.toFixed(0)} s; away for ${seen.away.toFixed(1)} s, in which visitors saw the maintenance page; every row of \`verify\` met`,
            );
        },
        10 * MINUTE,
    );
});
