import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archive, asset, PluginClient, secret, unknown } from "./plugin-client";
import type { Wire } from "./plugin-client";
import { SshServer } from "./ssh-server";

const urn = "urn:pulumi:stack::project::command:remote:CopyToRemote::copy";

let plugin: PluginClient;
let server: SshServer;
let here: string;
let there: string;

beforeAll(async () => {
    [plugin, server] = await Promise.all([PluginClient.start("offline/plugins/command/index.ts"), SshServer.start()]);
    [here, there] = [join(server.directory, "here"), join(server.directory, "there")];
});
beforeEach(() => {
    for (const directory of [here, there]) {
        rmSync(directory, { recursive: true, force: true });
        mkdirSync(directory);
    }
});
afterAll(async () => Promise.all([plugin.stop(), server.stop()]));

async function checked(source: unknown, remotePath: string, connection: Wire = {}): Promise<Wire> {
    const whole = { ...server.connection(), dialErrorLimit: 0, ...connection };
    return (await plugin.check(urn, { source, remotePath, connection: secret(whole) })).inputs;
}
const create = async (source: unknown, path: string) => plugin.create(urn, await checked(source, path));
const file = (path: string) => asset({ path, hash: createHash("sha256").update(readFileSync(path)).digest("hex") });

test("a file of some megabytes arrives whole, under the name given or into the directory given", async () => {
    const source = join(here, "data.bin");
    writeFileSync(source, randomBytes(5_000_000));
    const { id, outputs } = await create(file(source), join(there, "new.bin"));
    expect(readFileSync(join(there, "new.bin")).equals(readFileSync(source))).toBe(true);
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(outputs).toMatchObject({ source: file(source), remotePath: join(there, "new.bin") });
    await create(file(source), there);
    expect(statSync(join(there, "data.bin")).size).toBe(5_000_000);
});

test("a text becomes a file; a directory in its place is an error", async () => {
    await create(asset({ text: "grüße\n", hash: "1" }), join(there, "text"));
    expect(readFileSync(join(there, "text"), "utf8")).toBe("grüße\n");
    await expect(create(asset({ text: "x", hash: "1" }), there)).rejects.toThrow(`remote path ${there} is a directory`);
});

test("an empty file arrives", async () => {
    writeFileSync(join(here, "empty"), "");
    await create(file(join(here, "empty")), there);
    expect(statSync(join(there, "empty")).size).toBe(0);
});

test("a directory arrives with all in it: itself, or with a slash at its end what is in it", async () => {
    mkdirSync(join(here, "tree/sub/deep"), { recursive: true });
    for (let index = 0; index < 30; index++) {
        writeFileSync(join(here, `tree/sub/${index}`), `${index}`);
    }
    writeFileSync(join(here, "tree/sub/deep/x"), "x");
    await create(archive({ path: join(here, "tree"), hash: "1" }), there);
    await create(archive({ path: `${join(here, "tree")}/`, hash: "1" }), join(there, "inside"));
    for (const copy of [join(there, "tree"), join(there, "inside")]) {
        execFileSync("diff", ["-r", join(here, "tree"), copy]);
    }
});

test("a directory over a file, and a directory whose parent is missing, are errors that name the path", async () => {
    mkdirSync(join(here, "tree"));
    writeFileSync(join(there, "file"), "kept");
    const source = archive({ path: join(here, "tree"), hash: "1" });
    await expect(create(source, join(there, "file"))).rejects.toThrow("file exists but is not a directory");
    await expect(create(source, join(there, "a/b"))).rejects.toThrow(/failed to create remote directory .*a\/b/);
    expect(readFileSync(join(there, "file"), "utf8")).toBe("kept");
});

test("an update copies again when the content, the path or the machine is another, and only then", async () => {
    const [from, to] = [join(here, "f"), join(there, "f")];
    writeFileSync(from, "one");
    const { outputs } = await create(file(from), to);
    rmSync(to);
    await plugin.update(urn, outputs, await checked(file(from), to, { perDialTimeout: 9 }));
    expect(existsSync(to)).toBe(false);
    await plugin.update(urn, outputs, await checked(file(from), to, { host: "localhost" }));
    expect(readFileSync(to, "utf8")).toBe("one");
    writeFileSync(from, "two");
    await plugin.update(urn, outputs, await checked(file(from), to));
    expect(readFileSync(to, "utf8")).toBe("two");
});

test("what is copied is a difference when its content is, wherever it lies", async () => {
    const inputs = await checked(asset({ path: "/a", hash: "1" }), "/x");
    const state = { inputs, outputs: inputs };
    expect(await plugin.diff(urn, state, await checked(asset({ path: "/b", hash: "1" }), "/x"))).toEqual({});
    expect(await plugin.diff(urn, state, await checked(asset({ path: "/a", hash: "2" }), "/x"))).toEqual({
        source: "UPDATE",
    });
});

test("sources of other kinds are refused before anything is copied; one that is not known yet is not", async () => {
    const failures = async (source: unknown) =>
        (await plugin.check(urn, { source, remotePath: "/x", connection: secret(server.connection()) })).failures;
    expect(await failures(asset({ uri: "https://example.org/", hash: "1" }))).toHaveProperty("asset");
    expect(await failures(archive({ assets: {}, hash: "1" }))).toHaveProperty("archive");
    expect(await failures("/a/path")).toEqual({ source: "must be of type asset or archive" });
    expect(await failures(unknown)).toEqual({});
});

test("the older CopyFile copies one file, and any change makes it anew", async () => {
    const old = "urn:pulumi:stack::project::command:remote:CopyFile::copy";
    writeFileSync(join(here, "f"), "content");
    const given = { localPath: join(here, "f"), remotePath: join(there, "f"), connection: secret(server.connection()) };
    const { inputs } = await plugin.check(old, given);
    const { outputs } = await plugin.create(old, inputs);
    expect(readFileSync(join(there, "f"), "utf8")).toBe("content");
    const changes = await plugin.diff(old, { inputs, outputs }, { ...inputs, remotePath: "/y" });
    expect(changes).toEqual({ remotePath: "UPDATE_REPLACE" });
});
