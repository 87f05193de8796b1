import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { parse as parseYaml } from "yaml";
import { generated } from "../../scripts/docs/generated";
import { kindOf, type Node } from "../../stacks/config/describe";
import { parseConfig } from "../../stacks/config/parse";
import { PRODUCTS } from "../../stacks/config/products";

const root = join(__dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const examples = readdirSync(join(root, "stacks/examples")).map((file) => file.replace(/\.yaml$/, ""));

type Config = Record<string, unknown>;

/** Keys that exclude others that an example has. docs/more-machines.md has them. */
const ELSEWHERE = [
    "postgresql.machine",
    "postgresql.data",
    "postgresql.machines",
    "postgresql.rds",
    "redis.machine",
    "redis.machines",
    "redis.data",
    "redis.elasticache",
    "objectStore.machine",
    "objectStore.data",
    "solr.machine",
    "solr.machines",
    "solr.data",
    "applications",
    "dcor.storageMachine",
    "loadBalancer",
].map((key) => `.${key}`);

/** Of DCOR the example has an address of a database, and with that no authority. */
const excluded = (product: string) => [...ELSEWHERE, ...(product === "dcor" ? [".postgresql.authority"] : [])];

/** An example's keys; `whole` sets those that its comments hold as well. */
function keysOf(stack: string, { whole }: { whole: boolean }): Config {
    const text = read(`stacks/examples/${stack}.yaml`);
    const lines = whole ? text.replace(/^( *)#(?=\S| {2})/gm, "$1") : text;
    return (parseYaml(lines) as { config: Config }).config;
}

function parseExample(stack: string, keys: Config) {
    const values = Object.entries(keys).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return parseConfig(stack, stack, Object.fromEntries(values) as Record<string, string>, new Set(Object.keys(keys)));
}

/** A configuration with each of its encrypted values changed. */
function withSecrets(value: unknown, change: () => string): unknown {
    if (Array.isArray(value)) {
        return value.map((each) => withSecrets(each, change));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const entries = Object.entries(value);
    return entries.length === 1 && entries[0]?.[0] === "secure"
        ? change()
        : Object.fromEntries(entries.map(([key, part]) => [key, withSecrets(part, change)]));
}

test.each(Object.keys(generated()))("%s is what the schema says", (path) => {
    expect(read(path)).toBe(generated()[path]);
});

describe.each(examples)("the example %s", (stack) => {
    const whole = keysOf(stack, { whole: true });
    const product = PRODUCTS[whole["science-stacks:product"] as keyof typeof PRODUCTS]();

    /** What an editor says to a file. */
    const accepts = new Ajv().compile(
        JSON.parse(read(`stacks/schema/${String(whole["science-stacks:product"])}.json`)) as object,
    );

    test("is accepted as it is", () => {
        expect(parseExample(stack, keysOf(stack, { whole: false }))).toMatchObject({ stack });
    });

    test("is accepted with every comment taken away", () => {
        expect(parseExample(stack, withSecrets(whole, () => "an example") as Config)).toMatchObject({ stack });
    });

    test("has every key, with its default where that is a constant", () => {
        const left = excluded(String(whole["science-stacks:product"]));
        const visit = (node: Node, value: unknown, path: string): void => {
            if (node.properties !== undefined || node.oneOf !== undefined) {
                const mapping = value as Config;
                const children = Object.entries(kindOf(node, value)?.properties ?? {});
                for (const [key, child] of children.filter(([name]) => !left.includes(`${path}.${name}`))) {
                    expect({ path, keys: Object.keys(mapping) }).toEqual({
                        path,
                        keys: expect.arrayContaining([key]) as string[],
                    });
                    visit(child, mapping[key], `${path}.${key}`);
                }
            } else if (node.items?.properties !== undefined) {
                visit(node.items, (value as unknown[])[0], `${path}[]`);
            } else if (node.default !== undefined) {
                expect({ path, value }).toEqual({ path, value: node.default });
            }
        };
        const keys = Object.entries(whole).map(([key, value]) => [key.replace("science-stacks:", ""), value]);
        visit(product.root, Object.fromEntries(keys), "");
    });

    test("has no mark in an editor, and a mistake in it has one", () => {
        const changed = (keys: Config) => ({ config: { ...whole, ...keys } });
        expect([accepts({ config: keysOf(stack, { whole: false }) }), accepts(changed({}))]).toEqual([true, true]);
        expect(accepts(changed({ "aws:region": "eu-central-1" }))).toBe(true);
        expect(accepts(changed({ "science-stacks:data": { sizeGib: 20 } }))).toBe(false);
        expect(accepts(changed({ "science-stacks:product": undefined }))).toBe(false);
        expect(accepts(changed({ "science-stacks:dat": {} }))).toBe(false);
    });

    test("holds a secret only as Pulumi encrypts it", () => {
        const readable = withSecrets(whole, () => "readable") as Config;
        expect(readable).not.toEqual(whole);
        expect([accepts({ config: whole }), accepts({ config: readable })]).toEqual([true, false]);
    });

    test("names the schema that its editor checks it by, as seen from where it is copied to", () => {
        const [, path] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(read(`stacks/examples/${stack}.yaml`)) ?? [];
        expect(existsSync(join(root, "stacks", path!))).toBe(true);
    });
});
