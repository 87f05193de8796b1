import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import type { Stack } from "@pulumi/pulumi/automation";
import { buildSync } from "esbuild";
import { SshServer } from "./ssh-server";

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "science-stacks");
const cli = join(cache, "pulumi/versions/3.256.0");

let directory: string;
let server: SshServer;

interface StateResource {
    type: string;
    id?: string;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

beforeAll(async () => {
    if (!existsSync(cli)) {
        throw new Error(`no Pulumi CLI in ${cli}: run \`npm run pulumi -- version\` once`);
    }
    directory = mkdtempSync(join(tmpdir(), "engine-"));
    const plugin = join(directory, "home/plugins/resource-command-v1.2.1");
    mkdirSync(plugin, { recursive: true });
    mkdirSync(join(directory, "state"));
    buildSync({
        entryPoints: ["offline/plugins/command/index.ts"],
        outfile: join(plugin, "plugin.js"),
        bundle: true,
        platform: "node",
        external: ["cpu-features", "*.node"],
    });
    const starter = join(plugin, "pulumi-resource-command");
    writeFileSync(starter, `#!/bin/sh\nexec "${process.execPath}" "$(dirname "$0")/plugin.js" "$@"\n`);
    chmodSync(starter, 0o755);
    server = await SshServer.start();
});
afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
});

async function stackOf(name: string, program: () => Promise<void>): Promise<Stack> {
    const workDir = join(directory, name);
    mkdirSync(workDir);
    return LocalWorkspace.createOrSelectStack(
        { stackName: name, projectName: "engine", program },
        {
            workDir,
            pulumiCommand: await PulumiCommand.get({ root: cli, skipVersionCheck: true }),
            pulumiHome: join(directory, "home"),
            envVars: { PULUMI_BACKEND_URL: `file://${directory}/state`, PULUMI_CONFIG_PASSPHRASE: "pass" },
        },
    );
}

async function stateOf(stack: Stack, type: string): Promise<StateResource[]> {
    const deployment = (await stack.exportStack()).deployment as { resources: StateResource[] };
    return deployment.resources.filter((resource) => resource.type === type);
}

test("the state of a local command is that of the official plugin", async () => {
    const stdin = "the quick brown fox\njumped over\nthe lazy dog";
    const stack = await stackOf("local", async () => {
        new command.local.Command("stdin", { create: "head -n 1", stdin });
        return Promise.resolve();
    });
    await stack.up();
    const [resource] = await stateOf(stack, "command:local:Command");
    // As recorded in pulumi-command's own tests of upgrades, with the official plugin.
    const inputs = { addPreviousOutputInEnv: true, create: "head -n 1", stdin };
    expect(resource?.inputs).toEqual(inputs);
    expect(resource?.outputs).toEqual({ ...inputs, stderr: "", stdout: "the quick brown fox" });
    expect(resource?.id).toMatch(/^stdin[0-9a-f]{8}$/);
});

test("a change updates, a change of triggers replaces, a destroy deletes, and nothing else does anything", async () => {
    const log = join(directory, "log");
    const settings = { create: `echo create >>${log}`, trigger: "1" };
    const stack = await stackOf("life", async () => {
        const { create, trigger } = settings;
        const more = {
            update: `echo update >>${log}`,
            delete: `echo delete >>${log}`,
            triggers: [trigger, { a: trigger }],
        };
        new command.local.Command("life", { create, ...more });
        return Promise.resolve();
    });
    const happened = () => readFileSync(log, "utf8").split("\n").filter(Boolean).join(" ");
    await stack.up();
    expect((await stack.up()).summary.resourceChanges).toEqual({ same: 2 });
    expect(happened()).toBe("create");
    settings.create += " # changed";
    await stack.up();
    expect(happened()).toBe("create update");
    settings.trigger = "2";
    expect((await stack.preview()).changeSummary).toMatchObject({ replace: 1 });
    await stack.up();
    expect(happened()).toBe("create update create delete");
    await stack.destroy();
    expect(happened()).toBe("create update create delete delete");
});

