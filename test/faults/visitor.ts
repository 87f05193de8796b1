import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Web } from "../../verify/web";

/** What somebody saw who asked for a page again and again. */
export interface Seen {
    asked: number;
    /** Requests that had another answer than they should, or none. */
    failed: number;
    /** The longest time without a good answer, in seconds. */
    away: number;
    /** The longest time that a good answer took, in seconds. */
    slowest: number;
    /** Each other status that came, 0 where there was no answer at all. */
    others: Set<number>;
    /** Headers of the last answer with status 503. */
    maintenance?: IncomingHttpHeaders;
}

/** One who asks for a page five times a second at most, one request after the other, until he leaves. */
export class Visitor {
    private readonly seen: Seen = { asked: 0, failed: 0, away: 0, slowest: 0, others: new Set() };
    private stays = true;
    private readonly visit: Promise<void>;
    private last = Date.now();

    constructor(
        private readonly web: Web,
        private readonly url: string,
    ) {
        this.visit = this.ask();
    }

    /** Waits for a good answer to a request that is yet to be made, for a time at most. @returns what was seen so far */
    async answered(limitSeconds: number): Promise<Seen> {
        const begun = Date.now();
        while (this.last <= begun) {
            if (Date.now() - begun > limitSeconds * 1000) {
                throw new Error(`no good answer for ${limitSeconds} s: ${[...this.seen.others].join(", ")}`);
            }
            await sleep(50);
        }
        return this.seen;
    }

    async leave(): Promise<Seen> {
        this.stays = false;
        await this.visit;
        return this.seen;
    }

    private async ask(): Promise<void> {
        const { seen } = this;
        while (this.stays) {
            const begun = Date.now();
            const answer = await this.web.request(this.url).catch(() => undefined);
            seen.asked++;
            if (answer?.status === 200) {
                this.last = Date.now();
                seen.slowest = Math.max(seen.slowest, (this.last - begun) / 1000);
            } else {
                seen.failed++;
                seen.others.add(answer?.status ?? 0);
                seen.maintenance = answer?.status === 503 ? answer.headers : seen.maintenance;
            }
            seen.away = Math.max(seen.away, (Date.now() - this.last) / 1000);
            await sleep(200);
        }
    }
}
