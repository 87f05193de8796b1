import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { NIGHTLY_TIMERS } from "../../components/dcor/render";
import { openBrowser, visit } from "../../verify/browser";
import { DCOR_PYTHON, DcorApi, DcorSoftware, type Dataset } from "../../verify/dcor-api";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Ssh } from "../../verify/ssh";
import { Web } from "../../verify/web";
import { makeCertificates } from "../unit/certificates";
import { uploadByDcorAid } from "./dcor-aid";
import {
    expectAllRowsOk,
    expectCutOff,
    expectDestroyed,
    expectRefused,
    expectRowsFail,
    expectUnchanged,
} from "./checks";
import { powerCut } from "./host";
import { residentMiB } from "./load";
import { NETWORK } from "./network";
import { expectSafe } from "./scan";
import { TestStack } from "./test-stack";

type Outputs = Extract<AnyOutputs, { product: "dcor" }>;

const MINUTE = 60_000;
/** Rows that this version, or a stack that is not for development, cannot show. */
const NOT_HERE = ["D10", "X11"];
const ROWS = 32;
const UNITS = "nginx supervisor solr minio redis-server postgresql@15-main";
const QUEUES = ["dcor-short", "dcor-normal", "dcor-long"];
/** A line for each job that waits; where there is none, CKAN says so in a sentence, which does not name the queue. */
const WAITING = "ckan jobs list dcor-long 2>/dev/null";
/** What each nightly job says when it has found something to do. */
const NIGHTLY = {
    "run-jobs-dcor-depot": /^Migrated to S3 measurement\.rtdc$/m,
    "run-jobs-dcor-schemas": /^OK: .*sha256.* for measurement\.rtdc$/im,
    "run-jobs-dc-view": /^OK: .* for measurement\.rtdc$/m,
    "run-jobs-dc-serve": /^OK: .* for measurement\.rtdc$/m,
    "dcor-prune-stale-multipart-uploads": /^Searching circle-/m,
    "dcor-prune-draft-datasets": /^Found dataset forgotten$/m,
};
/** What becomes of a measurement: the beginnings of its objects' names. */
const OBJECTS = ["resource/", "preview/", "condensed/"];
const LARGE_BYTES = 2 * 2 ** 30;

const configuration = {
    product: "dcor",
    machine: { platform: "local", network: NETWORK },
    data: { sizeGiB: 10 },
    scratch: { sizeGiB: 10 },
    tls: {
        mode: "selfSigned",
        subject: { country: "DE", province: "Bavaria", locality: "Erlangen", organization: "DCOR-med" },
        email: "admin@dcor.example.org",
    },
    dcor: { workers: 2 },
};

