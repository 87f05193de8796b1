/**
 * `npm run bench:ephemeral -- [product...] [--rounds N]` measures, for each product (default: all), how long `up` takes for an
 * ephemeral stack: fresh, begun with a snapshot, and taken when it stood by; each verified. The table goes to bench/results.md.
 * Takes a quiet machine, root, and three to eight minutes a round. Exit status: 0 when all was measured and verified.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ephemeralConfiguration, keysOf, withSnapshot } from "../ephemeral/configuration";
import { hasSnapshot, snapshotName } from "../ephemeral/snapshot";
import { runHostScript } from "../test/guest/guest";
import { TestStack } from "../test/e2e/test-stack";
import { spread, table, targetRow } from "./figures";
import { writeSection } from "./results";

const PRODUCTS = ["eoxserver", "omero-web", "dcor"];
const TARGET = 0.2;

const WAYS = ["fresh", "snapshot", "standby"] as const;
type Measured = { product: string } & Record<(typeof WAYS)[number], number[]>;

async function measure(product: string, rounds: number): Promise<Measured> {
    const example = readFileSync(join(__dirname, "..", "stacks", "examples", `${product}-local.yaml`), "utf8");
    const configuration = ephemeralConfiguration(example);
    const snapshot = snapshotName(product, configuration)!;
    if (!hasSnapshot(snapshot)) {
        await withStack((stack) => stack.attemptAll("ephemeral", product).then(succeeded));
    }
    const times: Measured = { product, fresh: [], snapshot: [], standby: [] };
    for (let round = 0; round < rounds; round++) {
        await withStack(async (stack) => {
            stack.configure(keysOf(configuration));
            times.fresh.push(await upAndVerify(stack));
        });
        await withStack(async (stack) => {
            stack.configure(keysOf(withSnapshot(configuration, snapshot)));
            times.snapshot.push(await upAndVerify(stack));
            // As `--prepare` leaves it, and as it is taken.
            runHostScript("machine.sh", ["stop", stack.name]);
            times.standby.push(await upAndVerify(stack));
        });
        const told = WAYS.map((way) => `${way} ${times[way].at(-1)!.toFixed(1)} s`);
        console.error(`round ${round + 1}, ${product}: ${told.join(", ")}`);
    }
    return times;
}

async function upAndVerify(stack: TestStack): Promise<number> {
    const { seconds } = succeeded(await stack.attempt("up"));
    const failed = (await stack.verify()).rows.filter(({ ok }) => ok === false);
    if (failed.length > 0) {
        throw new Error(`verify: ${JSON.stringify(failed)}`);
    }
    return seconds;
}

async function withStack<T>(use: (stack: TestStack) => Promise<T>): Promise<T> {
    const stack = new TestStack("bench-ephemeral");
    try {
        return await use(stack);
    } finally {
        stack.remove();
    }
}

function succeeded<T extends { status: number; stdout: string; stderr: string }>(ended: T): T {
    if (ended.status !== 0) {
        throw new Error(`${ended.stdout.slice(-2000)}\n${ended.stderr.slice(-2000)}`);
    }
    return ended;
}

function report(measured: readonly Measured[]): string {
    return [
        "`npm run up` of an ephemeral stack, median (least to most) of the rounds; `verify` found all in order after each.",
        "",
        table(
            ["", "fresh", "begun with a snapshot", "stood by"],
            measured.map((each) => [each.product, ...WAYS.map((way) => spread(each[way]))]),
        ),
        "",
        table(
            ["ratio of the medians, to fresh", "", "target", ""],
            measured.flatMap((each) =>
                [
                    { what: `${each.product}, begun with a snapshot`, ours: each.snapshot },
                    { what: `${each.product}, stood by`, ours: each.standby },
                ].map((ways) => targetRow({ ...ways, other: each.fresh, most: TARGET })),
            ),
        ),
        "",
        "What stands by was begun with a snapshot, ahead of the time that it is asked for.",
    ].join("\n");
}

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({
        options: { rounds: { type: "string", default: "3" } },
        allowPositionals: true,
    });
    const products = positionals.length > 0 ? positionals : PRODUCTS;
    const unknown = products.find((product) => !PRODUCTS.includes(product));
    if (unknown !== undefined || !/^[1-9]\d?$/.test(values.rounds)) {
        throw new Error(`usage: npm run bench:ephemeral -- [${PRODUCTS.join(" | ")}]... [--rounds N]`);
    }
    const measured: Measured[] = [];
    for (const product of products) {
        measured.push(await measure(product, Number(values.rounds)));
    }
    const command = ["npm run bench:ephemeral --", ...positionals, "--rounds", values.rounds].join(" ");
    writeSection("Ephemeral stacks", command, report(measured));
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
