import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** The commands behind `npm run` and the tools they make, in a cache and a data folder of their own. */

const ownCache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
let place: string;
let home: string;

beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), "toolchain-"));
    home = join(place, "cache/science-stacks/pulumi");
    execFileSync("bash", ["scripts/host/toolchain/make.sh"], { stdio: "ignore" });
    // The CLI takes minutes to build or download; all the rest is made here.
    const versions = join(ownCache, "science-stacks/pulumi/versions");
    mkdirSync(home, { recursive: true });
    execFileSync("cp", ["-a", "--reflink=auto", versions, home]);
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

function environment(): NodeJS.ProcessEnv {
    return {
        ...process.env,
        PULUMI_BACKEND_URL: undefined,
        PULUMI_CONFIG_PASSPHRASE: undefined,
        PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
        XDG_CACHE_HOME: join(place, "cache"),
        SCIENCE_STACKS_HOME: join(place, "data"),
    };
}

function make(): { status: number | null; stderr: string; seconds: number } {
    const started = Date.now();
    const { status, stderr } = spawnSync("bash", ["scripts/host/toolchain/make.sh"], {
        env: environment(),
        encoding: "utf8",
    });
    return { status, stderr, seconds: (Date.now() - started) / 1000 };
}

function stack(...args: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync("scripts/stack.sh", args, { env: environment(), encoding: "utf8" });
    return { status, output: stdout + stderr };
}

const standIns = () => readdirSync(join(home, "stand-ins")).filter((name) => name.endsWith(".cjs"));
/** A CLI that was downloaded brings the official language host and plugins: there is nothing of ours to look at. */
const hasStandIns = () => existsSync(join(home, "versions", readdirSync(join(home, "versions"))[0]!, "bin/stand-in"));

test("the tools are made once; to make them again does nothing", () => {
    expect(make()).toMatchObject({ status: 0 });
    const made = statSync(join(home, "toolchain")).mtimeMs;
    expect(make()).toMatchObject({ status: 0, stderr: "" });
    expect(statSync(join(home, "toolchain")).mtimeMs).toBe(made);
});

test.each([
    ["a plugin is cut short", () => writeFileSync(join(home, "stand-ins", standIns()[0]!), "")],
    ["a plugin is gone", () => rmSync(join(home, "plugins"), { recursive: true })],
    ["the list of the tools is not whole", () => writeFileSync(join(home, "toolchain"), "half a l")],
])("when %s, the next command puts it right", (_, damage) => {
    if (!hasStandIns()) {
        return;
    }
    expect(make().status).toBe(0);
    const whole = readFileSync(join(home, "toolchain"), "utf8");
    damage();
    expect(make().status).toBe(0);
    expect(readFileSync(join(home, "toolchain"), "utf8")).toBe(whole);
});

test("two commands at once that find no tools make them once, and both succeed", async () => {
    rmSync(join(home, "toolchain"), { force: true });
    const ends = await Promise.all(
        [1, 2].map(
            () =>
                new Promise((resolve) => {
                    const child = spawn("bash", ["scripts/host/toolchain/make.sh"], {
                        env: environment(),
                        stdio: "ignore",
                    });
                    child.once("close", resolve);
                }),
        ),
    );
    expect(ends).toEqual([0, 0]);
});

test("the first time, a wrong configuration is refused before anything is installed for it", () => {
    const file = "stacks/Pulumi.toolchain-wrong.yaml";
    writeFileSync(
        file,
        "config:\n  science-stacks:product: eoxserver\n  science-stacks:machine: { platform: lokal }\n",
    );
    rmSync(join(home, "toolchain"), { force: true });
    try {
        const { status, output } = stack("up", "toolchain-wrong");
        expect(status).toBe(1);
        expect(output).toContain('machine.platform is "lokal"');
        expect(existsSync(join(home, "toolchain"))).toBe(false);
    } finally {
        rmSync(file);
    }
});

test("the passphrase and the states are for their owner alone", () => {
    expect(stack("pulumi", "stack", "ls")).toMatchObject({ status: 0 });
    const passphrase = join(place, "data/passphrase");
    expect(statSync(passphrase).mode & 0o777).toBe(0o600);
    expect(readFileSync(passphrase, "utf8")).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(join(place, "data/state")).mode & 0o777).toBe(0o700);
});

test("a passphrase that is gone is not made anew while there are states that need it", () => {
    const states = join(place, "data/state/.pulumi/stacks/science-stacks");
    mkdirSync(states, { recursive: true });
    writeFileSync(join(states, "trial.json"), "{}");
    const passphrase = join(place, "data/passphrase");
    const kept = readFileSync(passphrase);
    rmSync(passphrase);
    const { status, output } = stack("pulumi", "version");
    expect(status).not.toBe(0);
    expect(output).toContain("Put it back from your backup");
    expect(existsSync(passphrase)).toBe(false);
    writeFileSync(passphrase, kept, { mode: 0o600 });
    rmSync(join(states, "trial.json"));
});

test.each(["up", "preview", "outputs", "verify", "ssh", "destroy"])(
    "`%s` of a stack that does not exist names those that do, and makes nothing",
    (command) => {
        const { status, output } = stack(command, "no-such-stack");
        expect(status).not.toBe(0);
        expect(output).toContain("There is no stack no-such-stack.");
        expect(output).toContain("eoxserver-local");
        expect(existsSync("stacks/Pulumi.no-such-stack.yaml")).toBe(false);
    },
);

test("a command line that is no command shows what there is", () => {
    expect(stack("up")).toMatchObject({
        status: 2,
        output: expect.stringContaining("npm run up -- <stack>") as string,
    });
    expect(stack("no-such-command", "x").status).toBe(2);
    expect(stack("up", "../etc/passwd").status).not.toBe(0);
});