test("remote commands: values unknown in the preview, secrets in no output and no state, no connection without a change", async () => {
    const settings = { password: "swordfish-of-the-day" };
    const there = { ...server.connection(), directory: server.directory };
    const stack = await stackOf("remote", async () => {
        const host = new command.local.Command("host", { create: "echo 127.0.0.1" }).stdout;
        const { directory: target, ...known } = there;
        const connection = { ...known, host };
        const step = new command.remote.Command("step", {
            connection,
            create: "cat >/dev/null; echo made; echo this is no secret >&2",
            stdin: pulumi.secret(settings.password),
        });
        new command.remote.CopyToRemote(
            "copy",
            {
                connection,
                source: new pulumi.asset.StringAsset("text"),
                remotePath: join(target, "copied"),
            },
            { dependsOn: step },
        );
        return Promise.resolve();
    });
    let shown = "";
    const onOutput = (text: string) => (shown += text);
    const { changeSummary } = await stack.preview({ onOutput, diff: true });
    expect(changeSummary).toEqual({ create: 4 });
    await stack.up({ onOutput, diff: true });
    expect(readFileSync(join(server.directory, "copied"), "utf8")).toBe("text");
    const [step] = await stateOf(stack, "command:remote:Command");
    expect(step?.outputs).toMatchObject({ stdout: "made", stderr: "this is no secret" });
    const state = readFileSync(join(directory, "state/.pulumi/stacks/engine/remote.json"), "utf8");
    for (const text of [shown, state]) {
        expect(text).not.toContain(settings.password);
        expect(text).not.toContain("PRIVATE KEY");
    }
    await server.stop();
    try {
        expect((await stack.up()).summary.resourceChanges).toEqual({ same: 4 });
        settings.password = "another one";
        expect((await stack.preview()).changeSummary).toEqual({ same: 3, update: 1 });
    } finally {
        server = await SshServer.start();
    }
});

test("the files of one command are the source of a copy and the trigger of another command", async () => {
    const target = join(server.directory, "made");
    const text = { value: "one" };
    const stack = await stackOf("files", async () => {
        const made = new command.local.Command("make", {
            create: pulumi.interpolate`echo ${text.value} >file.txt`,
            dir: directory,
            assetPaths: ["file.txt"],
            archivePaths: ["file.*"],
        });
        const source = made.assets.apply((assets) => assets?.["file.txt"] as pulumi.asset.Asset);
        new command.remote.CopyToRemote("copy", { connection: server.connection(), source, remotePath: target });
        new command.local.Command("after", { create: `echo >>${directory}/after`, triggers: [made.archive] });
        return Promise.resolve();
    });
    await stack.up();
    expect(readFileSync(target, "utf8")).toBe("one\n");
    expect((await stack.up()).summary.resourceChanges).toEqual({ same: 4 });
    text.value = "two";
    expect((await stack.up()).summary.resourceChanges).toEqual({ same: 1, update: 2, replace: 1 });
    expect(readFileSync(target, "utf8")).toBe("two\n");
    expect(readFileSync(join(directory, "after"), "utf8")).toBe("\n\n");
});

test("ten remote commands, one after the other, take seconds", async () => {
    const connection = server.connection();
    const stack = await stackOf("ten", async () => {
        let last: pulumi.Resource | undefined;
        for (let index = 0; index < 10; index++) {
            const dependsOn = last === undefined ? [] : [last];
            last = new command.remote.Command(`step-${index}`, { connection, create: "true" }, { dependsOn });
        }
        return Promise.resolve();
    });
    const started = Date.now();
    await stack.up();
    const seconds = (Date.now() - started) / 1000;
    process.stderr.write(`ten dependent remote commands: ${seconds.toFixed(1)} s, with the engine's start\n`);
    expect(seconds).toBeLessThan(60);
});
