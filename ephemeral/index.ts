/**
 * `npm run ephemeral -- <product> [--ttl 4h] [--from stack] [--fresh]`: a stack of its own name, up and verified. With a time to
 * live it stays until a later sweep; without, it is destroyed as soon as it is verified, or at a terminal when its user says so.
 * A local one begins with a snapshot of an installed machine, which is made first when there is none; `--fresh`: with nothing.
 * `npm run ephemeral -- <product> --prepare`: makes one that stands by, powered off: the next call takes it as it is.
 * `npm run ephemeral -- --sweep`: destroys those whose time is over, and lists them. Each other call sweeps, too.
 * Exit status: that of what failed first; a stack that could not be destroyed is left for the next sweep.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { ephemeralConfiguration, withSnapshot } from "./configuration";
import { ephemeralName, ttlOf } from "./name";
import { hasSnapshot, makeSnapshot, snapshotName } from "./snapshot";
import { configurationOf, endOf, putAside, standingBy, take, takeBack } from "./standby";

/** The time after which one without a time to live counts as forgotten: its command was killed. */
const FORGOTTEN = "4h";
/** The time that one stands by. */
const STANDBY = "7d";
const stacks = join(__dirname, "..", "stacks");

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        options: {
            ttl: { type: "string" },
            from: { type: "string" },
            fresh: { type: "boolean" },
            prepare: { type: "boolean" },
            sweep: { type: "boolean" },
        },
        allowPositionals: true,
    });
    const [product, ...others] = positionals;
    if (others.length > 0 || (product === undefined) !== (values.sweep === true)) {
        throw new Error(
            "usage: npm run ephemeral -- <product> [--ttl 4h] [--from stack] [--fresh | --prepare] | --sweep",
        );
    }
    const lifetime = ttlOf(values.ttl ?? FORGOTTEN);
    const text = product === undefined ? undefined : template(product, values.from);

    const swept = sweep();
    if (product === undefined || text === undefined) {
        return swept;
    }
    let configuration = ephemeralConfiguration(text);
    const snapshot = values.fresh ? undefined : snapshotName(product, configuration);
    if (snapshot !== undefined) {
        const made = hasSnapshot(snapshot) ? 0 : install(product, configuration, snapshot);
        if (made !== 0) {
            return made;
        }
        configuration = withSnapshot(configuration, snapshot);
    }
    if (values.prepare) {
        return prepareOne(product, configuration, snapshot);
    }
    const until = new Date(Date.now() + lifetime);
    const stack = (snapshot && take(snapshot, until)) ?? begin(product, lifetime, configuration);
    const status = command("up", stack) || command("verify", stack);
    if (status === 0) {
        console.log(`${stack} is verified, and answers at ${address(stack)}`);
    }
    if (values.ttl !== undefined && status === 0) {
        console.log(`It is destroyed by a sweep after ${endOf(stack)?.toISOString()}, or by:`);
        console.log(`  npm run destroy -- ${stack}`);
        return 0;
    }
    if (status === 0 && process.stdin.isTTY) {
        const terminal = createInterface({ input: process.stdin, output: process.stdout });
        await terminal.question("It is destroyed when you press Enter. ");
        terminal.close();
    }
    return destroy(stack) || status;
}

/** Installs a machine for the snapshot that others begin with. */
function install(product: string, configuration: string, snapshot: string): number {
    console.log(`There is no snapshot of ${product} as it is now: it is installed once, for this and later ones.`);
    const stack = begin(product, ttlOf(FORGOTTEN), configuration);
    const status = command("up", stack) || makeSnapshot(stack, snapshot);
    return destroy(stack) || status;
}

