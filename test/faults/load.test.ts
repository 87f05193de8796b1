import { setTimeout as sleep } from "node:timers/promises";
import { load } from "../../bench/requests";
import { residentMiB } from "../e2e/load";
import { TestStack } from "../e2e/test-stack";
import { note } from "./faults";
import { FRONTS, reach } from "./fronts";
import type { Reached } from "./reached";

const MINUTE = 60_000;
/** The time that a product is under load; the fifth before it warms it up: caches fill, processes grow to their size. */
const SECONDS = Number(process.env.LOAD_SECONDS ?? 600);
const CLIENTS = 4;
/** What memory may grow by under load, beyond what it has once it is warm: more is taken for a leak. */
const GROWTH = { share: 1.1, MiB: 64 };

describe.each(FRONTS.map((front) => [front.name, front] as const))("%s, under a steady load", (name, front) => {
    const stack = new TestStack(`${front.label}-load`);
    let reached: Reached;

    beforeAll(async () => {
        reached = await reach(stack, front);
    }, 30 * MINUTE);

    afterAll(async () => {
        await reached?.close();
        stack.remove();
    });

    test(
        "every request is answered, memory does not grow, and nothing restarts",
        async () => {
            const asked = await front.asked(reached, stack);
            await loadAll(asked, reached, SECONDS / 5);
            const running = await stack.ssh(front.processes);
            const before = await residentMiB(reached.machine);
            let most = before;
            let ended = false;
            const watched = (async () => {
                while (!ended) {
                    most = Math.max(most, await residentMiB(reached.machine));
                    await sleep(10_000);
                }
            })();
            const results = await loadAll(asked, reached, SECONDS).finally(() => (ended = true));
            await watched;
            const after = await residentMiB(reached.machine);

            expect(await stack.ssh(front.processes)).toBe(running);
            expect(after).toBeLessThan(before * GROWTH.share + GROWTH.MiB);
            const rates = results.map(
                ({ what, perSecond, percentile99 }) =>
                    `${what} ${perSecond.toFixed(1)} a second (99 % within ${percentile99.toFixed(0)} ms)`,
            );
            note(
                name,
                `${CLIENTS} clients for ${SECONDS} s`,
                `${rates.join(", ")}; no error; memory ${before} MiB at the start, ${most} at most, ${after} at the end; no restart`,
            );
        },
        (SECONDS * 1.2 + 300) * 1000,
    );
});

/** Asks for all of it, each with clients of its own; an answer that is no 200, or none, is an error. */
function loadAll(asked: Record<string, string>, { outputs }: Reached, seconds: number) {
    const clients = Math.max(1, Math.floor(CLIENTS / Object.keys(asked).length));
    return Promise.all(
        Object.entries(asked).map(([what, url]) => load(what, url, outputs.certificate!, { clients, seconds })),
    );
}
