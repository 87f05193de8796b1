import { openBrowser, visit } from "../../verify/browser";
import { coverageDifference, makeFixture, pictureDifference } from "../../verify/geotiff";
import { getCoverage, getMap, wmsCapabilities } from "../../verify/ows";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import { layObject, MinioServer } from "../offline/minio-server";
import {
    expectAllRowsOk,
    expectCutOff,
    expectDestroyed,
    expectRefused,
    expectRowsFail,
    expectUnchanged,
    untilItAnswers,
} from "./checks";
import { dropConnections, powerCut, traces } from "./host";
import { Load } from "./load";
import { NETWORK, NETWORK_BASE } from "./network";
import { registerPicture } from "./picture";
import { expectSafe } from "./scan";
import { TestStack } from "./test-stack";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

/** Rows that this version, or a local machine, cannot show. */
const NOT_HERE = ["X11"];
const ROWS = 30;

const GUARDED = "/instance00/opensearch";

const configuration = (instances: string[], eoxserver: Record<string, unknown> = {}) => ({
    product: "eoxserver",
    machine: { platform: "local", network: NETWORK },
    data: { sizeGiB: 5 },
    instances,
    eoxserver: { processes: 2, ...eoxserver },
    accessControl: {
        paths: [GUARDED],
        authType: "Basic",
        packages: [],
        modules: ["auth_basic", "authn_anon"],
    },
});

/** Whoever calls himself "guest" comes in: enough to see that Apache asks. */
const ACCESS = `<Location "${GUARDED}">\nAuthName guests\nAuthBasicProvider anon\nAnonymous guest\n</Location>\n`;

