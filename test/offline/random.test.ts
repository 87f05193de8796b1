import { readFileSync } from "node:fs";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { plugin as standIn } from "../../offline/plugins/random/plugin";
import { PluginClient, secret, unknown } from "./plugin-client";
import type { Wire } from "./plugin-client";

interface State {
    type: string;
    id: string;
    inputs: Wire;
    outputs: Wire;
}

/** States as the official plugin writes them (recorded by its own tests of upgrades, or put together from its source). */
const states = JSON.parse(readFileSync(join(__dirname, "fixtures/random-states.json"), "utf8")) as State[];
const urn = (type: string) => `urn:pulumi:stack::project::${type}::it`;
const named = (name: string) => urn(states.find(({ type }) => type.endsWith(`:${name}`))!.type);

let plugin: PluginClient;
beforeAll(async () => {
    plugin = await PluginClient.start("offline/plugins/random/index.ts");
});
afterAll(() => plugin.stop());

async function made(name: string, inputs: Wire): Promise<{ id: string; inputs: Wire; outputs: Wire }> {
    const checked = await plugin.check(named(name), inputs);
    expect(checked.failures).toEqual({});
    const { id, outputs } = await plugin.create(named(name), checked.inputs);
    return { id, inputs: checked.inputs, outputs };
}
const shown = (value: unknown): string => (value as { value: string }).value;

describe.each(states)("a $type that the official plugin made", (state) => {
    test("shows no difference, and a refresh leaves it as it is", async () => {
        const { inputs, failures } = await plugin.check(urn(state.type), state.inputs, state.inputs);
        expect({ inputs, failures }).toEqual({ inputs: state.inputs, failures: {} });
        expect(await plugin.diff(urn(state.type), state, inputs)).toEqual({});
        const read = await plugin.read(urn(state.type), state.id, state);
        expect(read.id).toBe(state.id);
        expect(Object.keys(read.outputs).sort()).toEqual(Object.keys(state.outputs).sort());
        expect(await plugin.diff(urn(state.type), read, inputs)).toEqual({});
    });

    test("is written like one that is made here", async () => {
        const { id, outputs } = await plugin.create(urn(state.type), state.inputs);
        const names = Object.keys(state.outputs).filter((name) => name !== "__pulumi_raw_state_delta");
        expect(Object.keys(outputs).sort()).toEqual(names.sort());
        for (const name of names.filter((same) => same in state.inputs || typeof state.outputs[same] === "boolean")) {
            expect([name, outputs[name]]).toEqual([name, state.outputs[name]]);
        }
        expect(outputs.__meta).toEqual(state.outputs.__meta);
        expect(typeof id).toBe("string");
        expect(await plugin.diff(urn(state.type), { inputs: state.inputs, outputs }, state.inputs)).toEqual({});
    });

    test("is replaced by a change of any input", async () => {
        const others: Wire = {
            keepers: { new: "1" },
            seed: "other",
            prefix: "other",
            separator: "_",
            overrideSpecial: "!",
        };
        const current = { ...state.outputs };
        const names = [...Object.keys(current), "seed", "prefix", "overrideSpecial", "resultCount"].filter((name) =>
            inputNames(state.type).includes(name),
        );
        for (const name of new Set([...names, "keepers"])) {
            const now = current[name];
            const change =
                others[name] ?? (typeof now === "boolean" ? !now : Array.isArray(now) ? ["x"] : Number(now ?? 0) + 1);
            const news = { ...state.inputs, [name]: change };
            if (name === "number" || name === "numeric") {
                Object.assign(news, { number: change, numeric: change });
            }
            const changes = await plugin.diff(urn(state.type), state, news);
            expect([name, Object.keys(changes)]).not.toEqual([name, []]);
            Object.values(changes).forEach((kind) =>
                expect([name, kind]).toEqual([name, expect.stringMatching("_REPLACE$")]),
            );
        }
        expect(
            Object.values(await plugin.diff(urn(state.type), state, { ...state.inputs, keepers: { a: unknown } })),
        ).toEqual([expect.stringMatching("_REPLACE$")]);
    });
});

function inputNames(token: string): string[] {
    return Object.keys(standIn.resources[token]!.inputs);
}

test("a state of an old version of the official plugin, which knew less, shows no difference", async () => {
    const { outputs, inputs } = states.find(({ type }) => type.endsWith(":RandomPassword"))!;
    const added = ["numeric", "minLower", "bcryptHash"];
    const older = Object.fromEntries(Object.entries(outputs).filter(([name]) => !added.includes(name)));
    const state = { inputs: { ...inputs, minLower: 0 }, outputs: { ...older, __meta: '{"schema_version":"0"}' } };
    expect(await plugin.diff(named("RandomPassword"), state, { ...inputs, minLower: 0 })).toEqual({});
    const off = { ...state, outputs: { ...state.outputs, number: false } };
    expect(await plugin.diff(named("RandomPassword"), off, { ...inputs, minLower: 0, number: false })).toEqual({});
});

test("a password is secret, and its hash is bcrypt's, with cost 10 in Go's notation", async () => {
    const { id, outputs } = await made("RandomPassword", { length: 24, special: false, minNumeric: 3 });
    expect(id).toBe("none");
    expect(outputs.result).toEqual(secret(expect.stringMatching(/^[A-Za-z0-9]{24}$/)));
    expect(outputs.bcryptHash).toEqual(secret(expect.stringMatching(/^\$2a\$10\$/)));
    expect(await bcrypt.compare(shown(outputs.result), shown(outputs.bcryptHash))).toBe(true);
    const { outputs: long } = await made("RandomPassword", { length: 100 });
    expect(await bcrypt.compare(shown(long.result).slice(0, 72), shown(long.bcryptHash))).toBe(true);
});

