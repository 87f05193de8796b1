import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser, visit } from "../../verify/browser";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import { VERSIONS } from "../faults/upgrade";
import {
    expectAllRowsOk,
    expectCutOff,
    expectDestroyed,
    expectRefused,
    expectUnchanged,
    untilItAnswers,
} from "./checks";
import { dropConnections, powerCut } from "./host";
import { NETWORK, NETWORK_BASE } from "./network";
import { expectSafe } from "./scan";
import { TestStack } from "./test-stack";

type Outputs = Extract<AnyOutputs, { product: "omero-web" }>;

const MINUTE = 60_000;
const FRONT = `${NETWORK_BASE}.20`;
const ORIGIN = "https://portal.example.org";
/** Rows that a local machine cannot show. */
const NOT_HERE = ["O15", "X11"];
/** Rows that nginx alone cannot show. */
const NOT_OF_THE_FRONT = Array.from({ length: 15 }, (_, index) => `O${String(index + 1).padStart(2, "0")}`);
const ROWS = 31;

const machine = { platform: "local", network: NETWORK };
const settings = {
    servers: [{ host: "localhost", name: "nowhere" }],
    applicationServer: { host: "0.0.0.0" },
    fronts: [`${FRONT}/32`],
    allowedHosts: [FRONT],
    wsgiArgs: "--keep-alive 5",
    cors: { origins: [ORIGIN] },
};
const configuration = (omeroWeb: Record<string, unknown> = {}) => ({
    product: "omero-web",
    machine,
    data: { sizeGiB: 2 },
    omeroWeb: { ...settings, ...omeroWeb },
    properties: { "omero.web.page_size": 500 },
});

