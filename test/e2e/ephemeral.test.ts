import { spawn } from "node:child_process";
import { existsSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expiryOf } from "../../ephemeral/name";
import { removeMachine, runHostScript } from "../guest/guest";
import { TestStack } from "./test-stack";

const MINUTE = 60_000;
const project = join(__dirname, "..", "..");

interface Outputs {
    url: string;
    certificate: string;
    ssh: { privateKey: string; hostKey: string };
}

describe("stacks that come and go", () => {
    const stacks = new TestStack("ephemeral");
    const begun: string[] = [];

    /** The names of the stacks whose name a text holds. */
    function namesIn(text: string): string[] {
        const names = [...new Set(text.match(/ephemeral-omero-web-\d{8}-\d{4}-[0-9a-f]{4}/g))];
        begun.push(...names.filter((name) => !begun.includes(name)));
        return names;
    }

    afterAll(async () => {
        const destroyed = [];
        for (const name of begun.filter((each) => existsSync(configuration(each)))) {
            destroyed.push(await stacks.attemptAll("destroy", name));
        }
        stacks.remove();
        begun.forEach((name) => {
            removeMachine(name);
            rmSync(configuration(name), { force: true });
        });
        expect(destroyed.filter(({ status }) => status !== 0)).toEqual([]);
    });

    const configuration = (name: string) => join(project, "stacks", `Pulumi.${name}.yaml`);
    const here = (name: string) =>
        [
            ...runHostScript("machine.sh", ["list"]).split("\n"),
            ...runHostScript("disk.sh", ["list"]).split("\n"),
            existsSync(configuration(name)) ? configuration(name) : "",
        ].filter((each) => each.includes(name));

    test("two of one product stand side by side, verified, and have no secret in common", async () => {
        const make = () => stacks.attemptAll("ephemeral", "omero-web", "--ttl", "2h");
        const first = await make();
        expect(first.stdout).toContain("is verified");
        const second = await make();
        expect(second.stdout).toContain("is verified");
        // The first has left the snapshot, if there was none: the second was not installed.
        expect(second.stdout).not.toContain("There is no snapshot");

        const names = [first, second].map(({ stdout }) => namesIn(stdout).at(-1)!);
        const told = await Promise.all(
            names.map(async (name) => {
                const shown = await stacks.attemptAll("outputs", name, "--json", "--show-secrets");
                const { url, certificate, ssh } = JSON.parse(shown.stdout) as Outputs;
                const { stdout } = await stacks.attemptAll(
                    "ssh",
                    name,
                    "--",
                    "cat /opt/omero/web/omero-web/var/django_secret_key; echo; cat /etc/science-stacks/secrets/redis /etc/machine-id; hostname",
                );
                return [url, certificate, ssh.privateKey, ssh.hostKey, ...stdout.trim().split("\n")];
            }),
        );
        expect(told[0]!.length).toBeGreaterThanOrEqual(8);
        expect(told[0]!.filter((value) => told[1]!.includes(value))).toEqual([]);
        // None of them is overdue: a sweep leaves both.
        const swept = await stacks.attemptAll("ephemeral", "--sweep");
        expect([swept.status, swept.stderr]).toEqual([0, expect.any(String)]);
        expect(swept.stdout).not.toContain("swept");
        for (const name of names) {
            expect((await stacks.attemptAll("destroy", name)).status).toBe(0);
        }
    });

    test("one that stands by is taken as it is, by one command alone, and is swept when that one's time is over", async () => {
        const prepared = await stacks.attemptAll("ephemeral", "omero-web", "--prepare");
        const [name] = namesIn(prepared.stdout.slice(prepared.stdout.indexOf("stands by") - 60)) as [string];
        expect(prepared.status).toBe(0);
        expect(runHostScript("machine.sh", ["status", name])).toBe("stopped");
        expect((await stacks.attemptAll("status", "--json")).stdout).not.toContain(name);

        const taken = await stacks.attemptAll("ephemeral", "omero-web", "--ttl", "1m");
        expect(taken.stdout).toMatch(/^ +\d+ unchanged$/m);
        expect(taken.stdout).toContain(`${name} is verified`);
        const swept = await stacks.attemptAll("ephemeral", "--sweep");
        if (!swept.stdout.includes(`swept ${name}`)) {
            await sleep(MINUTE);
            expect((await stacks.attemptAll("ephemeral", "--sweep")).stdout).toContain(`swept ${name}`);
        }
        expect(here(name)).toEqual([]);
    });

    test("one whose command was killed half-way is swept when its time is over, and nothing is left of it", async () => {
        const killed = spawn("npm", ["run", "--silent", "ephemeral", "--", "omero-web", "--ttl", "1m"], {
            cwd: project,
            env: { ...process.env, ...stacks.environment },
            detached: true,
            stdio: ["ignore", "pipe", "ignore"],
        });
        let told = "";
        killed.stdout.setEncoding("utf8").on("data", (text: string) => (told += text));
        while (!/machine-ready-runner created/.test(told)) {
            expect(killed.exitCode).toBeNull();
            await sleep(100);
        }
        process.kill(-killed.pid!, "SIGKILL");
        const [name] = namesIn(told) as [string];
        expect(here(name)).not.toEqual([]);
        // As a kill leaves it that comes while it is written.
        truncateSync(stacks.stateFile.replaceAll(stacks.name, name));

        await sleep(Math.max(0, expiryOf(name)!.getTime() - Date.now()) + 1000);
        const swept = await stacks.attemptAll("ephemeral", "--sweep");
        expect([swept.status, swept.stderr]).toEqual([0, expect.any(String)]);
        expect(swept.stdout.split("\n")).toContain(`swept ${name}`);
        expect(here(name)).toEqual([]);
        const listed = await stacks.attemptAll("pulumi", "stack", "ls", "--json");
        expect(listed.stdout).not.toContain(name);
    });
});
