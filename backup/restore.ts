/**
 * `npm run restore -- <stack> [--at TIME] | --list`: gives the stack its data as they were when a backup was made.
 * All of the backup is fetched and made ready beside what is there, which serves on; then the two are exchanged, and the steps of
 * the stack are run again, on the restored data. What was there goes when the stack answers, and comes back when it does not.
 * Exit status 0 when the stack answers with the restored data.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { reveal } from "../verify/deployment";
import { command, progress, BackedUpStack, type BackedUpMachine } from "./machine";
import { expectRoom } from "./room";
import { choose, databasesFor, filesFor, shown, snapshots, type Snapshot } from "./snapshots";

command(async () => {
    const { values, positionals } = parseArgs({
        options: { at: { type: "string" }, list: { type: "boolean" } },
        allowPositionals: true,
    });
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0 || (values.list && values.at !== undefined)) {
        throw new Error("usage: npm run restore -- <stack> [--at TIME] | --list");
    }
    const stack = await BackedUpStack.open(name);
    const all = await snapshots(stack.first, stack.outputs.product);
    if (values.list) {
        console.log(all.map(({ id, time }) => `${shown(time)}  ${id}`).join("\n") || "There is no backup yet.");
        return;
    }
    const begun = await cutOff(stack);
    const chosen = all.find(({ id }) => id === begun) ?? choose(all, values.at);
    const backup = begun ?? chosen.id;

    const parts = await partsOf(stack, chosen);
    if (begun === undefined) {
        await expectRoom(stack, parts.get(stack.databases)!);
    }

    progress(`${name}: the backup ${backup} of ${shown(chosen.time)} is fetched; what is there serves on`);
    await fetch(stack, backup, parts, begun !== undefined);

    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
    try {
        progress("the services are stopped, and the data exchanged");
        await exchange(stack, "forth");
        progress("the steps of the stack are run again, on the restored data");
        await runSteps(stack);
        checkHealth(stack);
    } catch (error) {
        progress(`${name} does not come up with the restored data: what was there before is put back`);
        const cause = messageOf(error);
        try {
            await exchange(stack, "back");
            await runSteps(stack);
            await finish(stack.machines);
        } catch (another) {
            throw new Error(
                `${name} did not come up with the restored data: ${cause}\n` +
                    `What was there before could not be put back, or not be started: ${messageOf(another)}\n` +
                    `  Nothing of it is lost. Have all machines run (npm run up -- ${name}), and run this command again.`,
            );
        }
        throw new Error(`${name} is as it was before, since it did not come up with the restored data: ${cause}`);
    }
    await finish(stack.machines);
    console.log(
        `${name} has the data of ${shown(chosen.time)} (backup ${backup}), and answers. It did not for ${seconds()} s at most.`,
    );
});

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The backup of an earlier restore that was cut off when it had begun to exchange the data: it is finished before another. */
async function cutOff({ machines }: BackedUpStack): Promise<string | undefined> {
    const place = "/data/.restore";
    const found = await Promise.all(
        machines.map(({ ssh }) => ssh.run(`[ ! -e ${place}/swapping ] || cat ${place}/whole`)),
    );
    return found.find((backup) => backup !== "");
}

/** What of a backup each machine has, by the machine. */
async function partsOf(stack: BackedUpStack, chosen: Snapshot): Promise<Map<BackedUpMachine, Snapshot>> {
    const { first, databases, machines, outputs } = stack;
    const ofDatabases =
        databases === first ? chosen : databasesFor(await snapshots(databases, outputs.product), chosen);
    const parts = machines.map(async (machine): Promise<[BackedUpMachine, Snapshot]> => {
        const own = { [first.name]: chosen, [databases.name]: ofDatabases }[machine.name];
        return [machine, own ?? filesFor(await snapshots(machine, outputs.product), ofDatabases, machine.name)];
    });
    return new Map(await Promise.all(parts));
}

/** On each machine, side by side. @param goesOn some of it is in use already, so that all of it stays */
async function fetch(
    stack: BackedUpStack,
    backup: string,
    parts: Map<BackedUpMachine, Snapshot>,
    goesOn: boolean,
): Promise<void> {
    const fetched = await Promise.allSettled(
        [...parts].map(async ([machine, { id }]) => {
            const script = "backup/restore-fetch.sh";
            const parameters = { backup, snapshot: id };
            report(await machine.step("restore-fetch", { script, parameters }), prefix(stack, machine));
        }),
    );
    const failed = fetched.find((each) => each.status === "rejected");
    if (failed !== undefined) {
        // Nothing was changed: nothing is left to be finished.
        const machines = [...parts.keys()];
        await finish(goesOn ? [] : machines.filter((_, index) => fetched[index]?.status === "fulfilled"));
        await Promise.all(machines.map(({ ssh }) => ssh.run("rm -rf /run/science-stacks/restore-fetch")));
        throw failed.reason;
    }
}

/** First where the product is, which stops what uses the others; machines of one kind side by side. */
async function exchange(stack: BackedUpStack, direction: "forth" | "back"): Promise<void> {
    const { first, machines, applications } = stack;
    const others = machines.filter((machine) => machine !== first && !applications.includes(machine));
    for (const kind of [applications, [first], others]) {
        const done = await Promise.allSettled(
            kind.map(async (machine) => {
                const parameters = { direction };
                report(
                    await machine.step("restore-swap", { script: "backup/restore-swap.sh", parameters }),
                    prefix(stack, machine),
                );
            }),
        );
        const failed = done.find((each) => each.status === "rejected");
        if (failed !== undefined) {
            throw failed.reason;
        }
    }
}

async function finish(machines: readonly BackedUpMachine[]): Promise<void> {
    await Promise.all(
        machines.map((machine) => machine.step("restore-finish", { script: "backup/restore-finish.sh" })),
    );
}

/** They set passwords and owners, bring tables to this version, build indexes anew, and start what was stopped. */
async function runSteps({ steps, guests }: BackedUpStack): Promise<void> {
    await guests.repair(steps, (step, changes) => report(changes, `${step}: `));
}

/** The stack's own health checks, from here. */
function checkHealth({ deployment }: BackedUpStack): void {
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

/** Which machine something was done on, where there are several. */
function prefix({ machines }: BackedUpStack, { name }: BackedUpMachine): string {
    return machines.length === 1 ? "" : `${name}: `;
}

function report(changes: string, prefix: string): void {
    changes
        .split("\n")
        .filter((line) => line !== "")
        .forEach((line) => console.error(`    ${prefix}${line}`));
}
