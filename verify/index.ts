/**
 * `npm run verify -- <stack> [--json] [--limit SECONDS]`: checks a running stack, requirement by requirement.
 * Exit status: 0 when no row fails, 1 when one does or the stack cannot be reached, 2 for a wrong command line.
 */
import { parseArgs } from "node:util";
import { openContext } from "./context";
import { summary, table, type Report } from "./report";
import { common } from "./rows/common";
import { products } from "./rows/products";
import { runRows } from "./run";

async function main(): Promise<number> {
    const { stack, json, timeoutSeconds } = readArguments();
    const started = performance.now();
    const context = await openContext(stack);
    try {
        const { product } = context.outputs;
        const rows = [...products[product].rows, ...common];
        let done = 0;
        const results = await runRows(rows, context, {
            timeoutSeconds,
            onResult: ({ id, ok }) => {
                done++;
                if (ok === false) {
                    progress(`${id} FAILED\n`);
                }
                progress(`${done} of ${rows.length} rows checked\r`);
            },
        });

        const report: Report = { stack, product, rows: results };
        if (json) {
            console.log(JSON.stringify(report));
        } else {
            const titles = new Map(rows.map(({ id, title }) => [id, title]));
            console.log(table(results, titles, process.stdout.columns ?? 160));
            console.log(`${stack}: ${summary(results, (performance.now() - started) / 1000)}`);
        }
        return results.some(({ ok }) => ok === false) ? 1 : 0;
    } finally {
        await context.close();
    }
}

function readArguments(): { stack: string; json: boolean; timeoutSeconds?: number } {
    const { values, positionals } = parseArgs({
        options: { json: { type: "boolean", default: false }, limit: { type: "string" } },
        allowPositionals: true,
    });
    const [stack, ...others] = positionals;
    const timeoutSeconds = values.limit === undefined ? undefined : Number(values.limit);
    if (stack === undefined || others.length > 0 || (timeoutSeconds !== undefined && !(timeoutSeconds > 0))) {
        console.error("usage: npm run verify -- <stack> [--json] [--limit SECONDS]");
        process.exit(2);
    }
    return { stack, json: values.json, timeoutSeconds };
}

/** Progress is for a person at a terminal. */
function progress(text: string): void {
    if (process.stderr.isTTY) {
        process.stderr.write(text);
    }
}

main().then(
    // A row that has had its time may still wait for its answer: nobody else does.
    (status) => process.exit(status),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
