import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../stacks/config/parse";

const directory = join(__dirname, "..", "..", "stacks", "base");
const name = `test-${process.pid}`;
const file = join(directory, `${name}.yaml`);

beforeAll(() => mkdirSync(directory, { recursive: true }));
afterEach(() => rmSync(file, { force: true }));

const base = (...lines: string[]) => writeFileSync(file, ["config:", ...lines.map((line) => `  ${line}`)].join("\n"));
const read = (own: Record<string, unknown>) =>
    parseConfig(
        "demo",
        "stacks/Pulumi.demo.yaml",
        Object.fromEntries(
            Object.entries({ product: "omero-web", base: name, ...own }).map(([key, value]) => [
                `science-stacks:${key}`,
                typeof value === "string" ? value : JSON.stringify(value),
            ]),
        ),
    );

test("a stack has the keys of its base; its own go before them, key by key, and a list is taken whole", () => {
    base(
        "science-stacks:machine: { platform: local, network: 10.9.0.0/24 }",
        "science-stacks:data: { sizeGiB: 50, onDestroy: refuse }",
        "science-stacks:omeroWeb: { apps: [figure, iviewer], workers: 3 }",
        "science-stacks:serverName: base.example.org",
    );
    expect(read({ data: { sizeGiB: 60 }, omeroWeb: { apps: ["figure"] } })).toMatchObject({
        machine: { platform: "local", network: "10.9.0.0/24" },
        data: { sizeGiB: 60, onDestroy: "refuse" },
        omeroWeb: { apps: ["figure"], workers: 3 },
        serverName: "base.example.org",
    });
});

test("what a base has wrong is refused as if the stack had it", () => {
    base("science-stacks:machine: { platform: local }", "science-stacks:data: { sizeGib: 5 }");
    expect(() => read({})).toThrow(/data\.sizeGib: there is no such key/);
});

test.each([
    ["a secret", "science-stacks:publicUser: { user: x, password: { secure: v1:x } }"],
    ["a base of its own", "science-stacks:base: other"],
    ["a key of something else", "aws:region: eu-central-1"],
])("a base with %s is refused, and says which key it is", (_, line) => {
    base("science-stacks:machine: { platform: local }", line);
    expect(() => read({})).toThrow(
        new RegExp(`base is "${name}": stacks/base/${name}\\.yaml has ${line.split(": ")[0]}`),
    );
});

test("a base that is not there, or that would lead elsewhere, is refused", () => {
    expect(() => read({ machine: { platform: "local" } })).toThrow(`there is no stacks/base/${name}.yaml`);
    expect(() => read({ base: "../../secrets", machine: { platform: "local" } })).toThrow(
        /base is "\.\.\/\.\.\/secrets"/,
    );
});
