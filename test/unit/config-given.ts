import { parseConfig, type ParsedConfig as AnyConfig } from "../../stacks/config/parse";
import { ConfigError } from "../../stacks/config/problem";

/** A configuration with what is required alone. */
export const LEAST = {
    product: "eoxserver",
    machine: { platform: "local" },
    instances: ["instance00"],
};

export const FILE = "stacks/Pulumi.eoxserver-local.yaml";

export type ParsedConfig = Extract<AnyConfig, { product: "eoxserver" }>;

type Keys = Readonly<Record<string, unknown>>;

/** Parses keys as Pulumi hands them over: lists and mappings as JSON, under the project's name. */
export function parse(keys: Keys, secretKeys: string[] = [], stack = "eoxserver-local"): ParsedConfig {
    const values = Object.entries({ ...LEAST, ...keys })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`science-stacks:${key}`, typeof value === "string" ? value : JSON.stringify(value)]);
    const secrets = new Set(secretKeys.map((key) => `science-stacks:${key}`));
    return parseConfig(stack, FILE, Object.fromEntries(values) as Record<string, string>, secrets) as ParsedConfig;
}

/** The error that keys are refused with. */
export function refused(keys: Keys, secretKeys?: string[], stack?: string): ConfigError {
    try {
        parse(keys, secretKeys, stack);
    } catch (error) {
        if (error instanceof ConfigError) {
            return error;
        }
        throw error;
    }
    throw new Error(`accepted: ${JSON.stringify(keys)}`);
}

/** The keys that are complained about. */
export const refusedKeys = (keys: Keys, secretKeys?: string[]) =>
    refused(keys, secretKeys).problems.map(({ key }) => key);

/** Keys are refused, with one complaint of a key. */
export function expectRefusedOnce(
    keys: Keys,
    key: string,
    reason: RegExp,
    advice: RegExp,
    secretKeys?: string[],
): void {
    const problems = refused(keys, secretKeys).problems.filter((each) => each.key === key);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.reason).toMatch(reason);
    expect(problems[0]!.advice).toMatch(advice);
}
