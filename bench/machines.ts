import { readdirSync, readFileSync } from "node:fs";
import { TestStack } from "../test/e2e/test-stack";
import { spread, table, targetRow, type Times } from "./figures";
import { since } from "./on-guest";

/** Machines of the stack: the first one alone, then with others that OMERO.web is on. */
const COUNTS = [1, 3, 10, 30] as const;
/** Unchanged runs with each count. */
const ROUNDS = 5;
/** What such a run says. */
const UNCHANGED = /Resources:\n\s+\d+ unchanged/;
/** How often the memory of a command is read, in milliseconds. */
const EVERY = 200;

/** What the commands take with so many machines. */
interface Grown {
    count: number;
    /** The `up` that made the machines that are new, in seconds. */
    seconds: number;
    unchanged: Times;
    /** The same of a stack of one machine, in turn with it: how fast a host is differs from one quarter of an hour to the next. */
    meanwhile: Times;
    /** Of the program, the engine and all that they start, at most, while nothing is changed. */
    memoryMiB: number;
    /** Of the state, exported. */
    stateKiB: number;
}

/** Grows one stack of OMERO.web from one machine to thirty, and gives the section of results.md. */
export async function measureMachines(began: (way: { remove(): void }) => void): Promise<string> {
    const [stack, alone] = [new TestStack("bench"), new TestStack("bench-alone")];
    const remove = () => [stack, alone].forEach((each) => each.remove());
    began({ remove });
    const machine = { platform: "local" };
    const one = { product: "omero-web", machine, omeroWeb: { workers: 1 } };
    try {
        alone.configure(one);
        await up(alone);
        const grown: Grown[] = [];
        for (const count of COUNTS) {
            const names = Array.from({ length: count - 1 }, (_, index) => `app${index + 1}`);
            stack.configure({
                ...one,
                ...(names.length > 0 && {
                    applications: Object.fromEntries(
                        names.map((name) => [name, { machine, data: { sizeGiB: 2, onDestroy: "delete" } }]),
                    ),
                }),
            });
            const seconds = await up(stack);
            const [unchanged, meanwhile]: [number[], number[]] = [[], []];
            for (let round = 0; round < ROUNDS; round++) {
                unchanged.push(await up(stack, UNCHANGED));
                meanwhile.push(await up(alone, UNCHANGED));
            }
            // To look at all processes takes time of its own: once more, for the memory alone.
            const memory = new Memory();
            await up(stack, UNCHANGED);
            const memoryMiB = memory.end();
            const { stdout } = await stack.attemptAll("pulumi", "stack", "export", "--stack", stack.name);
            const stateKiB = stdout.length / 1024;
            grown.push({ count, seconds, unchanged, meanwhile, memoryMiB, stateKiB });
        }
        return report(grown);
    } finally {
        remove();
    }
}

/** Seconds of an `up`. @throws when it fails, or says something else than it should */
async function up(stack: TestStack, expected = /Resources:/): Promise<number> {
    const began = performance.now();
    const said = await stack.run("up");
    if (!expected.test(said)) {
        throw new Error(`up has changed something:\n${said.slice(-2000)}`);
    }
    return since(began);
}

/** The memory of all that this process has started, read while it runs. */
class Memory {
    private most = 0;
    private readonly timer = setInterval(() => {
        const own = descendants(process.pid);
        this.most = Math.max(
            this.most,
            own.reduce((sum, pid) => sum + proportional(pid), 0),
        );
    }, EVERY);

    /** Most of it at a time, in MiB. What processes share is counted once. */
    end(): number {
        clearInterval(this.timer);
        return this.most / 1024;
    }
}

function descendants(root: number): number[] {
    const parents = new Map<number, number>();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        const stat = read(`/proc/${pid}/stat`);
        parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    }
    const isBelow = (pid: number | undefined): boolean =>
        pid !== undefined && pid > 1 && (parents.get(pid) === root || isBelow(parents.get(pid)));
    return [...parents.keys()].filter(isBelow);
}

/** In KiB. */
const proportional = (pid: number) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);

/** A process may end while it is looked at. */
function read(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return "";
    }
}

function report(grown: readonly Grown[]): string {
    const rows = grown.map(({ count, seconds, unchanged, meanwhile, memoryMiB, stateKiB }, index) => {
        const before = grown[index - 1];
        const further = before === undefined ? "" : `${(seconds / (count - before.count)).toFixed(1)} s`;
        const sizes = [`${memoryMiB.toFixed(0)} MiB`, `${stateKiB.toFixed(0)} KiB`];
        return [String(count), `${seconds.toFixed(1)} s`, further, spread(unchanged), spread(meanwhile), ...sizes];
    });
    const { unchanged: thirty, meanwhile: one } = grown.at(-1)!;
    return [
        "One stack grows: with more than one machine, OMERO.web is on all but the first, which has nginx, HAProxy and Redis. The first",
        "line is the fresh installation; each other `up` makes the machines that are new, all of them guests of this computer. The memory is",
        "that of the command with the program and the engine, at most, while it finds nothing to change. How fast this computer is changes",
        "within minutes: so each unchanged `up` is followed by one of a second stack, of one machine.",
        "",
        table(
            ["machines", "`up` took", "for each new one", "unchanged `up`", "meanwhile, of one", "memory", "state"],
            rows,
        ),
        "",
        table(
            ["ratio of the medians", "", "target", ""],
            [targetRow({ what: "unchanged, thirty machines to one", ours: thirty, other: one, most: 3 })],
        ),
    ].join("\n");
}
