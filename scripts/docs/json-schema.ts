import { keysOf, namedOf, type Node } from "../../stacks/config/describe";

type JsonSchema = Record<string, unknown>;

/** A JSON Schema of a product's `Pulumi.<stack>.yaml`, for editors: completion, descriptions, and marks where a key is wrong. */
export function stackFileSchema(product: string, root: Node): JsonSchema {
    const keys = Object.entries(root.properties ?? {}).map(([key, node]) => [
        `science-stacks:${key}`,
        editorSchema(node),
    ]);
    return {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: `Configuration of a stack of ${product}`,
        type: "object",
        properties: {
            config: {
                type: "object",
                properties: Object.fromEntries(keys) as JsonSchema,
                required: ["science-stacks:product"],
                // What is missing here may be in the base.
                anyOf: [
                    { required: ["science-stacks:base"] },
                    { required: (root.required ?? []).map((key) => `science-stacks:${key}`) },
                ],
                // Pulumi itself and other packages have keys too.
                patternProperties: { "^(?!science-stacks:)": {} },
                additionalProperties: false,
            },
        },
        required: ["config"],
    };
}

/** A node without our own notes, and with what they mean for an editor. */
function editorSchema(node: Node): JsonSchema {
    const { unit, allowed, defaultText, secret, shorthand, description, ...rest } = node;
    const notes = [
        description,
        allowed === undefined ? undefined : `Allowed: ${allowed}.`,
        unit === undefined ? undefined : `In ${unit}.`,
        defaultText === undefined ? undefined : `Default: ${defaultText}.`,
        secret === true ? "Must be encrypted: `pulumi config set --secret --path`." : undefined,
    ].filter((note) => note !== undefined);
    const described: JsonSchema = notes.length === 0 ? {} : { description: notes.join(" ") };
    if (secret === true) {
        return { ...described, ...ENCRYPTED };
    }
    const schema: JsonSchema = { ...described, ...rest };
    if (keysOf(node).length > 0 || node.items !== undefined) {
        delete schema["default"];
    }
    if (node.properties !== undefined) {
        schema["properties"] = mapValues(node.properties, editorSchema);
    }
    if (node.items !== undefined) {
        schema["items"] = editorSchema(node.items);
    }
    const named = namedOf(node);
    if (named !== undefined) {
        schema["additionalProperties"] = editorSchema(named);
    }
    if (node.oneOf !== undefined) {
        schema["oneOf"] = node.oneOf.map(editorSchema);
    }
    const short = shorthand === undefined ? undefined : node.properties?.[shorthand];
    return short === undefined ? schema : { ...described, anyOf: [editorSchema(short), schema] };
}

const ENCRYPTED = {
    type: "object",
    properties: { secure: { type: "string" } },
    required: ["secure"],
    additionalProperties: false,
};

const mapValues = (record: Record<string, Node>, change: (node: Node) => JsonSchema) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
