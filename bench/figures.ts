/** Times, ratios and tables: what is made of measurements. Pure. */

/** Several measurements of the same thing, in seconds. */
export type Times = readonly number[];

export function median(times: Times): number {
    const sorted = [...times].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    if (sorted.length === 0) {
        throw new Error("nothing was measured");
    }
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `61.2 (58.0 to 70.3) s`: the median, the least and the most. */
export function spread(times: Times): string {
    return `${median(times).toFixed(1)} (${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)}) s`;
}

/** What one time is to be at most of another. */
export interface Target {
    /** E.g. "fresh: ours to the floor". */
    what: string;
    ours: Times;
    other: Times;
    most: number;
}

/** A ratio of medians beside its target. */
export function targetRow({ what, ours, other, most }: Target): string[] {
    const ratio = median(ours) / median(other);
    return [what, ratio.toFixed(2), `at most ${most}`, ratio <= most ? "reached" : "missed"];
}

/** A table of Markdown, its columns as wide as the formatter would make them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]!.length)));
    const line = (row: readonly string[]) =>
        `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
    return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** The text with the section of this title in it: instead of the one it had, or after all others. */
export function withSection(text: string, title: string, body: string): string {
    const section = `## ${title}\n\n${body.trim()}\n`;
    const parts = text.split(/^(?=## )/m).map((part) => `${part.trimEnd()}\n`);
    const isIt = (part: string) => part.startsWith(`## ${title}\n`);
    const all = parts.some(isIt) ? parts.map((part) => (isIt(part) ? section : part)) : [...parts, section];
    return all.join("\n");
}
