import { allowedFor, keysOf, namedOf, type Node } from "../../stacks/config/describe";

/** The reference page of the configuration: each product, each section, each key. */
export function referencePage(products: Readonly<Record<string, Node>>): string {
    return (
        [INTRODUCTION, ...Object.entries(products).flatMap(([product, root]) => productPart(product, root))].join(
            "\n\n",
        ) + "\n"
    );
}

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run docs\` from stacks/config/. Change the schema there, not this page. -->

A stack's configuration is \`stacks/Pulumi.<stack>.yaml\`, with each key under \`config:\` and after \`science-stacks:\`.
An example with every key is in \`stacks/examples/\`; an editor that knows the YAML language server completes keys and marks mistakes.
The configuration is checked before anything is touched: every problem is named at once, with its key, the reason, and what is allowed.

A key that is marked as secret is set by \`npm run pulumi -- config set --stack <stack> --secret --path <key> < FILE\`,
and is refused in plain text.`;

function productPart(product: string, root: Node): string[] {
    const sections = Object.entries(root.properties ?? {});
    const single = sections.filter(
        ([, node]) => keysOf(node).length === 0 && node.items === undefined && namedOf(node) === undefined,
    );
    const structured = sections.filter((section) => !single.includes(section));
    return [
        `## \`product: ${product}\``,
        table(single.map(([key, node]) => row(key, node, root.required?.includes(key) === true))),
        ...structured.flatMap(([key, node]) => section(key, node, root.required?.includes(key) === true)),
    ];
}

function section(key: string, node: Node, required: boolean): string[] {
    const content = node.items !== undefined && keysOf(node.items).length > 0 ? node.items : (namedOf(node) ?? node);
    const prefix = namedOf(node) === undefined ? "" : "<name>.";
    const standard = node.defaultText ?? (isEmpty(node.default) ? undefined : `\`${JSON.stringify(node.default)}\``);
    const presence = required ? "Required." : standard === undefined ? "" : `Default: ${standard}.`;
    const each = node.items?.description === undefined ? "" : `Each entry: ${lowerFirst(node.items.description)}`;
    const heading = [`### \`${key}\``, [node.description, presence, each].filter((part) => part).join(" ")];
    const kinds = content.oneOf;
    if (kinds === undefined) {
        return [...heading, table(rows(content, prefix))];
    }
    return [
        ...heading,
        ...kinds.flatMap((kind) => [...(kinds.length > 1 ? [`With \`${kindName(kind)}\`:`] : []), table(rows(kind))]),
    ];
}

function kindName(kind: Node): string {
    const [key, node] = Object.entries(kind.properties ?? {}).find(([, { const: name }]) => name !== undefined) ?? [];
    return `${key}: ${String(node?.const)}`;
}

/** The keys of a mapping and of the mappings in it, each by its path. */
function rows(node: Node, prefix = ""): string[] {
    return Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
        child.properties === undefined
            ? [row(prefix + key, child, node.required?.includes(key) === true)]
            : [
                  `| \`${prefix}${key}\` | ${cell(child.description)} | a mapping | |`,
                  ...rows(child, `${prefix}${key}.`),
              ],
    );
}

const table = (lines: string[]) => ["| Key | What | Allowed | Default |", "|---|---|---|---|", ...lines].join("\n");

function row(key: string, node: Node, required: boolean): string {
    const secret = node.secret === true ? " **Secret.**" : "";
    return `| \`${key}\` | ${cell(node.description)}${secret} | ${cell(allowedFor(node))} | ${cell(defaultOf(node, required))} |`;
}

function defaultOf(node: Node, required: boolean): string {
    if (node.default !== undefined) {
        return `\`${JSON.stringify(node.default)}\``;
    }
    return node.defaultText ?? (required ? "**required**" : "none");
}

const cell = (text = "") => text.replace(/\|/g, "\\|").replace(/<(?=\w+>)(?![^`]*`)/g, "&lt;");
const isEmpty = (value: unknown) => value === undefined || JSON.stringify(value) === "{}";
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