/** Makes a stack that stands by, in place of those that began with an earlier snapshot. */
function prepareOne(product: string, configuration: string, snapshot: string | undefined): number {
    if (snapshot === undefined) {
        throw new Error("Only local stacks stand by, and none that is made with --fresh.");
    }
    const older = standingBy().filter(
        (each) => each.stack.startsWith(`ephemeral-${product}-2`) && each.snapshot !== snapshot && takeBack(each.stack),
    );
    older.forEach(({ stack }) => destroy(stack));
    const stack = begin(product, ttlOf(STANDBY), configuration);
    const status = command("up", stack) || hostCommand("machine.sh", "stop", stack);
    if (status !== 0) {
        return destroy(stack) || status;
    }
    putAside(stack);
    console.log(`${stack} stands by: the next ephemeral stack of ${product} is this one.`);
    return 0;
}

/** The name of a new stack, and its configuration. */
function begin(product: string, lifetime: number, configuration: string): string {
    const stack = ephemeralName(product, new Date(Date.now() + lifetime));
    writeFileSync(configurationOf(stack), configuration);
    return stack;
}

/** The configuration to start from: a stack's, or the example of a product. */
function template(product: string, from?: string): string {
    const example = join(stacks, "examples", `${product}-local.yaml`);
    if (!existsSync(example)) {
        const products = readdirSync(join(stacks, "examples")).flatMap(
            (file) => /^(.+)-local\.yaml$/.exec(file)?.[1] ?? [],
        );
        throw new Error(`There is no product ${product}. Products: ${products.join(", ")}.`);
    }
    const path = from === undefined ? example : configurationOf(from);
    if (!existsSync(path)) {
        throw new Error(`There is no stack ${from}: ${path} is not there.`);
    }
    return readFileSync(path, "utf8");
}

/** Destroys what is overdue: what is configured here, then other stacks of the backend. */
function sweep(): number {
    const isOverdue = (stack: string) => (endOf(stack) ?? new Date(Infinity)).getTime() < Date.now();
    const configured = readdirSync(stacks).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    // These come first: a command that was killed may have left a state that is cut off. `destroy` mends it; the list of stacks fails.
    const statuses = configured.filter(isOverdue).map(sweepOne);
    const others = known().filter((stack) => !configured.includes(stack));
    return [...statuses, ...others.filter(isOverdue).map(sweepOne)].find((status) => status !== 0) ?? 0;
}

function sweepOne(stack: string): number {
    const status = destroy(stack);
    console.log(status === 0 ? `swept ${stack}` : `${stack} could not be destroyed, and is left for the next sweep`);
    return status;
}

/** The stacks of the backend. */
function known(): string[] {
    const listed = spawnSync("pulumi", ["stack", "ls", "--json"], { encoding: "utf8" });
    if (listed.status !== 0) {
        throw new Error(`pulumi stack ls: ${listed.stderr.trim()}`);
    }
    return (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name);
}

function address(stack: string): string {
    return spawnSync("pulumi", ["stack", "output", "url", "--stack", stack], { encoding: "utf8" }).stdout.trim();
}

function destroy(stack: string): number {
    if (!existsSync(configurationOf(stack)) && !takeBack(stack)) {
        // Made elsewhere: that it is local, or on AWS, is in its state; destroying reads nothing else of it.
        const product = /^ephemeral-(.+)-\d{8}-\d{4}-[0-9a-f]{4}$/.exec(stack)?.[1] ?? "";
        writeFileSync(configurationOf(stack), template(product));
    }
    const status = command("destroy", stack);
    if (status === 0) {
        forget(stack);
    }
    return status;
}

function forget(stack: string): void {
    rmSync(configurationOf(stack), { force: true });
}

function hostCommand(script: string, ...args: string[]): number {
    return (
        spawnSync("bash", [join(__dirname, "..", "scripts", "host", script), ...args], { stdio: "inherit" }).status ?? 1
    );
}

/** One of the commands that users have. */
function command(name: string, stack: string): number {
    return spawnSync(join(__dirname, "..", "scripts", "stack.sh"), [name, stack], { stdio: "inherit" }).status ?? 1;
}

main().then(
    (status) => (process.exitCode = status),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 2;
    },
);