describe("EOxServer on a local machine, by the commands that users have", () => {
    const stack = new TestStack("e2e");
    let outputs: Outputs;
    let web: Web;

    afterAll(() => {
        web?.close();
        stack.remove();
    });

    test("a bad configuration is refused with the key and the reason, and nothing is touched", async () => {
        stack.configure({ ...configuration(["instance00", "instance00"], { threads: 4 }), data: { sizeGiB: 1 } });
        await expectRefused(stack, NETWORK, ["instances[1]", "eoxserver.threads", "data.sizeGiB"]);
    });

    test("an installation that loses its power is finished by the next up, and so is one that loses its connection", async () => {
        stack.configure(configuration(["instance00", "instance01"]));
        await stack.setSecret("accessControl.directives", ACCESS);
        await expectCutOff(stack, "packages", /^Unpacking /m, powerCut);
        await expectCutOff(stack, "packages", /^Setting up /m, dropConnections);

        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        web = new Web(outputs.certificate);
        expect(Object.keys(outputs.instances)).toEqual(["instance00", "instance01"]);
    });

    test("every requirement is met", async () => {
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
    });

    test("nothing is open, said or allowed that need not be", async () => {
        await expectSafe(stack, outputs, [22, 80, 443], ["instance00/", "instance00/admin/login/", "nothing"]);
    });

    test("verify fails, and says which rows, when the machine is not as it should be", async () => {
        const accident = {
            broken: "systemctl stop eoxserver@instance01 && chmod 644 /etc/eoxserver/instance00/database-password && nft delete table inet science_stacks",
            mended: "systemctl start eoxserver@instance01 && chmod 640 /etc/eoxserver/instance00/database-password && systemctl restart science-stacks-firewall",
        };
        const failed = await expectRowsFail(stack, accident, ["E01", "E02", "E13", "X03", "X06", "X10"]);
        expect(failed.find(({ id }) => id === "X06")?.detail).toContain("/etc/eoxserver/instance00/database-password");
        // What is in order is not said to be broken.
        expect(failed.map(({ id }) => id)).not.toContain("E03");
    });

    test("a GeoTIFF registered by the operator comes back through WMS and WCS, and each instance has its own", async () => {
        await Promise.all([registerPicture(stack, "instance00", 0), registerPicture(stack, "instance01", 10)]);
        await Promise.all([expectPicture("instance00", 0), expectPicture("instance01", 10)]);
    });

    test("the administrator logs in with a browser, and sees what was registered", async () => {
        const browser = await openBrowser(outputs.certificate);
        if (browser === undefined) {
            throw new Error("this test needs Chromium: apt-get install chromium");
        }
        try {
            await visit(browser, async (page) => {
                await page.goto(outputs.instances["instance00"]!.admin);
                await page.getByLabel("Username").fill("admin");
                await page.getByLabel("Password").fill(outputs.adminPasswords["instance00"]!);
                await page.getByRole("button", { name: "Log in" }).click();
                await page.locator("#coverages-coverage").getByRole("link", { name: "Coverages" }).click();
                await page.getByRole("link", { name: "scene1_rgb" }).waitFor();
            });
        } finally {
            await browser.close();
        }
    });

    test("what is not public is asked for or refused", async () => {
        const guarded = new URL(`${GUARDED}/`, outputs.url).href;
        expect((await web.request(guarded)).status).toBe(401);
        const headers = { Authorization: `Basic ${Buffer.from("guest:x").toString("base64")}` };
        expect((await web.request(guarded, { headers })).status).toBe(200);
        // The loopback address is not one of machine.network.
        const paths = ["metrics", "admin/login/"].map((path) => `/instance00/${path}`);
        expect(await fromTheMachineItself(paths)).toEqual([403, 403]);
        expect(
            await Promise.all(paths.map(async (path) => (await web.request(new URL(path, outputs.url).href)).status)),
        ).toEqual([200, 200]);
    });

    test("a GeoTIFF in a bucket is served by every instance, with keys that are tried first", async () => {
        const store = new MinioServer(`${NETWORK_BASE}.1`);
        await store.start();
        try {
            await layObject(store, "archive", "2026/scene.tif", makeFixture(20));
            const { accessKeyId } = store.keys;
            stack.configure({
                storages: { archive: { mode: "s3", url: store.url, bucket: "archive", accessKeyId } },
            });
            await stack.setSecret("storages.archive.secretAccessKey", "another");
            const { status, stdout } = await stack.attempt("up");
            expect([status, stdout]).toEqual([3, expect.stringContaining("the secret is not that of the access key")]);
            await stack.setSecret("storages.archive.secretAccessKey", store.keys.secretAccessKey);
            await stack.run("up");

            await stack.ssh(
                "eoxsi01 coverage register --identifier remote --type RGB8 --data archive 2026/scene.tif --footprint-from-extent",
            );
            const { ows } = outputs.instances["instance01"]!;
            const { body } = await web.get(getCoverage(ows, "remote"));
            expect(await coverageDifference(body, 20)).toBeUndefined();
            await stack.ssh("eoxsi01 coverage deregister remote");
            await expectAllRowsOk(stack, NOT_HERE, ROWS);

            stack.configure({ storages: undefined });
            await stack.run("up");
            const kept = await stack.ssh(
                "cd /; runuser -u postgres -- psql -XAtc 'SELECT count(*) FROM backends_storageauth' eoxs_instance01",
            );
            expect(kept.trim()).toBe("0");
        } finally {
            await store.stop();
        }
    });

    test("a second up changes nothing and restarts nothing", async () => {
        await expectUnchanged(stack, "apache2 postgresql@15-main 'eoxserver@*' sshd");
    });

    test("an instance is added and another removed while a third answers every request, and the removed one's data is kept", async () => {
        const { ows } = outputs.instances["instance00"]!;
        const load = new Load(web, [wmsCapabilities(ows), getMap(ows, "scene1"), outputs.instances["instance00"]!.url]);
        stack.configure({ instances: ["instance00", "instance02"] });
        await stack.run("up");
        await load.stop();
        expect(load.failures).toEqual([]);
        expect(load.answered).toBeGreaterThan(20);
        outputs = await stack.outputs<Outputs>();
        await web.get(outputs.instances["instance02"]!.url);
        expect((await web.request(new URL("/instance01/", outputs.url).href)).status).toBe(404);

        stack.configure({ instances: ["instance00", "instance01", "instance02"] });
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        await expectPicture("instance01", 10);
    });

    test("after a reboot everything comes back by itself", async () => {
        await stack.reboot();
        await untilItAnswers(web, outputs.instances["instance01"]!.url);
        await expectPicture("instance01", 10);
        const report = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        expect(report.rows.find(({ id }) => id === "X10")?.detail).toContain("started by the boot");
    });

    test("a volume that is to be kept outlives its machine, and the next up takes it over with all that is on it", async () => {
        stack.configure({ data: { sizeGiB: 5, onDestroy: "keep" } });
        await stack.run("up");
        await stack.run("destroy");
        expect(traces(stack.name, NETWORK)).toEqual([`${stack.name}-data.img`]);

        stack.configure({
            data: { sizeGiB: 5, onDestroy: "delete" },
            instances: [{ name: "instance00", onRemoval: "delete" }, "instance01", "instance02"],
        });
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        web.close();
        web = new Web(outputs.certificate);
        await Promise.all([expectPicture("instance00", 0), expectPicture("instance01", 10)]);
    });

    test("a machine that is replaced takes over the volume with all that is on it, even where a removal would delete data", async () => {
        const before = (await stack.ssh("cat /etc/machine-id")).trim();
        await stack.pulumi("up", "--yes", "--skip-preview", "--replace", "**machine-guest");
        expect((await stack.ssh("cat /etc/machine-id")).trim()).not.toBe(before);
        const { certificate, ...kept } = await stack.outputs<Outputs>();
        // The certificate is for the machine's address, and made anew with it; passwords, keys and addresses are the same.
        expect({ ...outputs, certificate }).toEqual({ ...kept, certificate });
        web.close();
        web = new Web(certificate);
        await Promise.all([expectPicture("instance00", 0), expectPicture("instance01", 10)]);
    });

    test("destroy leaves no guest, bridge, loop device, firewall table or file behind", () =>
        expectDestroyed(stack, NETWORK));

    /** The status with which requests are answered that come from the machine's loopback address. */
    async function fromTheMachineItself(paths: string[]): Promise<number[]> {
        const program = [
            "import http.client, ssl",
            `for path in ${JSON.stringify(paths)}:`,
            '    connection = http.client.HTTPSConnection("127.0.0.1", context=ssl._create_unverified_context())',
            `    connection.request("GET", path, headers={"Host": "${new URL(outputs.url).host}"})`,
            "    print(connection.getresponse().status)",
        ];
        const printed = await stack.ssh(`python3 -c '${program.join("\n")}'`);
        return printed.trim().split("\n").map(Number);
    }

    async function expectPicture(instance: string, variant: number): Promise<void> {
        const { ows } = outputs.instances[instance]!;
        expect((await web.get(wmsCapabilities(ows))).text).toContain("<Name>scene1</Name>");
        expect(pictureDifference((await web.get(getMap(ows, "scene1"))).body, variant)).toBeUndefined();
        expect(await coverageDifference((await web.get(getCoverage(ows, "scene1_rgb"))).body, variant)).toBeUndefined();
    }
});
