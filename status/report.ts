import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Eta } from "eta";
import type { StackStatus } from "./stack-status";

/** Below it a certificate is to be renewed. */
const CERTIFICATE_DAYS = 21;
/** Above it a disk is called full, in percent. */
const DISK_PERCENT = 85;

/** One cell: what it says, and whether someone has to look. */
export interface Cell {
    text: string;
    bad?: boolean;
}

export const COLUMNS = ["stack", "health", "address", "certificate", "disks", "machine", "drift", "last up"];

/** What the table and the page say of a stack, in the order of the columns. */
export function cells(status: StackStatus): Cell[] {
    const { stack, problem, url, unhealthy, certificateDays, disks, unreachable, failedUnits, drift } = status;
    const name = { text: [stack, status.product, status.platform].filter(Boolean).join(" · ") };
    const lastUp = { text: status.lastUp?.replace(/T(..:..).*/, " $1") ?? "never" };
    if (problem !== undefined) {
        // What exactly is missing in its outputs is for verify to say.
        const [why = ""] = problem.split(/\n| \(/);
        return [name, { text: why, bad: true }, ...COLUMNS.slice(3).map(() => ({ text: "" })), lastUp];
    }
    const full = Object.entries(disks ?? {}).map(([place, percent]) => ({ text: `${place} ${percent}%`, percent }));
    return [
        name,
        unhealthy === undefined ? { text: "answers" } : { text: unhealthy, bad: true },
        { text: url ?? "" },
        certificateDays === undefined
            ? { text: "none" }
            : { text: `${certificateDays} days`, bad: certificateDays < CERTIFICATE_DAYS },
        {
            text: full.map(({ text }) => text).join(", "),
            bad: full.some(({ percent }) => percent > DISK_PERCENT),
        },
        unreachable !== undefined
            ? { text: unreachable, bad: true }
            : { text: failedUnits?.join(", ") || "no failed unit", bad: (failedUnits ?? []).length > 0 },
        drift === undefined
            ? { text: "not asked for" }
            : { text: drift.map(({ step }) => step).join(", ") || "none", bad: drift.length > 0 },
        lastUp,
    ];
}

/** Whether someone has to look at the stack. */
export function needsAttention(status: StackStatus): boolean {
    return cells(status).some(({ bad }) => bad);
}

/** For a terminal: what needs someone is marked. */
export function asTable(statuses: readonly StackStatus[]): string {
    const rows = [COLUMNS.map((text): Cell => ({ text })), ...statuses.map(cells)];
    const texts = rows.map((row) => row.map(({ text, bad }) => `${bad ? "! " : ""}${text}`));
    const widths = COLUMNS.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
    return texts
        .map((row) =>
            row
                .map((text, column) => text.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

/** One page, with nothing beside it. @param made when it was made */
export function asHtml(statuses: readonly StackStatus[], made: Date): string {
    const template = readFileSync(join(__dirname, "page.html.eta"), "utf8");
    const stacks = statuses.map((status) => ({ ...status, cells: cells(status), attention: needsAttention(status) }));
    return new Eta({ autoEscape: true }).renderString(template, { columns: COLUMNS, stacks, made: made.toISOString() });
}
