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

/** What a command says went wrong, without the engine's frame: its errors, and of a step that failed the end of its output. */
export function cause({ stdout, stderr }: { stdout: string; stderr: string }): string {
    const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
    const errors = lines
        .filter((line) => /^error: /.test(line) && !/update failed|exit(ed with)? status/.test(line))
        .map((line) => line.slice("error: ".length).replace(/:? running ".*run-step (\S+) .*$/, " (step $1)"));
    const steps = lines.flatMap((line, at) => {
        const [, step] = /^(\S+ failed on) \S+ after \d+ s/.exec(line) ?? [];
        const end = lines.slice(
            at + 1,
            lines.indexOf(lines.slice(at).find((each) => /^Full log/.test(each)) ?? "", at),
        );
        const words = end.filter((each) => /^\| (E:|W:|error|ERROR)|No space|hash|Temporary|caused by/i.test(each));
        return step === undefined
            ? []
            : [`${line.replace(/ on \S+/, "")} ${(words.length ? words : end).slice(0, 3).join(" ")}`];
    });
    return [...new Set([...steps, ...errors])].join(" | ");
}
