import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { text } from "./field";
import { showValue, type Problem } from "./problem";

const NAMESPACE = "science-stacks:";
type Keys = Record<string, unknown>;

/** What several environments of a product share. */
export const base = () =>
    text(/^[a-z0-9][a-z0-9-]{0,49}$/, "the name of a file in stacks/base, without .yaml")
        .optional()
        .meta({
            description:
                "The file `stacks/base/<base>.yaml`, whose keys the stack has as well. A key of the stack's own goes before it; " +
                "a list takes the place of the whole list. A base has no secrets and no base.",
            defaultText: "none",
        });

/**
 * The keys of a stack upon those of its base.
 * @param own the keys of the stack's own file, without the project's name
 * @param problems gets what is wrong with the base
 */
export function withBase(own: Keys, problems: Problem[] = []): Keys {
    const name = own["base"];
    if (typeof name !== "string" || !/^[\w-]+$/.test(name)) {
        return own; // The schema says what is wrong with the name.
    }
    const refuse = (reason: string, advice: string) => {
        problems.push({ key: "base", value: showValue(name), reason, advice });
        return own;
    };
    const path = join(__dirname, "..", "base", `${name}.yaml`);
    if (!existsSync(path)) {
        return refuse(
            `there is no stacks/base/${name}.yaml`,
            "Make it, in the form of a stack's own file, or take the key away.",
        );
    }
    const document = parseYaml(readFileSync(path, "utf8")) as { config?: Keys } | null;
    const keys = Object.entries(document?.config ?? {});
    const wrong = keys.find(
        ([key, value]) => !key.startsWith(NAMESPACE) || key === `${NAMESPACE}base` || isSecret(value),
    );
    if (wrong !== undefined) {
        return refuse(
            `stacks/base/${name}.yaml has ${wrong[0]}, which is a secret, a base of its own, or no key of the project`,
            "Secrets are encrypted for one stack alone: give them in its own file.",
        );
    }
    return merge(Object.fromEntries(keys.map(([key, value]) => [key.slice(NAMESPACE.length), value])), own) as Keys;
}

function merge(under: unknown, over: unknown): unknown {
    if (!isMapping(under) || !isMapping(over)) {
        return over ?? under;
    }
    const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
    return Object.fromEntries([...keys].map((key) => [key, merge(under[key], over[key])]));
}

const isMapping = (value: unknown): value is Keys =>
    typeof value === "object" && value !== null && !Array.isArray(value);

function isSecret(value: unknown): boolean {
    return typeof value === "object" && value !== null && ("secure" in value || Object.values(value).some(isSecret));
}
