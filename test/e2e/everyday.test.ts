import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "../../verify/browser";
import { NETWORK } from "./network";
import { TestStack } from "./test-stack";

const project = join(__dirname, "..", "..");

interface Drift {
    cloud: unknown[];
    guest: { step: string; differences: string[] }[];
}

/** One stack that is up serves them all. */
describe("what users do with a stack that runs", () => {
    const stack = new TestStack("everyday");

    beforeAll(async () => {
        stack.configure({
            product: "omero-web",
            machine: { platform: "local", network: NETWORK },
            data: { sizeGiB: 2 },
            omeroWeb: { servers: [{ host: "localhost", name: "nowhere" }] },
        });
        await stack.run("up");
    });

    afterAll(() => stack.remove());

    async function drift(): Promise<Drift & { status: number }> {
        const { status, stdout } = await stack.attempt("drift", "--json");
        return { status, ...(JSON.parse(stdout) as Drift) };
    }

    test("the comment of a pull request has the lines that change, and no secret", async () => {
        stack.configure({ omeroWeb: { servers: [{ host: "localhost", name: "elsewhere" }] } });
        const text = await stack.run("preview", "--format", "markdown");
        stack.configure({ omeroWeb: { servers: [{ host: "localhost", name: "nowhere" }] } });

        expect(text).toContain(`\`${stack.name}\`: 2 changed`);
        const changed = text.split("\n").filter((line) => /^[-+]/.test(line));
        expect(changed.filter((line) => line.includes("omero.web."))).toEqual([
            expect.stringMatching(/^-omero\.web\.server_list=.*nowhere/),
            expect.stringMatching(/^\+omero\.web\.server_list=.*elsewhere/),
        ]);
        expect(text).not.toContain("CAUTION");
        const { privateKey } = (await stack.outputs<{ ssh: { privateKey: string } }>()).ssh;
        expect(text).not.toContain(privateKey.split("\n")[2]);
    });

    test("a change of one template of nginx is exactly its lines, on exactly the stacks that use it", async () => {
        const other = new TestStack("everyday-other");
        const clone = mkdtempSync(join(tmpdir(), "science-stacks-clone-"));
        try {
            other.configure({ product: "eoxserver", machine: { platform: "local", network: NETWORK } });
            other.configure({ instances: ["instance00"], data: { sizeGiB: 5 } });
            await other.run("up");
            const files = execFileSync("git", ["ls-files", "-z"], { cwd: project, encoding: "utf8" });
            for (const path of [...files.split("\0").filter(Boolean), stack.configuration, other.configuration]) {
                cpSync(join(project, path), join(clone, path));
            }
            symlinkSync(join(project, "node_modules"), join(clone, "node_modules"));
            const template = join(clone, "scripts", "guest", "nginx", "templates", "nginx.conf");
            writeFileSync(template, readFileSync(template, "utf8").replace("tcp_nopush on;", "tcp_nopush off;"));

            const text = await stack.in(clone).run("preview", "--format", "markdown");
            expect(text.split("\n").filter((line) => /^[-+]/.test(line))).toEqual([
                expect.stringMatching(/^-\s+tcp_nopush on;$/),
                expect.stringMatching(/^\+\s+tcp_nopush off;$/),
            ]);
            expect(text).toContain(`\`${stack.name}\`: 2 changed`);
            expect(text).toContain("| changed | `site-files` |");
            expect(await other.in(clone).run("preview", "--format", "markdown")).toContain(": no changes");
        } finally {
            await other.attempt("destroy");
            other.remove();
            rmSync(clone, { recursive: true });
        }
    });

    test("a machine that is as it was made does not differ, and to look at it changes nothing", async () => {
        await stack.ssh("touch /root/before; sync");
        expect(await drift()).toMatchObject({ status: 0, cloud: [], guest: [] });
        const places = "/etc /usr /srv /opt/omero /var/lib/science-stacks /var/spool";
        const touched = await stack.ssh(`find ${places} -newer /root/before ! -path '*/var/log/*' | head`);
        expect(touched.trim()).toBe("");
    });

    test("each kind of drift is found, and no secret is shown", async () => {
        await stack.ssh(
            [
                "sed -i 's/gzip on/gzip off/' /etc/nginx/nginx.conf",
                "rm /etc/nginx/conf.d/omero-web.conf",
                "systemctl stop redis-server",
                "systemctl disable --quiet omero-web",
                "chmod 644 /etc/science-stacks/secrets/redis",
                "echo changed >> /etc/science-stacks/secrets/redis",
                "nft add rule inet science_stacks input tcp dport 9999 accept",
                "chown root /opt/omero/web/omero-web/etc",
                "dpkg --force-depends --purge python3-venv >/dev/null 2>&1",
            ].join("\n"),
        );
        const { status, guest } = await drift();
        expect(status).toBe(1);
        const found = Object.fromEntries(guest.map(({ step, differences }) => [step, differences.join("\n")]));
        expect(Object.keys(found).sort()).toEqual([
            "build-packages",
            "firewall",
            "omero-web-configuration",
            "omero-web-user",
            "redis-secrets",
            "redis-settings",
            "site-files",
        ]);
        expect(found["site-files"]).toMatch(/nginx\.conf was edited\n.*-    gzip on;\n *\+    gzip off;/s);
        expect(found["site-files"]).toContain("/etc/nginx/conf.d/omero-web.conf is gone");
        expect(found["redis-settings"]).toContain("redis-server.service does not run");
        expect(found["omero-web-configuration"]).toContain("omero-web.service is not enabled");
        expect(found["redis-secrets"]).toMatch(/was edited \(it is not .*root:root 644 instead of root:root 600/s);
        expect(found["redis-secrets"]?.split("\n")).toHaveLength(2);
        expect(found["firewall"]).toMatch(/^ *\+\s+tcp dport 9999 accept$/m);
        expect(found["build-packages"]).toContain("not installed: python3-venv");
    });

    test("a repair puts each of them right", async () => {
        await stack.run("up", "--repair");
        expect(await drift()).toMatchObject({ status: 0, guest: [] });
        const rules = await stack.ssh(
            "nft list ruleset; systemctl is-enabled omero-web; stat -c %U /opt/omero/web/omero-web/etc",
        );
        expect(rules).not.toContain("9999");
        expect(rules).toMatch(/\nenabled\nomero-web\n/);
    });

    test("a program that is not as its package has it is found, and installed anew", async () => {
        await stack.ssh("echo >> /usr/bin/redis-benchmark");
        expect((await drift()).guest).toEqual([
            { step: "packages", differences: ["not as Debian made them: redis-tools"] },
        ]);
        await stack.run("up", "--repair");
        expect((await drift()).status).toBe(0);
    });

    test("the status of all stacks tells a server that is well from one that is not, also on the page", async () => {
        expect((await stack.attemptAll("status", "--drift")).stdout).toMatch(/answers .* days .*none/);
        await stack.ssh("systemctl stop omero-web");
        const page = join(mkdtempSync(join(tmpdir(), "science-stacks-status-")), "status.html");
        const { status } = await stack.attemptAll("status", "--html", page);
        await stack.ssh("systemctl start omero-web");
        expect(status).toBe(1);

        const browser = await openBrowser(undefined);
        if (browser === undefined) {
            throw new Error("this test needs Chromium: apt-get install chromium");
        }
        try {
            const tab = await browser.newPage();
            await tab.goto(`file://${page}`);
            expect(await tab.locator("td.bad").allTextContents()).toEqual([expect.stringContaining("status 503")]);
            expect(await tab.locator("p.state").textContent()).toBe("1 of 1 need someone");
        } finally {
            await browser.close();
            rmSync(join(page, ".."), { recursive: true });
        }
    });

    test("the logs of a service are its own, and a service that is not there is refused with those that are", async () => {
        const text = await stack.run("logs", "nginx", "--lines", "50");
        expect(text).toMatch(/nginx\.service/);
        expect(text).not.toContain("redis");
        const { status, stderr } = await stack.attempt("logs", "solr");
        expect(status).not.toBe(0);
        expect(stderr).toContain("nginx.service, omero-web.service, redis-server.service");
    });

    test("a plan is applied as it was reviewed, and nothing but it", async () => {
        const plan = join(mkdtempSync(join(tmpdir(), "science-stacks-plan-")), "plan.json");
        try {
            const servers = (name: string) => ({ omeroWeb: { servers: [{ host: "localhost", name }] } });
            stack.configure(servers("planned"));
            await stack.run("preview", "--format", "markdown", "--save-plan", plan);
            await stack.run("up", "--plan", plan);
            expect(await stack.ssh("cat /etc/omero-web/omero-web.properties")).toContain("planned");

            await stack.run("preview", "--format", "markdown", "--save-plan", plan);
            stack.configure({ ...servers("planned"), firewall: { web: ["192.0.2.0/24"] } });
            expect((await stack.attempt("up", "--plan", plan)).status).not.toBe(0);
            expect(await stack.ssh("nft list ruleset")).not.toContain("192.0.2.0");
        } finally {
            rmSync(join(plan, ".."), { recursive: true });
        }
    });
});
