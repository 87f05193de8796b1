import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Where runs write what happened; docs/reliability.md is written from it. */
const RESULTS = join(__dirname, "..", "..", "test-results");

/** Notes what happened to a stack, as a row of the table in docs/reliability.md. */
export function note(product: string, fault: string, happened: string): void {
    mkdirSync(RESULTS, { recursive: true });
    const row = { date: new Date().toISOString().slice(0, 10), product, fault, happened };
    appendFileSync(join(RESULTS, "faults.jsonl"), `${JSON.stringify(row)}\n`);
    process.stderr.write(`  ${product}: ${fault}: ${happened}\n`);
}

/** The lines of a command's output that tell what went wrong, without the engine's frame: of a command, the step is told. */
export function cause({ stdout, stderr }: { stdout: string; stderr: string }): string {
    const lines = `${stdout}\n${stderr}`.split("\n").map((line) =>
        line
            .trim()
            .replace(/:? running ".*run-step (\S+) .*$/, " (step $1)")
            .replace(/^error: /, "!"),
    );
    const told = lines.filter((line) => line.startsWith("!") && !/update failed|exit status/.test(line));
    return [...new Set(told)].map((line) => line.slice(1)).join(" | ");
}
