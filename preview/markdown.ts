import { createPatch, OMIT_HEADERS } from "diff";
import type { Change, Kind, TextChange } from "./changes";
import type { PreviewEvents } from "./events";

/** GitHub takes no comment of more than 65536 characters; GitLab takes more. */
const MAX_LENGTH = 60_000;
/** A longer diff is folded. */
const FOLDED_LINES = 40;
const KINDS: readonly Kind[] = ["deleted", "left behind", "replaced", "created", "changed"];

/** By this line a workflow finds the comment that it wrote before. */
export function marker(stack: string): string {
    return `<!-- science-stacks preview of ${stack} -->`;
}

/** The comment on a pull request: what `up` would do to the stack. */
export function comment(stack: string, preview: PreviewEvents, changes: readonly Change[], cost?: string): string {
    const lost = changes.filter(({ loses }) => loses !== undefined);
    const parts = [
        marker(stack),
        `### ${code(stack)}: ${headline(preview, changes)}`,
        ...(lost.length > 0 ? [warning(lost)] : []),
        ...messages(preview),
        ...(changes.length > 0 ? [table(changes)] : []),
        ...(cost === undefined ? [] : [cost]),
    ];
    const texts = changes.flatMap(({ name, texts: each }) => each.map((text) => textChange(name, text)));
    return within(MAX_LENGTH, parts, texts) + "\n";
}

function headline({ finished }: PreviewEvents, changes: readonly Change[]): string {
    if (!finished) {
        return "the preview failed";
    }
    const counts = KINDS.map((kind) => [changes.filter((each) => each.kind === kind).length, kind] as const);
    const said = counts.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`);
    return said.join(", ") || "no changes";
}

function warning(lost: readonly Change[]): string {
    const lines = lost.map(({ name, kind, loses }) => `> - ${code(name)} is ${kind}: ${loses} would be gone`);
    return ["> [!CAUTION]", "> **Data would be lost.**", ...lines].join("\n");
}

function messages({ messages: said, violations }: PreviewEvents): string[] {
    const policies = violations.map(
        ({ resource, policy, level, message }) =>
            `- ${level}: ${code(policy)} on ${code(resource)}: ${oneLine(message)}`,
    );
    return [
        ...said.map(({ severity, text }) => `**${severity}**\n${fenced("text", text.slice(0, 4000))}`),
        ...(policies.length > 0 ? [`**Policies**\n${policies.join("\n")}`] : []),
    ];
}

function table(changes: readonly Change[]): string {
    const ordered = [...changes].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
    const rows = ordered.map(
        ({ kind, name, type, properties, texts }) =>
            `| ${kind} | ${code(name)} | ${code(shortType(type))} | ${what(properties, texts)} |`,
    );
    return ["| | resource | type | what |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** The files say more than the property that holds them. */
function what(properties: readonly string[], texts: readonly TextChange[]): string {
    return (texts.length > 0 ? texts.map(({ title }) => title) : properties).map(code).join(", ");
}

/** `aws:ec2/instance:Instance` says its name twice. */
function shortType(type: string): string {
    return type.replace(/\/[^:]*:/, ":").replace(":index:", ":");
}

function textChange(step: string, { title, before, after, note }: TextChange): string {
    const head = [`**${code(title)}** of ${code(step)}`, ...(note === undefined ? [] : [note])].join(": ");
    if (before === after) {
        return head;
    }
    const gone = after === undefined ? " is taken away" : before === undefined ? " is new" : "";
    const diff = unifiedDiff(before ?? "", after ?? "");
    const lines = diff.split("\n").length;
    const shown = fenced("diff", diff);
    return lines <= FOLDED_LINES
        ? `${head}${gone}\n${shown}`
        : `${head}${gone}\n<details><summary>${lines} lines</summary>\n\n${shown}\n\n</details>`;
}

/** The lines that differ, with three around them, as `diff -u` writes them but without its head. */
export function unifiedDiff(before: string, after: string): string {
    return createPatch("", before, after, "", "", { context: 3, headerOptions: OMIT_HEADERS }).trimEnd();
}

/** The parts, and as many of the long texts as there is room for. */
function within(limit: number, parts: readonly string[], texts: readonly string[]): string {
    const said: string[] = [];
    let length = parts.join("\n\n").length + 200;
    for (const text of texts) {
        length += text.length + 2;
        if (length > limit) {
            break;
        }
        said.push(text);
    }
    const left = texts.length - said.length;
    const rest = left > 0 ? [`${left} more ${left === 1 ? "text" : "texts"} are in the log of the workflow.`] : [];
    return [...parts, ...said, ...rest].join("\n\n").slice(0, limit);
}

/** Text as it is, whatever is in it: a fence that is longer than any in the text. */
function fenced(language: string, text: string): string {
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = "`".repeat(longest + 1);
    return `${fence}${language}\n${text}\n${fence}`;
}

/** One line as code, in a table, too. */
function code(text: string): string {
    const inner = oneLine(text).replaceAll("|", "\\|");
    return inner.includes("`") ? `\`\` ${inner} \`\`` : `\`${inner}\``;
}

function oneLine(text: string): string {
    return text.replaceAll(/\s+/g, " ").trim();
}
