import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const MACHINES = "/var/lib/science-stacks";

/** What this host has of a stack's machine and of its network: what `destroy` must take away, all of it. */
export function traces(stack: string, network: string): string[] {
    const lines = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: "utf8" }).split("\n");
    const files = (directory: string) => (existsSync(directory) ? readdirSync(directory) : []);
    const [a, b, c, d, bits] = network.split(/[./]/).map(Number) as [number, number, number, number, number];
    const bridge = `ss${[a, b, c, d].map((part) => part.toString(16).padStart(2, "0")).join("")}${bits}`;

    return [
        ...["machines", "disks"].flatMap((directory) => files(join(MACHINES, directory))),
        ...lines("losetup", "--noheadings", "--output", "BACK-FILE"),
        ...lines("ip", "-brief", "address"),
        ...lines("ip", "route"),
        ...lines("nft", "list", "tables"),
        ...lines("findmnt", "--noheadings", "--list", "--output", "TARGET"),
        ...lines("ps", "-eo", "args").filter((args) => !args.startsWith("npm run")),
    ].filter((line) => line.includes(stack) || line.includes(bridge));
}

/** Waits until a step has begun on a machine and its log holds a text, seen in the machine's files from outside. */
export async function waitForStep(machine: string, step: string, text: RegExp, timeoutSeconds = 180): Promise<void> {
    const log = join(MACHINES, "machines", machine, "root/var/log/science-stacks", `${step}.log`);
    const deadline = Date.now() + timeoutSeconds * 1000;
    while (!(existsSync(log) && text.test(readFileSync(log, "utf8")))) {
        if (Date.now() > deadline) {
            throw new Error(`waited ${timeoutSeconds} s in vain for the step ${step} on ${machine}`);
        }
        await sleep(50);
    }
}

/** Whether a machine is there and has been started. */
export function machineRuns(machine: string): boolean {
    return existsSync(join(MACHINES, "machines", machine, "guest"));
}

/** What there is to say of a machine that does not answer: whether it runs, and what it printed last. */
export function conditionOf(machine: string): string {
    const log = readFileSync(join(MACHINES, "machines", machine, "log"), "utf8");
    return `${machine} ${machineRuns(machine) ? "has been started" : "is stopped"}, and printed last:\n${log.slice(-1500)}`;
}

/** The name of a step that is at work on a machine now; undefined where none is. Steps are seen from outside, by their processes. */
export function runningStep(machine: string): string | undefined {
    const { stdout } = spawnSync("pgrep", ["-af", "^[^ ]*bash /usr/local/lib/science-stacks/execute-program "], {
        encoding: "utf8",
    });
    return stdout
        .split("\n")
        .map((line) => /^(\d+) .* \/run\/science-stacks\/(\S+) /.exec(line))
        .find((found) => {
            const cgroup = found && `/proc/${found[1]}/cgroup`;
            return cgroup && existsSync(cgroup) && readFileSync(cgroup, "utf8").includes(`/${machine}/`);
        })?.[2];
}

/** Ends all of a machine's processes at once. */
export function powerCut(machine: string): void {
    execFileSync("bash", ["scripts/host/machine.sh", "power-cut", machine], { stdio: "inherit" });
}

/** Ends the machine's SSH sessions, and nothing else on it: what a broken connection looks like from both ends. */
export function dropConnections(machine: string): void {
    const supervisor = readFileSync(join(MACHINES, "machines", machine, "guest"), "utf8").split(" ")[0] ?? "";
    const init = execFileSync("pgrep", ["--parent", supervisor], { encoding: "utf8" }).trim();
    execFileSync("nsenter", ["--target", init, "--pid", "--mount", "--", "pkill", "-KILL", "-f", "^sshd: root"]);
}

/** Gives a machine's root directory, which has all the room of the host, a disk of its own size. */
export function giveRootDisk(machine: string, sizeGiB: number): void {
    const place = join(MACHINES, "machines", machine);
    execFileSync(
        "bash",
        [
            "-euc",
            `
            bash scripts/host/machine.sh stop "$1"
            (
                cd "$2"
                truncate --size "$3G" root.img
                mkfs.ext4 -q root.img
                mv root root.directory
                mkdir root
                mount -o loop root.img root
                cp -a root.directory/. root/
                rm -r root.directory
            )
            bash scripts/host/machine.sh start "$1"
            `,
            ...["-", machine, place, String(sizeGiB)],
        ],
        { stdio: ["ignore", "ignore", "inherit"] },
    );
}
