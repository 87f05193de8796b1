import { setTimeout as sleep } from "node:timers/promises";
import { machineRuns, powerCut } from "../e2e/host";
import { cause } from "./faults";
import { MINUTE, type Tried } from "./tried";

const CUTS = 10;

/** An `up`, and a power cut within so many seconds after its machine runs. @returns when */
async function cutOff({ stack }: Tried, span: number): Promise<string> {
    let hasEnded = false;
    const up = stack.attempt("up").finally(() => (hasEnded = true));
    while (!machineRuns(stack.name) && !hasEnded) {
        await sleep(50);
    }
    const started = Date.now();
    const seconds = Math.random() * span;
    while (Date.now() - started < seconds * 1000 && !hasEnded) {
        await sleep(20);
    }
    powerCut(stack.name);
    const ended = await up;
    process.stderr.write(`  power cut: ${cause(ended)}\n`);
    return ended.status === 0 ? "its end" : seconds.toFixed(0);
}

/** An `up` that is cut off ten times, after each of which the next one goes on; `change` gives it work anew. @returns the moments */
export async function cutOffTenTimes(tried: Tried, span: number, change?: () => void): Promise<string> {
    const moments: string[] = [];
    for (let cut = 0; cut < CUTS; cut++) {
        change?.();
        moments.push(await cutOff(tried, span));
    }
    return moments.join(", ");
}

/** Power cuts at random moments of an installation: the stack is up at the end. */
export function installFaults(tried: Tried): void {
    const { stack, product } = tried;

    test(
        "ten power cuts at random moments of an installation",
        async () => {
            stack.configure(product.configuration);
            const moments = await cutOffTenTimes(tried, product.spans.install);
            const { seconds } = await tried.up();
            await tried.begin();
            expect((await tried.verify()).failed).toEqual([]);
            tried.note(
                "ten power cuts at random moments of an install",
                `cut after ${moments} s of an \`up\` each; the next \`up\` finishes in ${seconds.toFixed(0)} s, every row of \`verify\` met`,
            );
        },
        60 * MINUTE,
    );
}

/** Power cuts at random moments of a change. */
export function powerFaults(tried: Tried): void {
    const { product } = tried;

    test(
        "ten power cuts at random moments of a change",
        async () => {
            const moments = await cutOffTenTimes(tried, product.spans.change, () => tried.change());
            const { seconds } = await tried.up();
            expect((await tried.verify()).failed).toEqual([]);
            tried.note(
                "ten power cuts at random moments of an `up` with a changed setting",
                `cut after ${moments} s; the next \`up\` finishes in ${seconds.toFixed(0)} s; nothing lost, every row of \`verify\` met`,
            );
        },
        30 * MINUTE,
    );
}
