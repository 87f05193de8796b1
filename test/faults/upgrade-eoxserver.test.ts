import { coverageDifference } from "../../verify/geotiff";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { getCoverage } from "../../verify/ows";
import { Web } from "../../verify/web";
import { expectNoDrift } from "../e2e/checks";
import { powerCut } from "../e2e/host";
import { registerPicture } from "../e2e/picture";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { note } from "./faults";
import { expectMaintenanceAlone, expectWhole, upWatched, VERSIONS } from "./upgrade";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

const MINUTE = 60_000;
const { before: BEFORE, now: NOW } = VERSIONS.eoxserver;

describe("EOxServer, from an older version to the newest", () => {
    const stack = new TestStack("upgrade-eox");
    let web: Web;
    let outputs: Outputs["instances"][string];

    beforeAll(async () => {
        stack.configure({
            ...SMALL.eoxserver,
            eoxserver: { processes: 2, version: BEFORE },
            backup: { repository: { mode: "directory", path: "/srv/backups" } },
        });
        await stack.run("up");
        const { certificate, instances } = await stack.outputs<Outputs>();
        web = new Web(certificate);
        outputs = instances["instance00"]!;
        await registerPicture(stack, "instance00");
        await stack.run("backup");
    }, 15 * MINUTE);

    afterAll(() => {
        web?.close();
        stack.remove();
    });

    const sql = (text: string) =>
        stack.ssh(`cd / && runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c "${text}"`);
    const backups = async () => (await stack.run("restore", "--list")).trim().split("\n").length;
    const migrations = () => sql("select app, name from django_migrations order by app, name");
    const runningVersion = () =>
        stack.ssh("sed -n 's/.*python-home=\\([^ ]*\\).*/\\1/p' /etc/eoxserver/instance00/apache2.conf");
    /** BEFORE cannot give pictures: it does not know the MapServer of this Debian. */
    const UNMET = ["E14"];
    /** What is told of the picture. */
    const registered = () => sql("select id, identifier from coverages_eoobject order by id");
    const expectPicture = async () =>
        expect(
            await coverageDifference((await web.get(getCoverage(outputs.ows, "scene1_rgb"))).body, 0),
        ).toBeUndefined();

    test(
        "a migration that cannot go through is taken back, with those that did go; a backup was made first",
        async () => {
            // What used to be a text is to become JSON: the last migration of five fails, of what Python takes for JSON.
            await sql(
                "insert into coverages_bandstatistics (arraydata_item_id, band_index, histogram) select id, 0, '{\\\"kept\\\": NaN}' from coverages_arraydataitem limit 1",
            );
            const made = await backups();
            const before = { migrations: await migrations(), runs: await runningVersion(), has: await registered() };
            expect(before.runs).toContain(`/opt/eoxserver/${BEFORE}-`);
            stack.configure({ eoxserver: { processes: 2, version: NOW } });
            const { status, stdout, stderr, ...seen } = await upWatched(stack, web, outputs.url);
            expect(status).not.toBe(0);
            expect(stdout + stderr).toContain("what was there before is back and answers");
            expect(stdout + stderr).toContain("invalid input syntax for type json");
            expectMaintenanceAlone(seen);

            stack.configure({ eoxserver: { processes: 2, version: BEFORE } });
            expect({ migrations: await migrations(), runs: await runningVersion(), has: await registered() }).toEqual(
                before,
            );
            expect(await stack.ssh("ls -A /data")).not.toContain(".upgrade");
            expect(await backups()).toBe(made + 1);
            // To Pulumi nothing has changed; what is to be run again is the step that failed.
            await stack.run("up", "--repair");
            await expectWhole(stack, UNMET);
            note(
                "EOxServer",
                `upgrade from ${BEFORE} to ${NOW}, of which the last migration fails`,
                `${BEFORE} and its tables are back by themselves (a backup was made before), away for ${seen.away.toFixed(1)} s, in which visitors saw the maintenance page; status 1, with PostgreSQL's words; the picture is registered as it was, every row of \`verify\` met but E14, which 1.5.0 cannot meet here`,
            );
        },
        10 * MINUTE,
    );

    test(
        "an upgrade that loses its power is taken back by the next up, which tries it again",
        async () => {
            const before = { migrations: await migrations(), has: await registered() };
            stack.configure({ eoxserver: { processes: 2, version: NOW } });
            const up = stack.attempt("up");
            await stack.ssh(
                "timeout 240 sh -c 'until [ -e /data/.upgrade/eoxserver-instance00 ] && pgrep -f set-up-instance.py; do sleep 0.1; done'",
            );
            powerCut(stack.name);
            expect((await up).status).not.toBe(0);

            const { status, stdout, stderr, seconds } = await stack.attempt("up");
            expect(status).not.toBe(0);
            expect(stdout + stderr).toContain("invalid input syntax for type json");
            expect(await stack.ssh("ls -A /data")).not.toContain(".upgrade");
            stack.configure({ eoxserver: { processes: 2, version: BEFORE } });
            expect({ migrations: await migrations(), has: await registered() }).toEqual(before);
            await stack.run("up", "--repair");
            await expectWhole(stack, UNMET);
            note(
                "EOxServer",
                `power cut in the middle of an upgrade from ${BEFORE} to ${NOW}`,
                `the next \`up\` takes back what was half done and tries again; here that fails, and ${BEFORE} with its tables is back ${seconds.toFixed(0)} s after that \`up\` began; the picture is registered as it was, every row of \`verify\` met but E14, which 1.5.0 cannot meet here`,
            );
        },
        10 * MINUTE,
    );

    test(
        "the upgrade itself is one up, and a moment of maintenance",
        async () => {
            await sql("delete from coverages_bandstatistics");
            stack.configure({ eoxserver: { processes: 2, version: NOW } });
            const { status, stdout, seconds, ...seen } = await upWatched(stack, web, outputs.url);
            expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
            expectMaintenanceAlone(seen);
            expect(await runningVersion()).toContain(`/opt/eoxserver/${NOW}-`);
            expect(await migrations()).toContain("0015_alter_bandstatistics_histogram");
            await expectPicture();
            await expectWhole(stack);
            await expectNoDrift(stack);
            note(
                "EOxServer",
                `upgrade from ${BEFORE} to ${NOW}`,
                `\`up\` in ${seconds.toFixed(0)} s; away for ${seen.away.toFixed(1)} s, in which visitors saw the maintenance page; the picture is the same, every row of \`verify\` met`,
            );
        },
        10 * MINUTE,
    );
});

