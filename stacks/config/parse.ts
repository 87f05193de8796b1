import { withBase } from "./base";
import { nodeAt, type Node } from "./describe";
import { Explainer } from "./issues";
import { nearest } from "./nearest";
import { ConfigError, keyOf, showValue, type Problem } from "./problem";
import { PRODUCTS, type Product } from "./products";
import { lookInto } from "./rule";

/** A stack's configuration with its secrets still closed up; see `stacks/config.ts`. */
export type ParsedConfig = { readonly stack: string } & ReturnType<ReturnType<(typeof PRODUCTS)[Product]>["complete"]>;

const NAMESPACE = "science-stacks:";

/**
 * Reads the configuration of a stack, and refuses it with all that is wrong with it at once.
 * @param stack the stack's name, which its machine gets as well
 * @param file how messages call the file that the values are from
 * @param values of each key as Pulumi gives them: lists and mappings as JSON. Keys of other namespaces are left alone.
 * @param secretKeys full names of the keys that hold something encrypted
 * @throws ConfigError
 */
export function parseConfig(
    stack: string,
    file: string,
    values: Readonly<Record<string, string>>,
    secretKeys: ReadonlySet<string> = new Set(),
): ParsedConfig {
    const problems = stackNameProblems(stack);
    const own = Object.fromEntries(
        Object.entries(values)
            .filter(([key]) => key.startsWith(NAMESPACE))
            .map(([key, value]) => [key.slice(NAMESPACE.length), decode(value)] as const)
            .filter(([, value]) => value !== null),
    );
    const given = withBase(own, problems);
    const secretSections = new Set([...secretKeys].map((key) => key.slice(NAMESPACE.length)));
    const product = productOf(given["product"]);
    if (typeof product !== "string") {
        throw new ConfigError(file, [...problems, product]);
    }

    const { schema, root, rules, complete } = PRODUCTS[product]();
    const result = schema.safeParse(given);
    const explainer = new Explainer(root, given, secretSections);
    problems.push(
        ...(result.error?.issues ?? []).flatMap((issue) => explainer.explain(issue)),
        ...rules.flatMap((rule) => rule(lookInto(given))).map((complaint) => explainer.complain(complaint)),
        ...readableSecrets(stack, root, given, secretSections),
    );
    if (!result.success || problems.length > 0) {
        throw new ConfigError(file, inOrder(problems, Object.keys(root.properties ?? {})));
    }
    // Schema and completion are of the same product, which the compiler cannot know.
    return { stack, ...complete(result.data as never) };
}

/** Problems of the same section together, in the order in which the reference lists the sections. */
function inOrder(problems: readonly Problem[], sections: readonly string[]): Problem[] {
    const rank = ({ key }: Problem) => sections.indexOf(/^\w*/.exec(key)?.[0] ?? "");
    return [...problems].sort((a, b) => rank(a) - rank(b));
}

/** Lists and mappings come as JSON, all else as text: `true` and `false` are no texts that any key has. A key with nothing behind it (all its lines are comments) is not set. */
function decode(value: string): unknown {
    if (value === "") {
        return null;
    }
    if (!/^\s*[[{]|^(true|false)$/.test(value)) {
        return value;
    }
    try {
        return JSON.parse(value, withoutEmpty) as unknown;
    } catch {
        return value;
    }
}

/** Takes the empty keys out of a mapping that JSON is read into; an empty entry of a list stays, as a mistake. */
function withoutEmpty(this: unknown, _key: string, value: unknown): unknown {
    return value === null && !Array.isArray(this) ? undefined : value;
}

function productOf(given: unknown): Product | Problem {
    const names = Object.keys(PRODUCTS) as Product[];
    const found = names.find((name) => name === given);
    if (found !== undefined) {
        return found;
    }
    const meant = typeof given === "string" ? nearest(given, names) : undefined;
    const hint = meant === undefined ? "" : `Did you mean "${meant}"? `;
    return {
        key: "product",
        value: given === undefined ? undefined : showValue(given),
        reason: given === undefined ? "it must be set" : "there is no such product",
        advice: `${hint}Allowed: ${names.map((name) => `"${name}"`).join(", ")}.`,
    };
}

/** A stack's name is its machine's host name. */
function stackNameProblems(stack: string): Problem[] {
    return /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/.test(stack)
        ? []
        : [
              {
                  key: "the stack's name",
                  value: showValue(stack),
                  reason: "it cannot be a machine's host name",
                  advice: "Allowed: 1 to 50 lower-case letters, digits and inner hyphens, the first a letter.",
              },
          ];
}

/** Secrets that stand in the configuration in plain text. */
function readableSecrets(
    stack: string,
    root: Node,
    given: Record<string, unknown>,
    secretSections: ReadonlySet<string>,
): Problem[] {
    const visit = (path: PropertyKey[], value: unknown): Problem[] => {
        if (typeof value === "object" && value !== null) {
            return Object.entries(value).flatMap(([key, part]) =>
                visit([...path, Array.isArray(value) ? Number(key) : key], part),
            );
        }
        if (nodeAt(root, path, given)?.secret !== true || secretSections.has(String(path[0]))) {
            return [];
        }
        const key = keyOf(path);
        const advice = `Encrypt it: \`npm run pulumi -- config set --stack ${stack} --secret --path ${key} < FILE\`, and change the secret where it was seen.`;
        return [{ key, reason: "it is a secret in plain text", advice }];
    };
    return visit([], given);
}