test("the old name of numeric has the same meaning", async () => {
    const { outputs } = await made("RandomString", { length: 50, number: false, upper: false, special: false });
    expect(outputs).toMatchObject({
        number: false,
        numeric: false,
        result: expect.stringMatching(/^[a-z]{50}$/) as string,
    });
});

test("the forms of a random id are of the same bytes", async () => {
    const { id, outputs } = await made("RandomId", { byteLength: 7, prefix: "p-" });
    const hex = Buffer.from(id, "base64url").toString("hex");
    expect(hex).toHaveLength(14);
    expect(outputs).toMatchObject({ hex: `p-${hex}`, dec: `p-${BigInt(`0x${hex}`)}`, b64Url: `p-${id}` });
});

test("an integer lies between its limits, a shuffled list has as many elements as are asked for", async () => {
    for (let count = 0; count < 20; count++) {
        const result = Number((await made("RandomInteger", { min: -2, max: 1 })).outputs.result);
        expect([-2, -1, 0, 1]).toContain(result);
    }
    const [one, two] = await Promise.all([1, 2].map(() => made("RandomInteger", { min: 0, max: 1e9, seed: "s" })));
    expect(one!.outputs.result).toBe(two!.outputs.result);
    const { outputs } = await made("RandomShuffle", { inputs: ["a", "b", "c"], resultCount: 7 });
    const results = outputs.results as string[];
    expect(results).toHaveLength(7);
    expect([...results.slice(0, 3)].sort()).toEqual(["a", "b", "c"]);
});

test("each kind of UUID has its form, a pet its words", async () => {
    const form = (version: string) =>
        new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$`);
    expect((await made("RandomUuid", {})).id).toMatch(form("[0-9a-f]"));
    expect((await made("RandomUuid4", {})).id).toMatch(form("4"));
    expect((await made("RandomUuid7", {})).id).toMatch(form("7"));
    expect((await made("RandomPet", {})).id).toMatch(/^[a-z]+-[a-z]+$/);
    expect((await made("RandomPet", { length: 1, prefix: "my", separator: "_" })).id).toMatch(/^my_[a-z]+$/);
});

test("an import reads what the id says", async () => {
    const read = (name: string, id: string) => plugin.read(named(name), id);
    const password = await read("RandomPassword", "opensesame");
    expect(password).toMatchObject({ id: "none", inputs: { length: 10 }, outputs: { result: secret("opensesame") } });
    expect(await plugin.diff(named("RandomPassword"), password, { length: 10 })).toEqual({});
    expect(await read("RandomString", "abc")).toMatchObject({ id: "abc", outputs: { length: 3, minUpper: 0 } });
    const id = await read("RandomId", "my,prefix-,p-9hUg");
    expect(id).toMatchObject({ id: "p-9hUg", inputs: { byteLength: 4, prefix: "my,prefix-" } });
    expect(id.outputs).toMatchObject({ hex: "my,prefix-a7ef6152", b64Std: "my,prefix-p+9hUg==" });
    expect(await plugin.diff(named("RandomId"), id, id.inputs)).toEqual({});
    expect(await read("RandomInteger", "5,1,9,seed")).toMatchObject({
        id: "5",
        inputs: { min: 1, max: 9, seed: "seed" },
        outputs: { result: 5 },
    });
    expect(await read("RandomBytes", "AQID")).toMatchObject({
        id: "AQID",
        outputs: { length: 3, hex: secret("010203") },
    });
    const uuid = "AABBCCDD-eeff-0011-2233-445566778899";
    expect(await read("RandomUuid", uuid)).toMatchObject({ id: uuid.toLowerCase(), inputs: {} });
    await expect(read("RandomUuid", "no-uuid")).rejects.toThrow("must be a UUID");
    await expect(read("RandomInteger", "5")).rejects.toThrow("result,min,max");
    await expect(read("RandomShuffle", "-")).rejects.toThrow("cannot be imported");
});

test.each<[string, Wire, Record<string, string>]>([
    ["RandomPassword", {}, { length: "required" }],
    ["RandomPassword", { length: 0 }, { length: "at least 1" }],
    ["RandomPassword", { length: 5, minUpper: 3, minLower: 3 }, { length: "at least 6" }],
    ["RandomPassword", { length: 5, minUpper: -1 }, { minUpper: "negative" }],
    ["RandomPassword", { length: 5, number: true, numeric: false }, { number: "old name of numeric" }],
    ["RandomString", { length: "long" }, { length: "type integer" }],
    ["RandomString", { length: 5, lengt: 5 }, { lengt: "no input of this name" }],
    ["RandomId", { byteLength: 0 }, { byteLength: "at least 1" }],
    ["RandomInteger", { min: 3, max: 2 }, { min: "greater than max" }],
    ["RandomPet", { length: 0 }, { length: "at least 1" }],
])("%s refuses %j", async (name, inputs, reasons) => {
    const { failures } = await plugin.check(named(name), inputs);
    expect(Object.keys(failures)).toEqual(Object.keys(reasons));
    Object.entries(reasons).forEach(([property, reason]) => expect(failures[property]).toContain(reason));
});

test("a value that is known later is no reason to refuse", async () => {
    const { failures } = await plugin.check(named("RandomPassword"), { length: unknown, minUpper: 3, number: unknown });
    expect(failures).toEqual({});
});

test("the plugin answers soon after its start", () => {
    // A tenth of a second on a quiet machine; the limit is for one that runs other tests beside this.
    expect(plugin.startMilliseconds).toBeLessThan(1000);
});
