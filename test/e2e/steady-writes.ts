import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestStack } from "./test-stack";

/** What became of rows that were written all the time. */
export interface Written {
    acknowledged: number;
    /** Of those that were acknowledged. */
    missing: number;
    /** The longest time in which none was acknowledged. */
    longestSeconds: number;
}

const PROGRAM = "/run/steady-writes.py";
const UNIT = "steady-writes.service";

/** Writes rows to a stack's database from its first machine while something happens. */
export async function writtenDuring(stack: TestStack, what: string, work: () => Promise<unknown>): Promise<Written> {
    const program = readFileSync(join(__dirname, "steady-writes.py"), "utf8");
    await stack.ssh(`cat >${PROGRAM} <<'END'\n${program}END
        systemd-run --quiet --collect --unit=${UNIT} python3 ${PROGRAM} write
        timeout 20 sh -c 'until [ -s /run/steady-writes ]; do sleep 0.2; done'`);
    try {
        await work();
    } finally {
        await stack.ssh(`systemctl stop ${UNIT}`);
    }
    const written = JSON.parse(await stack.ssh(`python3 ${PROGRAM} report`)) as Written;
    process.stderr.write(
        `  ${what}: ${written.acknowledged} rows acknowledged, ${written.missing} of them missing, ` +
            `none for ${written.longestSeconds.toFixed(1)} s at most\n`,
    );
    await stack.ssh("rm /run/steady-writes");
    return written;
}
