import { setTimeout as sleep } from "node:timers/promises";
import type { Ssh } from "../../verify/ssh";
import type { Web } from "../../verify/web";

/** Users who keep asking: each sends its next request when the one before is answered. */
export class Load {
    answered = 0;
    readonly failures: string[] = [];
    private running = true;
    private readonly users: Promise<void>[];

    /** @param urls what each user asks for, one after the other, again and again */
    constructor(web: Web, urls: readonly string[], users = 2) {
        this.users = Array.from({ length: users }, async (_, user) => {
            for (let turn = user; this.running; turn++) {
                const url = urls[turn % urls.length] ?? "";
                await web.get(url).then(
                    () => this.answered++,
                    (error: Error) => this.failures.push(`${new Date().toISOString()} ${error.message}`),
                );
                await sleep(20);
            }
        });
    }

    async stop(): Promise<void> {
        this.running = false;
        await Promise.all(this.users);
    }
}

/** Memory of all processes of a machine, in MiB: what they share is counted once. One may end while it is looked at. */
export async function residentMiB(machine: Ssh): Promise<number> {
    const sum = await machine.run(
        "{ cat /proc/[0-9]*/smaps_rollup 2>/dev/null || :; } | awk '/^Pss:/ { sum += $2 } END { print sum }'",
    );
    return Math.round(Number(sum) / 1024);
}
