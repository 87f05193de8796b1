/**
 * `tsx stacks/check.ts STACK` refuses a wrong configuration where Pulumi is not there yet to read it: before anything is installed
 * for the stack. What is encrypted only Pulumi can read; a configuration with a secret is left to the program itself.
 * Exit status: 1 where something is wrong, with all that is.
 */
import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { parseConfig } from "./config/parse";
import { ConfigError } from "./config/problem";

const stack = process.argv[2]!;
const file = `stacks/Pulumi.${stack}.yaml`;
try {
    const text = readFileSync(file, "utf8");
    const { config = {} } = (parseYaml(text) ?? {}) as { config?: Record<string, unknown> };
    const asPulumiGives = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
    if (!/^\s*secure:/m.test(text)) {
        parseConfig(
            stack,
            file,
            Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asPulumiGives(value)])),
        );
    }
} catch (error) {
    console.error(error instanceof ConfigError ? error.message : `${file}: ${String(error)}`);
    process.exitCode = 1;
}
