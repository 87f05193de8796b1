import { spawn } from "node:child_process";
import { once } from "node:events";
import fc from "fast-check";
import { PluginClient, archive, asset, secret, unknown } from "./plugin-client";

const urn = "urn:pulumi:stack::project::base:index:Parent$base:index:Thing::it";
const fixed = "urn:pulumi:stack::project::base:index:Fixed::it";

let plugin: PluginClient;
beforeAll(async () => {
    plugin = await PluginClient.start("test/offline/base-plugin.ts");
});
afterAll(async () => plugin.stop());

describe("check", () => {
    test("fills in defaults, also inside objects, and drops what is null", async () => {
        const { inputs } = await plugin.check(urn, { name: "a", place: null, nested: {} });
        expect(inputs).toEqual({ name: "a", size: 3, nested: { deep: 1 } });
    });

    test("names each input that is missing, unknown to the type, of another type or not among the choices", async () => {
        const { failures } = await plugin.check(urn, { size: "x", color: "green", other: 1, nested: { deep: "x" } });
        expect(Object.keys(failures).sort()).toEqual(["color", "name", "nested.deep", "other", "size"]);
        expect(failures.color).toBe("must be one of red, blue");
    });

    test("takes values that are not known yet for any type", async () => {
        const { inputs, failures } = await plugin.check(urn, { name: unknown, size: unknown, nested: unknown });
        expect(failures).toEqual({});
        expect(inputs).toEqual({ name: unknown, size: unknown, nested: unknown });
    });

    test("reports what the type itself finds", async () => {
        expect((await plugin.check(urn, { name: "a", size: 13 })).failures).toEqual({ size: "bad luck" });
    });

    test("makes declared inputs secret, and keeps secret what was", async () => {
        const { inputs } = await plugin.check(urn, { name: secret("a"), password: "p", nested: secret({ key: "k" }) });
        expect(inputs).toEqual({
            name: secret("a"),
            size: 3,
            password: secret("p"),
            nested: secret({ key: secret("k"), deep: 1 }),
        });
    });

    test("any value of the engine's comes back as it was", async () => {
        const leaf = fc.oneof(
            fc.string(),
            fc.boolean(),
            fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
            fc.constant(unknown),
            fc.constant(asset({ path: "/a", hash: "1" })),
            fc.constant(archive({ assets: { f: asset({ text: "t", hash: "2" }) }, hash: "3" })),
        );
        const name = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !(text in Object.prototype));
        const value = fc.letrec((tie) => ({
            any: fc.oneof({ depthSize: "small" }, leaf, tie("list"), tie("object"), tie("secret")),
            list: fc.array(tie("any"), { maxLength: 3 }),
            object: fc.dictionary(name, tie("any"), { maxKeys: 3, noNullPrototype: true }),
            secret: tie("plain").map((inner) => secret(inner)),
            plain: fc.oneof({ depthSize: "small" }, leaf, tie("list"), tie("object")),
        })).any;
        await fc.assert(
            fc.asyncProperty(value, async (any) => {
                const { inputs } = await plugin.check(fixed, { value: any });
                expect(inputs).toEqual({ value: any });
            }),
            { numRuns: 200 },
        );
    });
});

describe("diff", () => {
    const olds = { name: "a", size: 3, place: "here", any: [1, { b: 2 }], __defaults: ["size"] };
    const diff = async (news: object) =>
        plugin.diff(urn, { inputs: olds, outputs: { ...olds, result: "a" } }, { ...olds, ...news });

    test("nothing has changed where nothing has, nor where only a mark of secrecy or the engine's notes have", async () => {
        expect(await diff({})).toEqual({});
        expect(await diff({ name: secret("a"), __defaults: [] })).toEqual({});
    });

    test("says each change by its path", async () => {
        const changed = await diff({ name: "b", any: [1, { b: 3, "c.d": 4 }, 5], color: "red", place: "there" });
        expect(changed).toEqual({
            name: "UPDATE",
            "any[1].b": "UPDATE",
            'any[1]["c.d"]': "ADD",
            "any[2]": "ADD",
            color: "ADD",
            place: "UPDATE_REPLACE",
        });
    });

    test("a value that is not known yet is a change", async () => {
        expect(await diff({ place: unknown })).toEqual({ place: "UPDATE_REPLACE" });
    });

    test("a type that cannot update replaces", async () => {
        const state = { inputs: { value: 1 }, outputs: { value: 1 } };
        expect(await plugin.diff(fixed, state, { value: 2 })).toEqual({ value: "UPDATE_REPLACE" });
    });

    test("a state without inputs is compared by its outputs", async () => {
        expect(await plugin.diff(urn, { outputs: { ...olds, result: "a" } }, { ...olds, name: "b" })).toEqual({
            name: "UPDATE",
        });
    });
});

