import type { Result } from "./row";

/** What `--json` prints. */
export interface Report {
    stack: string;
    product: string;
    rows: Result[];
}

/** A table for people: what failed comes first, then the rest in order. */
export function table(rows: readonly Result[], titles: ReadonlyMap<string, string>, width: number): string {
    const ordered = [...rows].sort((a, b) => Number(b.ok === false) - Number(a.ok === false));
    const idWidth = Math.max(2, ...ordered.map(({ id }) => id.length));
    const indent = idWidth + STATE_WIDTH + SECONDS_WIDTH + 6;

    return ordered
        .map(({ id, ok, detail, seconds }) => {
            const start = `${id.padEnd(idWidth)}  ${state(ok).padEnd(STATE_WIDTH)}  ${seconds.toFixed(1).padStart(SECONDS_WIDTH)}  `;
            const lines = [titles.get(id) ?? "", ...detail.trim().split("\n")].flatMap((line) =>
                wrap(line, width - indent),
            );
            return start + lines.join(`\n${" ".repeat(indent)}`);
        })
        .join("\n");
}

/** The last line: how many rows are ok, which failed, and how long it took. */
export function summary(rows: readonly Result[], seconds: number): string {
    const failed = rows.filter(({ ok }) => ok === false).map(({ id }) => id);
    const notHere = rows.filter(({ ok }) => ok === null).map(({ id }) => id);
    return [
        `${rows.length - failed.length - notHere.length} of ${rows.length} rows ok`,
        ...(notHere.length > 0 ? [`not here: ${notHere.join(", ")}`] : []),
        ...(failed.length > 0 ? [`FAILED: ${failed.join(", ")}`] : []),
        `${seconds.toFixed(1)} s`,
    ].join("; ");
}

const STATE_WIDTH = "not here".length;
const SECONDS_WIDTH = 5;

function state(ok: Result["ok"]): string {
    return ok === null ? "not here" : ok ? "ok" : "FAILED";
}

/** Breaks a line at spaces so that it fits; a word that is longer than the width stays whole. */
function wrap(line: string, width: number): string[] {
    const lines = [""];
    for (const word of line.split(" ")) {
        const last = lines.at(-1) ?? "";
        if (last !== "" && last.length + 1 + word.length > width) {
            lines.push(word);
        } else {
            lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
        }
    }
    return lines;
}
