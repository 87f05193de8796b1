import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Web } from "../../verify/web";
import type { Ended, TestStack } from "../e2e/test-stack";

/** What someone saw who asked for a page five times a second. */
export interface Seen {
    /** The longest time without a good answer, in seconds. */
    away: number;
    /** Each other status that came, 0 where there was no answer at all. */
    others: Set<number>;
    /** Headers of the last answer with status 503. */
    maintenance?: IncomingHttpHeaders;
}

/** An `up`, and what visitors see of it meanwhile. */
export async function upWatched(stack: TestStack, web: Web, url: string): Promise<Ended & Seen> {
    const seen: Seen = { away: 0, others: new Set() };
    let last = Date.now();
    let running = true;
    const watching = (async () => {
        while (running) {
            const answer = await web.request(url).catch(() => undefined);
            if (answer?.status === 200) {
                last = Date.now();
            } else {
                seen.others.add(answer?.status ?? 0);
                seen.maintenance = answer?.status === 503 ? answer.headers : seen.maintenance;
            }
            seen.away = Math.max(seen.away, (Date.now() - last) / 1000);
            await sleep(200);
        }
    })();
    const ended = await stack.attempt("up");
    running = false;
    await watching;
    return { ...ended, ...seen };
}

/** Nobody saw an error: the page of maintenance, which says when to come again, and nothing else. */
export function expectMaintenanceAlone({ others, maintenance, away }: Seen): void {
    expect([...others]).toEqual([503]);
    expect(maintenance).toMatchObject({
        "retry-after": "60",
        "content-type": expect.stringMatching("text/html") as string,
    });
    expect(away).toBeLessThan(120);
}

/** Every row of `verify` that can be met is. */
export async function expectWhole(stack: TestStack): Promise<void> {
    const { rows } = await stack.verify();
    expect(rows.filter(({ ok }) => ok === false)).toEqual([]);
}
