import { z } from "zod";

/** A schema as data: what messages, the reference page and the JSON Schema for editors are made from. */
export interface Node {
    type?: string;
    description?: string;
    default?: unknown;
    const?: unknown;
    enum?: unknown[];
    minimum?: number;
    maximum?: number;
    minItems?: number;
    maxItems?: number;
    pattern?: string;
    properties?: Record<string, Node>;
    additionalProperties?: Node | boolean;
    required?: string[];
    items?: Node;
    oneOf?: Node[];
    unit?: string;
    allowed?: string;
    defaultText?: string;
    secret?: boolean;
    shorthand?: string;
}

/** The schema as its users write it: keys that have a default may be left out. */
export const describe = (schema: z.ZodType): Node => z.toJSONSchema(schema, { io: "input", target: "draft-7" }) as Node;

/** The node of a key, where of a choice of kinds the one is taken that the given value names. */
export function nodeAt(root: Node, path: readonly PropertyKey[], value: unknown): Node | undefined {
    let node: Node | undefined = root;
    let given = value;
    for (const part of path) {
        node = typeof part === "number" ? node?.items : keyOf(kindOf(node, given), String(part));
        given = (given as Record<PropertyKey, unknown> | undefined)?.[part];
    }
    return node;
}

/** A key of a mapping: one of its own, or one by a name that its user gives. */
const keyOf = (node: Node | undefined, key: string): Node | undefined => node?.properties?.[key] ?? namedOf(node);

/** What a mapping has by names that its user gives; undefined where it has none, or anything. */
export const namedOf = (node: Node | undefined): Node | undefined =>
    typeof node?.additionalProperties === "object" && keysOf(node.additionalProperties).length > 0
        ? node.additionalProperties
        : undefined;

/** Of a choice of kinds (`platform: local | …`) the one that the value names, else the first, which is the default. */
export function kindOf(node: Node | undefined, value: unknown): Node | undefined {
    const named = node?.oneOf?.find((kind) =>
        Object.entries(kind.properties ?? {}).some(
            ([key, { const: name }]) =>
                name !== undefined && name === (value as Record<string, unknown> | undefined)?.[key],
        ),
    );
    return named ?? node?.oneOf?.[0] ?? node;
}

/** The names that a choice of kinds is made by, e.g. `["selfSigned", "none", "own"]` of `tls.mode`. */
export function kindNames(node: Node | undefined, key: string): unknown[] {
    return (node?.oneOf ?? []).flatMap((kind) => kind.properties?.[key]?.const ?? []);
}

/** What may be given for a key, in words. */
export function allowedFor(node: Node): string {
    if (node.allowed !== undefined) {
        return node.allowed;
    }
    const unit = node.unit === undefined ? "" : ` ${node.unit}`;
    const choices = node.enum ?? (node.const === undefined ? undefined : [node.const]);
    if (choices !== undefined) {
        return choices.map((each) => JSON.stringify(each)).join(", ");
    }
    if (node.type === "boolean") {
        return "true, false";
    }
    if (node.type === "integer") {
        return `a whole number from ${node.minimum} to ${node.maximum}${unit}`;
    }
    if (node.type === "array") {
        return listOf(node);
    }
    return node.type === "string" ? "a text" : `a mapping of ${keysOf(node).join(", ")}`;
}

function listOf({ minItems, maxItems, items }: Node): string {
    const [least, most] = [minItems ?? 0, maxItems];
    const count = most === undefined ? (least > 0 ? `${least} or more` : "any number") : `${least} to ${most}`;
    return `a list of ${count}` + (items?.allowed === undefined ? "" : `, each ${items.allowed}`);
}

/** The keys of a mapping, of all its kinds. */
export function keysOf(node: Node): string[] {
    return [...new Set([node, ...(node.oneOf ?? [])].flatMap(({ properties }) => Object.keys(properties ?? {})))];
}
