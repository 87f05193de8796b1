import { coverageDifference } from "../../verify/geotiff";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { getCoverage } from "../../verify/ows";
import { Web } from "../../verify/web";
import { registerPicture } from "../e2e/picture";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { note } from "./faults";
import { expectWhole } from "./upgrade";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

const MINUTE = 60_000;

describe("PostgreSQL 15 of Debian 12, to 17 of Debian 13", () => {
    const stack = new TestStack("upgrade-pg");
    let web: Web | undefined;
    const onRelease = (image: string) => stack.configure({ machine: { ...SMALL.eoxserver.machine, image } });

    beforeAll(async () => {
        stack.configure(SMALL.eoxserver);
        onRelease("debian-12");
        await stack.run("up");
        await registerPicture(stack, "instance00");
    }, 15 * MINUTE);

    afterAll(() => {
        web?.close();
        stack.remove();
    });

    const sql = (text: string) =>
        stack.ssh(`cd / && runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c "${text}"`);
    /** A new machine's address is known when it is there: a certificate for it is a new one, too. */
    const reach = async () => {
        const { certificate, instances } = await stack.outputs<Outputs>();
        web?.close();
        web = new Web(certificate);
        return { web, ...instances["instance00"]! };
    };
    const expectRunning = async (version: string) => {
        const { web, ows } = await reach();
        expect(await sql("show server_version")).toMatch(new RegExp(`^${version}\\.`));
        expect(await sql("show data_checksums")).toBe("on\n");
        expect(await coverageDifference((await web.get(getCoverage(ows, "scene1_rgb"))).body, 0)).toBeUndefined();
        await expectWhole(stack);
    };

    test(
        "a database that the new server does not take leaves the old cluster as it was: with the old image, it goes on",
        async () => {
            // An extension that the new machine does not have.
            await stack.ssh("apt-get -qq --yes --no-install-recommends install postgresql-plpython3-15 >/dev/null");
            await sql("create extension plpython3u");
            onRelease("debian-13");
            const { status, stdout, stderr } = await stack.attempt("up");
            expect(status).not.toBe(0);
            expect(stdout + stderr).toContain("cannot be brought to 17; it is on the volume as it was");
            expect(stdout + stderr).toContain("plpython3u");

            onRelease("debian-12");
            const { seconds } = await stack.attempt("up");
            await expectRunning("15");
            note(
                "EOxServer",
                "upgrade of PostgreSQL from 15 to 17, by the machine's image, with a database that 17 does not take",
                `\`up\` ends with status 1 and PostgreSQL's words, the old cluster is as it was; with the old image again, \`up\` makes the old machine in ${seconds.toFixed(0)} s, the picture is the same, every row of \`verify\` met`,
            );
        },
        25 * MINUTE,
    );

    test(
        "with the newer image the cluster is brought to the newer version, and the older one is kept beside it",
        async () => {
            await sql("drop extension plpython3u");
            onRelease("debian-13");
            const { status, stdout, seconds } = await stack.attempt("up");
            expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
            await expectRunning("17");
            expect(await stack.ssh("ls /data/postgresql/15")).toBe("main.before-17\n");
            expect(
                await stack.ssh("dpkg-query -W -f '${db:Status-Abbrev}\\n' 'postgresql-15*' | grep -c ^ii || true"),
            ).toBe("0\n");
            note(
                "EOxServer",
                "upgrade of PostgreSQL from 15 to 17, by the machine's image",
                `\`up\` in ${seconds.toFixed(0)} s, with a new machine; the picture is the same, every row of \`verify\` met; the old cluster is kept on the volume`,
            );
        },
        25 * MINUTE,
    );
});