describe("OMERO.web on a local machine, by the commands that users have", () => {
    const stack = new TestStack("omero");
    const front = new TestStack("omero-front");
    const own = makeCertificate(FRONT);
    let outputs: Outputs;
    let web: Web;

    afterAll(() => {
        web?.close();
        front.remove();
        stack.remove();
    });

    test("a bad configuration is refused with the key and the reason, and nothing is touched", async () => {
        stack.configure(configuration({ prefix: "omero", apps: ["figures"], cors: { origins: ["x.org"] } }));
        await expectRefused(stack, NETWORK, ["omeroWeb.prefix", "omeroWeb.apps[0]", "omeroWeb.cors.origins[0]"]);
    });

    test("an installation that loses its connection is finished by the next up, and so is one that loses its power", async () => {
        stack.configure(configuration({ version: VERSIONS.omeroWeb.before }));
        await expectCutOff(stack, "build-packages", /^Unpacking /m, dropConnections);
        // IcePy is built before it, which takes some minutes, once.
        await expectCutOff(stack, "omero-web-software", /^/m, powerCut, 600);
        await stack.run("up");
        await readOutputs();
    });

    test("a second up changes nothing and restarts nothing", async () => {
        await expectUnchanged(stack, "omero-web nginx redis-server");
    });

    test("nothing is open, said or allowed that need not be", async () => {
        const pages = ["webclient/login/", "static/webclient/css/layout.css", "static/nothing"];
        await expectSafe(stack, outputs, [22, 80, 443], pages);
    });

    test("while OMERO.web does not run, its visitors see the maintenance page; nothing is left of it, and it comes back", async () => {
        await stack.ssh("systemctl stop omero-web");
        const { status, text, headers } = await web.request(login());
        expect([status, headers["retry-after"]]).toEqual([503, "60"]);
        expect(text).toContain("OMERO.web is being maintained");
        expect(await stack.ssh("pgrep -u omero-web | wc -l; ls /opt/omero/web/omero-web/var")).toMatch(
            /^0\n(?!.*django\.pid)/s,
        );
        await stack.ssh("systemctl start omero-web");
        await untilItAnswers(web, login());

        await stack.ssh("kill -KILL $(cat /opt/omero/web/omero-web/var/django.pid)");
        await sleep(1000);
        await untilItAnswers(web, login());
    });

    test("nginx on another machine, with a certificate of its own, serves the same site, and lets users try to log in", async () => {
        front.configure({
            product: "omero-web",
            machine: { ...machine, address: FRONT },
            backend: { host: outputs.machine.address },
            serverName: FRONT,
            tls: { mode: "own", certificate: own.certificate },
        });
        // Refused, for it has no key yet; but now there is a stack that can be given one.
        expect((await front.attempt("preview")).status).not.toBe(0);
        await front.setSecret("tls.privateKey", own.privateKey);
        await front.run("up");
        await expectAllRowsOk(front, [...NOT_OF_THE_FRONT, "X02", "X11"], ROWS);
        const frontOutputs = await front.outputs<Outputs>();
        const browser = await openBrowser(frontOutputs.certificate);
        if (browser === undefined) {
            throw new Error("this test needs Chromium: apt-get install chromium");
        }
        try {
            await visit(browser, async (page) => {
                const failed: string[] = [];
                page.on("response", (each) => each.status() >= 400 && failed.push(each.url()));
                await page.goto(frontOutputs.url);
                await page.locator("#id_username").fill("nobody");
                await page.locator("#id_password").fill("nothing");
                await page.getByRole("button", { name: "Login" }).click();
                await page.locator(".error").first().waitFor({ timeout: MINUTE });
                expect(await page.locator("body").innerText()).toContain(
                    "Server is not responding, please contact administrator.",
                );
                expect(failed).toEqual([]);
            });
        } finally {
            await browser.close();
        }
        await front.run("destroy");
    });

    test("an upgrade over versions that keep sessions otherwise clears them, and nothing else; the site is where it should be then", async () => {
        const session = await inDjango(
            "s = import_module(settings.SESSION_ENGINE).SessionStore(); s['of'] = 'before'; s.save(); print(s.session_key)",
        );
        const redis = (command: string) =>
            stack.ssh(`REDISCLI_AUTH=$(cat /etc/science-stacks/secrets/redis) redis-cli ${command}`);
        await redis("SET another-program 1");
        expect(await redis("--scan")).toContain(session.trim());

        stack.configure(configuration({ prefix: "/omero", workerProfile: "downloads" }));
        await stack.run("up");
        expect((await redis("--scan")).trim()).toBe("another-program");
        await readOutputs();
        expect(outputs.url).toMatch(/\/omero\/$/);
        expect((await web.get(login())).text).toContain("OMERO.web 5.33.2");
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
    });

    test("what does not answer is taken back, and the up says so", async () => {
        stack.configure(configuration({ prefix: "/omero", version: "5.33.1", wsgiArgs: "--no-such-argument" }));
        const { status, stdout, stderr } = await stack.attempt("up");
        expect(status).not.toBe(0);
        expect(stdout + stderr).toContain("what was there before is back and answers");
        expect((await web.get(login())).text).toContain("OMERO.web 5.33.2");
        stack.configure(configuration({ prefix: "/omero", workerProfile: "downloads" }));
        await stack.run("up");
    });

    test("after a reboot everything comes back by itself", async () => {
        await stack.reboot();
        await untilItAnswers(web, login());
        const report = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        expect(report.rows.find(({ id }) => id === "X10")?.detail).toContain("started by the boot");
    });

    test("destroy leaves no guest, bridge, loop device, firewall table or file behind", () =>
        expectDestroyed(stack, NETWORK));

    const login = () => new URL("webclient/login/", outputs.url).href;

    async function readOutputs(): Promise<void> {
        outputs = await stack.outputs<Outputs>();
        web?.close();
        web = new Web(outputs.certificate);
    }

    /** A program with OMERO.web's configuration, in its own Python. */
    function inDjango(program: string): Promise<string> {
        const home = "/opt/omero/web/omero-web";
        const environment = `OMERODIR=${home} OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web DJANGO_SETTINGS_MODULE=omeroweb.settings`;
        const imports =
            "import django; from importlib import import_module; from django.conf import settings; django.setup()";
        return stack.ssh(
            `cd ${home} && runuser -u omero-web -- env ${environment} /opt/omero/web/venv3/bin/python -c "${imports}; ${program}"`,
        );
    }
});

/** A certificate for an address, signed by itself, as OpenSSL makes it. */
function makeCertificate(address: string): { certificate: string; privateKey: string } {
    const place = mkdtempSync(join(tmpdir(), "science-stacks-certificate-"));
    const [key, certificate] = [join(place, "key.pem"), join(place, "certificate.pem")];
    const name = ["-subj", `/CN=${address}`, "-addext", `subjectAltName=IP:${address}`];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    execFileSync("openssl", ["req", "-x509", "-nodes", ...curve, ...name, "-keyout", key, "-out", certificate], {
        stdio: "pipe",
    });
    const made = { certificate: readFileSync(certificate, "utf8"), privateKey: readFileSync(key, "utf8") };
    rmSync(place, { recursive: true });
    return made;
}
