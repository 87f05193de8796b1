import { setTimeout as sleep } from "node:timers/promises";
import type { Report } from "../../verify/report";
import type { Web } from "../../verify/web";
import { traces, waitForStep } from "./host";
import type { TestStack } from "./test-stack";

const MINUTE = 60_000;

/** An `up` with a configuration that is wrong names the keys, and nothing of the stack is made. */
export async function expectRefused(stack: TestStack, network: string, keys: readonly string[]): Promise<void> {
    const { status, stdout, stderr } = await stack.attempt("up");
    expect(status).not.toBe(0);
    for (const key of keys) {
        expect(stdout + stderr).toContain(key);
    }
    expect(traces(stack.name, network)).toEqual([]);
}

/** An `up` that something happens to when a step is as far as a text in its log. */
export async function expectCutOff(
    stack: TestStack,
    step: string,
    text: RegExp,
    accident: (machine: string) => void,
    timeoutSeconds?: number,
): Promise<void> {
    const up = stack.attempt("up");
    const early = up.then(({ stdout, stderr }) => {
        throw new Error(`up ended before the step ${step} was so far:\n${stdout.slice(-3000)}\n${stderr.slice(-1000)}`);
    });
    await Promise.race([waitForStep(stack.name, step, text, timeoutSeconds), early]);
    accident(stack.name);
    early.catch(() => undefined);
    expect((await up).status).not.toBe(0);
}

/** Every row of `verify` is met, but for those that the stack cannot show. */
export async function expectAllRowsOk(stack: TestStack, notHere: readonly string[], count: number): Promise<Report> {
    const report = await stack.verify();
    const wrong = report.rows.filter(({ id, ok }) => ok === false || (ok === null && !notHere.includes(id)));
    expect(wrong).toEqual([]);
    expect(report.rows).toHaveLength(count);
    return report;
}

/** Another `up` changes nothing, in seconds, and restarts none of the units. */
export async function expectUnchanged(stack: TestStack, units: string): Promise<void> {
    const processes = () => stack.ssh(`systemctl show --property=Id,MainPID,ActiveEnterTimestamp ${units}`);
    const running = await processes();
    const { status, stdout, seconds } = await stack.attempt("up");
    expect(status).toBe(0);
    expect(stdout).toMatch(/Resources:\n\s+\d+ unchanged/);
    expect(await processes()).toBe(running);
    expect(seconds).toBeLessThan(20);
}

/** Waits until a page answers with 200, for a minute at most. */
export async function untilItAnswers(web: Web, url: string): Promise<void> {
    const deadline = Date.now() + MINUTE;
    while ((await web.request(url).catch(() => ({ status: 0 }))).status !== 200) {
        expect(Date.now()).toBeLessThan(deadline);
        await sleep(500);
    }
}
