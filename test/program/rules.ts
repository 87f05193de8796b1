import type { Resource } from "@pulumi/pulumi";
import { parseConfig } from "../../stacks/config/parse";
import { record, SECRET_MARK, SENTINELS, type Recorded } from "./recorder";

/** A stack's configuration, read as Pulumi gives it: every value a text. */
export function configOf<Config>(keys: Record<string, unknown>): Config {
    const values = Object.entries({ machine: { platform: "local" }, ...keys }).map(([key, value]): [string, string] => [
        `science-stacks:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return parseConfig("a-test", "the test", Object.fromEntries(values)) as Config;
}

/** The parts of a value that are not inside a secret, as one text. */
function plainText(value: unknown): string {
    return JSON.stringify(value, (_, part: unknown) =>
        typeof part === "object" && part !== null && SECRET_MARK in part ? "[secret]" : part,
    );
}

export const nameOf = (resource: unknown) => (resource as Resource & { __name: string }).__name;

/** The tests that every product's stack passes, in a preview and in an up. */
export function testRules(product: string, program: () => unknown): void {
    describe.each([
        ["a preview", true],
        ["an up", false],
    ])(`%s of ${product}`, (_, preview) => {
        let resources: Recorded[];
        let commands: Recorded[];
        beforeAll(async () => {
            ({ resources } = await record(program, preview));
            commands = resources.filter(({ type }) => type === "command:remote:Command");
        });

        test("makes these resources", () => {
            expect(
                resources
                    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
                    .map(
                        ({ type, name, options }) =>
                            `${options.parent ? nameOf(options.parent) : "-"} > ${name} (${type})`,
                    )
                    .sort(),
            ).toMatchSnapshot("graph");
        });

        test("connects only where the host key is pinned, and says nothing of what a step prints", () => {
            expect(commands.length).toBeGreaterThan(5);
            for (const { inputs } of commands) {
                expect(inputs).toMatchObject({ logging: "none", addPreviousOutputInEnv: false });
                if (!preview) {
                    expect(JSON.stringify(inputs["connection"])).toContain('"hostKey":"ssh-ed25519 AAAA"');
                }
            }
        });

        // A trigger would replace the step: the removal of what it made, in the old machine, on the volume that is to be kept.
        test("does a step again on another machine, and never removes anything for that", () => {
            for (const { name, inputs, options } of commands) {
                if (inputs["delete"] !== undefined) {
                    expect([name, inputs["triggers"]]).toEqual([name, undefined]);
                }
                const host = nameOf(options.deletedWith);
                const again = inputs["update"] ?? (inputs["triggers"] as unknown[] | undefined)?.[0];
                if (!preview) {
                    expect([name, again]).toEqual([name, expect.stringContaining(` ${host}-id`)]);
                }
                expect(host).toMatch(/^(.+-)?machine-guest$/);
            }
        });

        // The removal of one of two would take it from the other.
        test("has each file of a machine laid by one step", () => {
            const laid = commands.flatMap(({ name, inputs, options }) => {
                const files = /(?:^|\\n|")files=\(([^)]*)\)/.exec(JSON.stringify(inputs["stdin"]))?.[1] ?? "";
                const paths = files.split(" ").filter(Boolean);
                return paths.map((path) => ({ name, file: `${nameOf(options.deletedWith)} ${path}` }));
            });
            const isShared = (file: string) => laid.filter((each) => each.file === file).length > 1;
            expect(laid.filter(({ file }) => isShared(file))).toEqual([]);
            expect(preview || laid.length > 5).toBe(true);
        });

        test("puts no generated secret outside a secret, and none into a command's text", () => {
            for (const { name, inputs } of resources) {
                for (const sentinel of SENTINELS) {
                    expect(`${name}: ${plainText(inputs)}`).not.toContain(sentinel);
                    for (const text of [inputs["create"], inputs["update"], inputs["delete"]]) {
                        expect(`${name}: ${JSON.stringify(text)}`).not.toContain(sentinel);
                    }
                }
            }
        });
    });
}