describe("DCOR on a local machine, by the commands that users have", () => {
    const stack = new TestStack("dcor");
    const files = mkdtempSync(join(tmpdir(), "dcor-e2e-"));
    const access = join(files, "admin.dcor-access");
    const measurement = join(files, "measurement.rtdc");
    let outputs: Outputs;
    let web: Web;
    let machine: Ssh;
    let software: DcorSoftware;
    let api: DcorApi;
    let token: string;
    let dataset: Dataset & { organization: { id: string } };

    afterAll(async () => {
        web?.close();
        await machine?.close();
        stack.remove();
        rmSync(files, { recursive: true, force: true });
    });

    test("a bad configuration is refused with the key and the reason, and nothing is touched", async () => {
        const blocked = { blockedUserAgents: "(" };
        stack.configure({ ...configuration, data: { sizeGiB: 1 }, serverName: "https://dcor.org/", dcor: blocked });
        await expectRefused(stack, NETWORK, ["data.sizeGiB", "serverName", "dcor.blockedUserAgents"]);
        stack.remove();
    });

    test("an installation that loses its power is finished by the next up", async () => {
        stack.configure(configuration);
        await expectCutOff(stack, "dcor-software", /^/m, powerCut, 900);
        await stack.run("up");
        await readOutputs();
    });

    test("every requirement is met", async () => {
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
    });

    test("nothing is open, said or allowed that need not be", async () => {
        await expectSafe(stack, outputs, [22, 80, 443, 9443], ["", "user/login", "nothing.php", outputs.objectStore]);
    });

    test("verify fails, and says which rows, when the machine is not as it should be", async () => {
        const accident = {
            broken: "supervisorctl stop ckan-worker-dcor-long >/dev/null; chmod 644 /etc/ckan/default/ckan.ini; systemctl stop minio apt-daily-upgrade.timer",
            mended: "supervisorctl start ckan-worker-dcor-long >/dev/null & chmod 640 /etc/ckan/default/ckan.ini; systemctl start minio apt-daily-upgrade.timer; wait",
        };
        const failed = await expectRowsFail(stack, accident, ["D02", "D06", "D08", "D14", "D17", "X06", "X10"]);
        // What is in order is not said to be broken.
        expect(failed.map(({ id }) => id)).not.toContain("D11");
    });

    test("a user signs in with a browser, and makes an API token", async () => {
        const password = "a-password-of-a-user";
        await api.action("user_create", { name: "tester", email: "tester@example.org", password });
        const browser = await openBrowser(outputs.certificate);
        if (browser === undefined) {
            throw new Error("this test needs Chromium: apt-get install chromium");
        }
        try {
            await visit(browser, async (page) => {
                const failed: string[] = [];
                page.on("response", (each) => each.status() >= 500 && failed.push(`${each.status()} ${each.url()}`));
                await page.goto(new URL("user/login", outputs.url).href);
                await page.locator("#field-login").fill("tester");
                await page.locator("#field-password").fill(password);
                await page.getByRole("button", { name: "Login" }).click();
                await page.waitForURL(/dashboard|user\/tester/);
                await page.goto(new URL("user/tester/api-tokens", outputs.url).href);
                await page.locator("input[name=name]").fill("of-the-test");
                await page.getByRole("button", { name: "Create API Token" }).click();
                token = (
                    await page
                        .locator("code", { hasText: /^\s*eyJ/ })
                        .first()
                        .innerText()
                ).trim();
                expect(failed).toEqual([]);
            });
        } finally {
            await browser.close();
        }
        const own = await new DcorApi(web, outputs.url, token).action<{ name: string }>("user_show", {
            id: "tester",
        });
        expect(own.name).toBe("tester");
    });

    test("DCOR-Aid uploads a measurement of dclab's; each queue's worker works on it; it comes back byte for byte, and is found", async () => {
        writeFileSync(measurement, await software.measurement());
        dataset = await upload("Cells of a test", [measurement]);
        await expectProcessed(dataset, OBJECTS);
        await expectMeasurement();
    });

    test("what the workers have missed is done by the nightly jobs, and drafts that nobody finished are gone", async () => {
        const [forgotten, fresh] = await Promise.all(["forgotten", "fresh"].map(makeDraft));
        const workers = QUEUES.map((queue) => `ckan-worker-${queue}`).join(" ");
        await machine.run(`supervisorctl stop ${workers}`);
        const neglect = readFileSync(join(__dirname, "dcor-nightly.py"), "utf8");
        await machine.run(`cd /; ${DCOR_PYTHON} ${dataset.resources[0]!.id} ${forgotten}`, neglect);
        expect(await objectsOfMeasurement()).toEqual([]);

        const units = NIGHTLY_TIMERS.map((timer) => timer.replace(/timer$/, "service"));
        expect(units).toHaveLength(Object.keys(NIGHTLY).length);
        for (const [command, found] of Object.entries(NIGHTLY)) {
            const unit = units.find((each) => each.includes(command))!;
            // It ends when the job has ended, and fails when the job fails.
            const said = await machine.run(`systemctl start ${unit}; journalctl --quiet --output cat --unit ${unit}`);
            expect(said).toMatch(/^Done!$/m);
            expect(said).toMatch(found);
            // CKAN logs that it did not find a dataset for its search index, when that has just been purged.
            expect(command === "dcor-prune-draft-datasets" ? "" : said).not.toMatch(/Traceback|Error:/);
        }
        expect(await objectsOfMeasurement()).toHaveLength(OBJECTS.length);
        const statusOf = async (id?: string) => (await api.ask("package_show", { id })).status;
        expect([await statusOf(forgotten), await statusOf(fresh)]).toEqual([404, 200]);

        // It waits until each has run for a minute.
        await machine.run(`for each in ${workers}; do supervisorctl start $each >/dev/null 2>&1 & done`);
        await expectProcessed(dataset, OBJECTS);
        await expectMeasurement();
    });

    test("a measurement of 2 GB is uploaded past the machine's memory, and comes back as it was", async () => {
        const large = join(files, "large.rtdc");
        // What follows the end of an HDF5 file is no part of it: the measurement is as good as before.
        writeFileSync(large, readFileSync(measurement));
        truncateSync(large, LARGE_BYTES);
        const before = await residentMiB(machine);
        let most = before;
        let ended = false;
        const watched = (async () => {
            while (!ended) {
                most = Math.max(most, await residentMiB(machine));
                await sleep(500);
            }
        })();
        const uploaded = await upload("A large file", [large]).finally(() => (ended = true));
        await watched;
        process.stderr.write(`  2 GiB uploaded: the guest's processes had ${before} MiB before, ${most} MiB at most\n`);
        expect(most - before).toBeLessThan(1024);

        const [sent, received] = await Promise.all([digest(createReadStream(large)), digestOf(uploaded, "large.rtdc")]);
        expect(received).toBe(sent);
        const done = await api.waitFor(uploaded.id, "its checksum", ({ resources }) => !!resources[0]?.sha256, 180);
        expect(done.resources[0]?.sha256).toBe(sent);
        rmSync(large);
    });

    test("each service comes back by itself when it is killed, and nothing is lost", async () => {
        for (const pid of [
            "systemctl show --property=MainPID --value solr",
            "head -n 1 /data/postgresql/15/main/postmaster.pid",
            "supervisorctl pid ckan-uwsgi",
            "systemctl show --property=MainPID --value minio",
            "systemctl show --property=MainPID --value supervisor",
            "systemctl show --property=MainPID --value nginx",
        ]) {
            await stack.ssh(`kill -KILL $(${pid})`);
            await expectAnswering();
        }
        await expectWhole();
    });

    test("while the database is away, whoever asks is told so at once, and no process of uWSGI is kept by it", async () => {
        const status = new URL("api/3/action/status_show", outputs.url).href;
        await stack.ssh("systemctl stop postgresql@15-main");
        const answers = await Promise.all(Array.from({ length: 8 }, () => web.request(status)));
        await stack.ssh("systemctl start postgresql@15-main");
        expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 500));
        await expectAnswering();
        await expectWhole();
    });

    test("a job outlives the death of its queue and of its worker", async () => {
        await stack.ssh(
            "supervisorctl stop ckan-worker-dcor-long >/dev/null; ckan jobs test dcor-long >/dev/null 2>&1; kill -KILL $(systemctl show --property=MainPID --value redis-server)",
        );
        await eventually("Redis", async () => {
            const { stdout } = await stack.attempt("ssh", "--", WAITING);
            return stdout.includes("dcor-long");
        });
        // supervisor comes back to it in its own time.
        await stack.ssh(
            "supervisorctl start ckan-worker-dcor-long >/dev/null & sleep 3; kill -KILL $(supervisorctl pid ckan-worker-dcor-long)",
        );
        await eventually("the worker", async () => !(await stack.ssh(WAITING)).includes("dcor-long"));
        await expectWhole();
    });

    test("a second up changes nothing and restarts nothing", () =>
        expectUnchanged(stack, UNITS, "supervisorctl pid all"));

    test("after a reboot everything comes back by itself", async () => {
        await stack.reboot();
        await reconnect();
        await expectWhole();
        const report = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        expect(report.rows.find(({ id }) => id === "X10")?.detail).toContain("started by the boot");
    });

    test("under a certificate of an authority of one's own, DCOR trusts its own site, and serves its users as before", async () => {
        const { address } = outputs.machine;
        const { signed, intermediate, root } = makeCertificates(address);
        const certificate = [signed, intermediate, root].map((each) => each.certificate).join("");
        stack.configure({ serverName: address, tls: { mode: "own", certificate } });
        await stack.setSecret("tls.privateKey", signed.privateKey);
        await stack.run("up");
        await reconnect();
        const report = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        expect(report.rows.find(({ id }) => id === "D11")?.detail).toContain("from Intermediate of a test");
        await expectWhole();
    });

    test("destroy leaves no guest, bridge, loop device, firewall table or file behind", () =>
        expectDestroyed(stack, NETWORK));

    async function reconnect(): Promise<void> {
        web.close();
        await machine.close();
        await readOutputs();
    }

    async function readOutputs(): Promise<void> {
        outputs = await stack.outputs<Outputs>();
        web = new Web(outputs.certificate);
        machine = new Ssh(outputs.ssh, files);
        software = new DcorSoftware(machine);
        api = new DcorApi(web, outputs.url, outputs.apiToken);
        writeFileSync(access, Buffer.from(outputs.access!.file, "base64"));
    }

    async function makeDraft(name: string): Promise<string> {
        const values = { name, title: name, authors: "e2e", license_id: "none", private: true, state: "draft" };
        const { id } = await api.action<Dataset>("package_create", { ...values, owner_org: dataset.organization.id });
        return id;
    }

    /** The measurement, and what the workers have made of it. */
    async function objectsOfMeasurement(): Promise<string[]> {
        const keys = (await software.objects(dataset.organization.id, [dataset.resources[0]!.id])).map(
            ({ key }) => key,
        );
        return keys.filter((key) => OBJECTS.some((prefix) => key.startsWith(prefix)));
    }

    function upload(title: string, paths: string[]) {
        return uploadByDcorAid({ access, password: outputs.access!.password, circle: "cells", title, token }, paths);
    }

    /** The workers have done their part: metadata by the first two queues, and the objects that they make. */
    async function expectProcessed({ id, organization }: typeof dataset, prefixes: string[]): Promise<void> {
        const done = await api.waitFor(
            id,
            "the workers",
            ({ resources }) => !!resources[0]?.sha256 && !!resources[0].etag && "dc:experiment:sample" in resources[0],
            120,
        );
        expect(done.resources[0]!.sha256).toBe(await digest(createReadStream(measurement)));
        expect(done.resources[0]!["dc:experiment:sample"]).toBe("verification");
        await eventually("the objects", async () => {
            const keys = (await software.objects(organization.id, [done.resources[0]!.id])).map(({ key }) => key);
            return prefixes.every((prefix) => keys.some((key) => key.startsWith(prefix)));
        });
        await expectWorkers();
    }

    /** As a visitor sees it: the dataset is public. */
    async function expectMeasurement(): Promise<void> {
        const visitor = new DcorApi(web, outputs.url);
        const [resource] = dataset.resources;
        const back = await visitor.download(dataset.id, resource!);
        expect(back.status).toBe(200);
        expect(back.body.equals(readFileSync(measurement))).toBe(true);
        const { results } = await visitor.action<{ results: Dataset[] }>("package_search", { q: "Cells of a test" });
        expect(results.map(({ id }) => id)).toContain(dataset.id);
        expect((await web.get(new URL(`dataset/${dataset.name}`, outputs.url).href)).text).toContain("Cells of a test");
    }

    /** Pages, search and objects are there again. */
    async function expectAnswering(): Promise<void> {
        await eventually("DCOR", async () => {
            await expectMeasurement();
            return true;
        });
    }

    /** Each queue's worker does what is in its queue, to the last. */
    async function expectWorkers(): Promise<void> {
        const done = Object.fromEntries(QUEUES.map((queue) => [queue, "finished"]));
        await eventually("the workers", async () => isDeepStrictEqual(await software.jobs(QUEUES), done));
    }

    async function expectWhole(): Promise<void> {
        await expectAnswering();
        await expectWorkers();
    }

    /** Of a download that is not held in memory. */
    async function digestOf({ id, resources }: Dataset, name: string): Promise<string> {
        const path = `dataset/${id}/resource/${resources[0]!.id}/download/${name}`;
        const { headers } = await web.request(new URL(path, outputs.url).href);
        return new Promise((resolve, reject) => {
            https
                .get(
                    headers.location!,
                    { ca: outputs.certificate },
                    (response) => void digest(response).then(resolve, reject),
                )
                .on("error", reject);
        });
    }
});

/** Waits for what comes back by itself; the error is the last that was seen. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 4 * MINUTE;
    let last = "";
    for (;;) {
        try {
            if (await holds()) {
                return;
            }
            last = "";
        } catch (error) {
            last = `: ${error instanceof Error ? error.message : "unknown"}`;
        }
        if (Date.now() > deadline) {
            throw new Error(`waited 240 s in vain for ${what}${last}`);
        }
        await sleep(1000);
    }
}

async function digest(stream: NodeJS.ReadableStream): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of stream) {
        hash.update(chunk as Buffer);
    }
    return hash.digest("hex");
}
