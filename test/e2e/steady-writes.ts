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

/** Where the rows go: a program that writes until it is ended, and reports; and the Python that it needs. */
interface Writer {
    program: string;
    python: string;
}

const TO_THE_DATABASE: Writer = { program: join(__dirname, "steady-writes.py"), python: "python3" };

/** Writes rows to a stack's database, or to what else it has, from its first machine while something happens. */
export async function writtenDuring(
    stack: TestStack,
    what: string,
    work: () => Promise<unknown>,
    { program, python }: Writer = TO_THE_DATABASE,
): Promise<Written> {
    await stack.ssh(`cat >${PROGRAM} <<'END'\n${readFileSync(program, "utf8")}END
        systemd-run --quiet --collect --unit=${UNIT} ${python} ${PROGRAM} write
        timeout 20 sh -c 'until [ -s /run/steady-writes ]; do sleep 0.2; done'`);
    try {
        await work();
    } finally {
        await stack.ssh(`systemctl stop ${UNIT}`);
    }
    const written = JSON.parse(await stack.ssh(`${python} ${PROGRAM} report`)) as Written;
    process.stderr.write(
        `  ${what}: ${written.acknowledged} rows acknowledged, ${written.missing} of them missing, ` +
            `none for ${written.longestSeconds.toFixed(1)} s at most\n`,
    );
    await stack.ssh("rm /run/steady-writes");
    return written;
}
