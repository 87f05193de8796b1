import { TestStack } from "../test/e2e/test-stack";
import { table } from "./figures";

const COUNTS = [1, 10, 25, 50] as const;

/** What the machine holds when so many instances answer. */
interface Grown {
    count: number;
    seconds: number;
    /** Proportional set size of all that the guest runs, of the instances alone, and of PostgreSQL, in MiB. */
    memory: { all: number; instances: number; postgresql: number };
}

/** Grows one server from one instance to fifty, each with one process, and gives the section of results.md. */
export async function measureInstances(began: (stack: TestStack) => void): Promise<string> {
    const stack = new TestStack("bench");
    began(stack);
    try {
        const grown: Grown[] = [];
        for (const count of COUNTS) {
            const names = Array.from({ length: count }, (_, index) => `instance${String(index).padStart(2, "0")}`);
            stack.configure({
                product: "eoxserver",
                machine: { platform: "local" },
                eoxserver: { processes: 1 },
                instances: names,
            });
            const { status, seconds, stderr, stdout } = await stack.attempt("up");
            if (status !== 0) {
                throw new Error(`up with ${count} instances ended with ${status}:\n${stdout.slice(-2000)}\n${stderr}`);
            }
            grown.push({ count, seconds, memory: await memoryOf(stack, names) });
        }
        return report(grown);
    } finally {
        stack.remove();
    }
}

/** Each instance is asked for its page first, so that its process has loaded what it serves with. */
async function memoryOf(stack: TestStack, names: readonly string[]): Promise<Grown["memory"]> {
    const printed = await stack.ssh(`
        set -eu
        for name in ${names.join(" ")}; do
            python3 -c 'import ssl, sys, urllib.request as u
sys.exit(u.urlopen(sys.argv[1], context=ssl._create_unverified_context(), timeout=60).status != 200)' "https://$(hostname -I | cut -d" " -f1)/$name/"
        done
        # A process may end while it is looked at.
        pss() { { cat "$@" 2>/dev/null || :; } | awk '/^Pss:/ { sum += $2 } END { print int(sum / 1024) }'; }
        rollups() { for process in "$@"; do [ ! -r "/proc/$process/smaps_rollup" ] || echo "/proc/$process/smaps_rollup"; done; }
        pss $(rollups $(ls /proc | grep '^[0-9]'))
        pss $(rollups $(pgrep -f -- '-f /etc/eoxserver/'))
        pss $(rollups $(pgrep -u postgres))
    `);
    const [all, instances, postgresql] = printed.trim().split("\n").map(Number);
    if (!all || !instances || !postgresql) {
        throw new Error(`the memory cannot be read: ${printed}`);
    }
    return { all, instances, postgresql };
}

function report(grown: readonly Grown[]): string {
    const rows = grown.map(({ count, seconds, memory }, index) => {
        const before = grown[index - 1];
        const further = before === undefined ? "" : `${(seconds / (count - before.count)).toFixed(1)} s`;
        const each = `${Math.round(memory.instances / count)} MiB`;
        return [
            String(count),
            `${seconds.toFixed(1)} s`,
            further,
            `${memory.all} MiB`,
            each,
            `${memory.postgresql} MiB`,
        ];
    });
    return [
        "One server grows, each instance with one process; the first line is the fresh installation. Each has answered with its",
        "page before its memory was read, which is proportional: what processes share is counted once.",
        "",
        table(
            [
                "instances",
                "`up` took",
                "for each further one",
                "memory of all processes",
                "of each instance",
                "of PostgreSQL",
            ],
            rows,
        ),
    ].join("\n");
}
