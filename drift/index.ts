/**
 * `npm run drift -- <stack> [--json | --markdown] [--repair]`: what differs from what `up` made, on the platform and in the
 * machine. Changes nothing, unless it is to repair what differs in the machine.
 * Exit status, as that of diff: 0 when nothing differs (or all was repaired), 1 when something does, 2 when it could not be told.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Engine } from "../verify/engine";
import { lookAtCloud } from "./cloud";
import { Machines } from "./guest";
import { asMarkdown, asText } from "./report";
import { stepsOf } from "./steps";

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        options: { json: { type: "boolean" }, markdown: { type: "boolean" }, repair: { type: "boolean" } },
        allowPositionals: true,
    });
    const [stack, ...others] = positionals;
    if (stack === undefined || others.length > 0) {
        throw new Error("usage: npm run drift -- <stack> [--json | --markdown]");
    }
    const directory = mkdtempSync(join(tmpdir(), "science-stacks-drift-"));
    // However it ends: there is a key in the directory.
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    (["SIGINT", "SIGTERM", "SIGHUP"] as const).forEach((signal) => process.once(signal, () => process.exit(2)));

    const machines = new Machines(() => mkdtempSync(join(directory, "machine-")));
    try {
        const steps = stepsOf((await new Engine(stack, directory).export("--show-secrets")).deployment);
        const [cloud, guest] = await Promise.all([values.repair ? [] : lookAtCloud(stack), machines.look(steps)]);
        const drift = { stack, cloud, guest };
        console.log(values.json ? JSON.stringify(drift) : values.markdown ? asMarkdown(drift) : asText(drift));

        if (values.repair) {
            const wrong = new Set(guest.map(({ step }) => step));
            await machines.repair(
                steps.filter(({ name }) => wrong.has(name)),
                (step, changes) =>
                    console.log(`${step}: ${changes.replaceAll("\n", ", ") || "nothing was to be changed"}`),
            );
            return 0;
        }
        return cloud.length + guest.length > 0 ? 1 : 0;
    } finally {
        await machines.close();
    }
}

main().then(
    (status) => (process.exitCode = status),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 2;
    },
);