describe("EOxServer on two machines of its own, from an older version to the newest", () => {
    const stack = new TestStack("upgrade-eox-apps");
    const own = { machine: { ...SMALL.eoxserver.machine }, data: { sizeGiB: 2 } };
    const version = (wanted: string) => ({ eoxserver: { processes: 2, version: wanted } });
    const applications = { app1: own, app2: own };
    let web: Web;
    let url: string;

    const migrations = () =>
        stack.sshOn(
            "database",
            "cd /; runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c 'select app, name from django_migrations order by app, name'",
        );

    beforeAll(async () => {
        stack.configure({ ...SMALL.eoxserver, ...version(BEFORE), postgresql: own, applications });
        await stack.run("up");
        const { certificate, instances } = await stack.outputs<Outputs>();
        web = new Web(certificate);
        url = instances["instance00"]!.url;
    }, 15 * MINUTE);

    afterAll(() => {
        web?.close();
        stack.remove();
    });

    test(
        "tables that the others use are not changed: it is refused, and visitors see nothing of it",
        async () => {
            const before = await migrations();
            stack.configure(version(NOW));
            const { status, stdout, stderr, ...seen } = await upWatched(stack, web, url);
            expect(status).not.toBe(0);
            expect(stdout + stderr).toContain("would change the tables of the database");
            expect(stdout + stderr).toContain("what was there before is back and answers");
            expect(await migrations()).toBe(before);
            expect({ failed: seen.failed, others: [...seen.others] }).toEqual({ failed: 0, others: [] });
            stack.configure(version(BEFORE));
            await stack.run("up", "--repair");
            await expectNoDrift(stack);
            note(
                "EOxServer",
                `upgrade from ${BEFORE} to ${NOW} on two machines of its own, which would change the tables that both use`,
                `refused on the first of them, where ${BEFORE} is back by itself; status 1, with what to do; none of ${seen.asked} requests failed, the slowest took ${seen.slowest.toFixed(1)} s`,
            );
        },
        10 * MINUTE,
    );

    test(
        "goes by way of one machine, whose database is on another one",
        async () => {
            stack.configure({ applications: undefined });
            await stack.run("up");
            stack.configure(version(NOW));
            const { status, stdout, ...seen } = await upWatched(stack, web, url);
            expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
            expectMaintenanceAlone(seen);
            expect(await migrations()).toContain("0015_alter_bandstatistics_histogram");
            const left = "select datname from pg_database where datname like 'eoxs%'";
            expect(await stack.sshOn("database", `cd /; runuser -u postgres -- psql -XAtq -c "${left}"`)).toBe(
                "eoxs_instance00\n",
            );
            stack.configure({ applications });
            await stack.run("up");
            await expectWhole(stack);
            note(
                "EOxServer",
                `upgrade from ${BEFORE} to ${NOW} by way of one machine, with the database on another one`,
                `away for ${seen.away.toFixed(1)} s on the one machine, in which visitors saw the maintenance page; then on two again, every row of \`verify\` met`,
            );
        },
        15 * MINUTE,
    );
});