describe("create, update and read", () => {
    test("the state has the inputs and the outputs; secret ones are secret", async () => {
        const { id, outputs } = await plugin.create(urn, { name: "a", password: secret("pass"), __defaults: [] });
        expect(id).toBe("id-a");
        expect(outputs).toEqual({
            name: "a",
            password: secret("pass"),
            result: "a",
            token: secret("t0ken"),
            born: "today",
            any: archive({ assets: { a: asset({ text: "x", hash: "1" }) }, hash: "2" }),
        });
    });

    test("a preview makes nothing; outputs are unknown, save those that an update keeps", async () => {
        const created = await plugin.create(urn, { name: "fail" }, { preview: true });
        expect(created).toEqual({
            id: "",
            outputs: { name: "fail", result: unknown, token: secret(unknown), born: unknown },
        });
        const olds = { name: "a", result: "a", token: secret("t0ken"), born: "today" };
        expect(await plugin.update(urn, olds, { name: "b" }, true)).toEqual({
            name: "b",
            result: unknown,
            token: secret(unknown),
            born: "today",
        });
    });

    test("an update keeps the outputs that it does not give, and the secrecy that a program asked for", async () => {
        const olds = { name: "a", result: secret("a"), token: secret("t0ken"), born: "today" };
        expect(await plugin.update(urn, olds, { name: "b" })).toEqual({
            name: "b",
            result: secret("again b"),
            token: secret("t0ken"),
            born: "today",
        });
    });

    test("messages and errors have no secret in them", async () => {
        const inputs = { name: "ok", password: secret("swordfish"), nested: { key: secret("0pen") } };
        await plugin.create(urn, inputs);
        expect(plugin.log.at(-1)).toMatchObject({ severity: 2, urn, ephemeral: false });
        expect(plugin.log.at(-1)?.message).toMatch(/^making .*\[secret\].*\[secret\]/);
        const failed = plugin.create(urn, { ...inputs, name: "fail" });
        await expect(failed).rejects.toThrow(/^cannot make it of .*"password":"\[secret\]"/);
        await expect(failed).rejects.not.toThrow(/swordfish|0pen/);
    });

    test("an import reads; what is gone has no id; a type that cannot read keeps its state", async () => {
        expect(await plugin.read(urn, "x")).toMatchObject({ id: "x", outputs: { name: "x", token: secret("t0ken") } });
        expect((await plugin.read(urn, "gone")).id).toBe("");
        const state = { inputs: { value: secret(1) }, outputs: { value: secret(1) } };
        expect(await plugin.read(fixed, "id", state)).toEqual({ id: "id", ...state });
        await expect(plugin.read(fixed, "id")).rejects.toThrow("base:index:Fixed cannot be imported");
    });

    test("a type that the plugin does not have is an error that names it", async () => {
        await expect(plugin.check("urn:pulumi:s::p::base:index:Other::x", {})).rejects.toThrow("base:index:Other");
    });
});

test("a plugin ends with the engine that started it", async () => {
    const command = `"${process.execPath}" "${plugin.bundle}" & exec sleep 30`;
    const engine = spawn("/bin/sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
    await once(engine.stdout, "data");
    engine.kill("SIGKILL");
    // Its output is closed when nothing holds it any longer.
    await once(engine.stdout.resume(), "close");
});
