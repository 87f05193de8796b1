import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { globExpression } from "../../offline/plugins/command/globs";
import { PluginClient, secret } from "./plugin-client";
import type { Wire } from "./plugin-client";

const urn = "urn:pulumi:stack::project::command:local:Command::step";

let plugin: PluginClient;
let directory: string;

beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "local-"));
    plugin = await PluginClient.start("offline/plugins/command/index.ts");
});
afterAll(async () => {
    await plugin.stop();
    rmSync(directory, { recursive: true });
});

async function create(inputs: Wire) {
    return plugin.create(urn, (await plugin.check(urn, inputs)).inputs);
}

test("a command runs in a shell, in the directory and with the variables and input given", async () => {
    const { id, outputs } = await create({
        create: 'pwd; echo "$GREETING"; cat',
        dir: directory,
        environment: { GREETING: "hello" },
        stdin: "input",
    });
    expect(outputs).toMatchObject({ stdout: `${directory}\nhello\ninput`, stderr: "", addPreviousOutputInEnv: true });
    expect(id).toMatch(/^step[0-9a-f]{8}$/);
});

test("another interpreter takes the command as its last argument", async () => {
    const { outputs } = await create({ create: "print(6 * 7)", interpreter: ["python3", "-c"] });
    expect(outputs.stdout).toBe("42");
});

test("a command that fails says its status, itself and all it wrote", async () => {
    await expect(create({ create: "echo out; exit 3" })).rejects.toThrow(
        'exit status 3: running "echo out; exit 3":\nout\n',
    );
    await expect(create({ create: "kill -KILL $$" })).rejects.toThrow("signal: SIGKILL (9)");
});

test("a directory or interpreter that does not exist is named", async () => {
    await expect(create({ create: "true", dir: "/nonexistent" })).rejects.toThrow("chdir /nonexistent: no such file");
    await expect(create({ create: "true", interpreter: ["/nonexistent"] })).rejects.toThrow(
        "exec /nonexistent: no such",
    );
});

test("an update sees the output before it; a deletion runs its own command", async () => {
    const { outputs } = await create({ create: "echo one" });
    const news = {
        create: "echo one",
        update: 'echo "$PULUMI_COMMAND_STDOUT, two"',
        delete: `echo gone >${directory}/gone`,
    };
    const updated = await plugin.update(urn, outputs, (await plugin.check(urn, news)).inputs);
    expect(updated.stdout).toBe("one, two");
    await plugin.delete(urn, updated);
    expect(readFileSync(join(directory, "gone"), "utf8")).toBe("gone\n");
});

test("a previous output that is too long for the environment is left out with a warning, and nothing fails", async () => {
    const { outputs } = await create({ create: "head -c 200000 /dev/zero | tr '\\0' x" });
    const news = (await plugin.check(urn, { create: 'echo "${PULUMI_COMMAND_STDOUT:-none}"' })).inputs;
    plugin.log.length = 0;
    expect((await plugin.update(urn, outputs, news)).stdout).toBe("none");
    expect(plugin.log.map(({ message }) => message).join()).toContain("PULUMI_COMMAND_STDOUT is not set");
});

test("a cancelled deployment ends a command, even one whose child keeps its output open", async () => {
    const failed = expect(create({ create: "echo waiting; sleep 60" })).rejects.toThrow("cancelled");
    while (!plugin.log.some(({ message }) => message === "waiting")) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await plugin.cancel();
    await failed;
});

test("files are returned by globs, with the hashes of their content", async () => {
    mkdirSync(join(directory, "sub/deep"), { recursive: true });
    writeFileSync(join(directory, "sub/a.txt"), "hello");
    writeFileSync(join(directory, "sub/secret.txt"), "no");
    writeFileSync(join(directory, "sub/deep/b.txt"), "b");
    const paths = { assetPaths: ["sub/**.txt", "!**secret*"], archivePaths: ["sub/*.txt"] };
    const { outputs } = await create({ create: "true", dir: directory, ...paths });
    const assets = outputs.assets as Record<string, { path: string; hash: string }>;
    expect(Object.keys(assets)).toEqual(["sub/a.txt", "sub/deep/b.txt"]);
    expect(assets["sub/a.txt"]).toMatchObject({
        path: join(directory, "sub/a.txt"),
        hash: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    });
    const archived = (outputs.archive as { assets: Wire }).assets;
    expect(Object.keys(archived)).toEqual(["sub/a.txt", "sub/secret.txt"]);
});

test.each([
    ["*.txt", "a.txt", true],
    ["*.txt", "sub/a.txt", false],
    ["**.txt", "sub/a.txt", true],
    ["sub/?.txt", "sub/a.txt", true],
    ["?", "/", false],
    ["[ab].c", "b.c", true],
    ["[!ab].c", "b.c", false],
    ["{cat,dog}.{png,jpg}", "dog.png", true],
    ["a.b", "aXb", false],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
])("the glob %s and the path %s: %s", (pattern, path, matches) => {
    expect(globExpression(pattern).test(path)).toBe(matches);
});

test("local.run runs at once and returns its inputs with the output; secret ones stay secret", async () => {
    const result = await plugin.invoke("command:local:run", {
        command: "cat",
        stdin: secret("hidden words"),
        logging: "none",
    });
    expect(result).toEqual({
        command: "cat",
        stdin: secret("hidden words"),
        logging: "none",
        addPreviousOutputInEnv: true,
        stdout: "hidden words",
        stderr: "",
    });
});
