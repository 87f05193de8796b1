import { NotHere, type Result, type Row } from "./row";

export interface RunOptions {
    /** A check that takes longer has failed, in seconds. @default 180 */
    timeoutSeconds?: number;
    /** Called as each row ends. @default nothing is done */
    onResult?: (result: Result) => void;
}

/** Checks all rows side by side; the results are in the order of the rows. */
export async function runRows<Context>(
    rows: readonly Row<Context>[],
    context: Context,
    { timeoutSeconds = 180, onResult }: RunOptions = {},
): Promise<Result[]> {
    return Promise.all(
        rows.map(async (row) => {
            const result = await runRow(row, context, timeoutSeconds);
            onResult?.(result);
            return result;
        }),
    );
}

async function runRow<Context>(row: Row<Context>, context: Context, timeoutSeconds: number): Promise<Result> {
    const started = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no result within ${timeoutSeconds} s`)), timeoutSeconds * 1000);
    });
    // However a check fails, its row does.
    const checked = Promise.resolve().then(() => row.check(context));
    const outcome = await Promise.race([checked, timeout])
        .then((detail) => ({ ok: true, detail }))
        .catch((error: unknown) => ({ ok: error instanceof NotHere ? null : false, detail: messageOf(error) }))
        .finally(() => clearTimeout(timer));

    return { id: row.id, ...outcome, seconds: Math.round((performance.now() - started) / 10) / 100 };
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message || error.name : String(error);
}
