/**
 * `npm run restore -- <stack> [--at TIME] | --list`: gives the machine its data as they were when a backup was made.
 * All of the backup is fetched and made ready beside what is there, which serves on; then the two are exchanged, and the steps of
 * the stack are run again, on the restored data. What was there goes when the stack answers, and comes back when it does not.
 * Exit status 0 when the stack answers with the restored data.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { stepCommand } from "../components/guest/program";
import { reveal } from "../verify/deployment";
import { BackedUpMachine, command, progress } from "./machine";
import { choose, shown, snapshots } from "./snapshots";

command(async () => {
    const { values, positionals } = parseArgs({
        options: { at: { type: "string" }, list: { type: "boolean" } },
        allowPositionals: true,
    });
    const [stack, ...others] = positionals;
    if (stack === undefined || others.length > 0 || (values.list && values.at !== undefined)) {
        throw new Error("usage: npm run restore -- <stack> [--at TIME] | --list");
    }
    const machine = await BackedUpMachine.open(stack);
    const all = await snapshots(machine.ssh, stack, machine.outputs.product);
    if (values.list) {
        console.log(all.map(({ id, time }) => `${shown(time)}  ${id}`).join("\n") || "There is no backup yet.");
        return;
    }
    const chosen = choose(all, values.at);

    progress(`${stack}: the backup ${chosen.id} of ${shown(chosen.time)} is fetched; what is there serves on`);
    try {
        report(
            await machine.step("restore-fetch", {
                script: "backup/restore-fetch.sh",
                parameters: { snapshot: chosen.id },
            }),
        );
    } catch (error) {
        // Nothing was changed: nothing is left to be finished.
        await machine.ssh.run("rm -rf /run/science-stacks/restore-fetch");
        throw error;
    }

    // Another one than was asked for, where an earlier restore was cut off.
    const fetched = await machine.ssh.run("cat /data/.restore/whole");
    const { id, time } = all.find((each) => each.id === fetched) ?? chosen;
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
    try {
        progress("the services are stopped, and the data exchanged");
        report(await exchange(machine, "forth"));
        progress("the steps of the stack are run again, on the restored data");
        await runSteps(machine);
        checkHealth(machine);
    } catch (error) {
        progress(`${stack} does not come up with the restored data: what was there before is put back`);
        await exchange(machine, "back");
        await runSteps(machine);
        await finish(machine);
        const cause = error instanceof Error ? error.message : String(error);
        throw new Error(`${stack} is as it was before, since it did not come up with the restored data: ${cause}`);
    }
    await finish(machine);
    console.log(
        `${stack} has the data of ${shown(time)} (backup ${id}), and answers. It did not for ${seconds()} s at most.`,
    );
});

function exchange(machine: BackedUpMachine, direction: "forth" | "back"): Promise<string> {
    return machine.step("restore-swap", { script: "backup/restore-swap.sh", parameters: { direction } });
}

function finish(machine: BackedUpMachine): Promise<string> {
    return machine.step("restore-finish", { script: "backup/restore-finish.sh" });
}

/** They set passwords and owners, bring tables to this version, build indexes anew, and start what was stopped. */
async function runSteps({ steps, ssh }: BackedUpMachine): Promise<void> {
    for (const { name, program } of steps) {
        report(await ssh.run(stepCommand(name, "apply"), program), `${name}: `);
    }
}

/** The stack's own health checks, from here. */
function checkHealth({ deployment }: BackedUpMachine): void {
    const checks = deployment.resources
        .map(({ inputs }) => reveal(inputs ?? {}) as { create?: string; stdin?: string })
        .filter(({ create }) => create?.endsWith("scripts/host/health-check.mjs"));
    for (const { create = "", stdin } of checks) {
        const { status, stderr } = spawnSync(create, { shell: true, cwd: "stacks", input: stdin, encoding: "utf8" });
        if (status !== 0) {
            throw new Error(stderr.trim());
        }
    }
}

function report(changes: string, prefix = ""): void {
    changes
        .split("\n")
        .filter((line) => line !== "")
        .forEach((line) => console.error(`    ${prefix}${line}`));
}
