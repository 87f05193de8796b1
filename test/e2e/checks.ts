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

/** Every row of `verify` is met, but for those that the stack cannot show; and what it asks changes nothing that `drift` looks at. */
export async function expectAllRowsOk(stack: TestStack, notHere: readonly string[], count: number): Promise<Report> {
    const report = await stack.verify();
    const wrong = report.rows.filter(({ id, ok }) => ok === false || (ok === null && !notHere.includes(id)));
    expect(wrong).toEqual([]);
    expect(report.rows).toHaveLength(count);
    await expectNoDrift(stack);
    return report;
}

/** All of the stack is as `up` made it. */
export async function expectNoDrift(stack: TestStack): Promise<void> {
    const { status, stdout } = await stack.attempt("drift");
    expect({ status, said: status === 0 ? "" : stdout }).toEqual({ status: 0, said: "" });
}

/** `verify` fails while the machine is broken: with these rows, whatever others follow from it. Those that failed. */
export async function expectRowsFail(
    stack: TestStack,
    { broken, mended }: Record<"broken" | "mended", string>,
    ids: readonly string[],
): Promise<Report["rows"]> {
    await stack.ssh(broken);
    const { status, stdout } = await stack.attempt("verify", "--json");
    await stack.ssh(mended);
    expect(status).toBe(1);
    const failed = (JSON.parse(stdout) as Report).rows.filter(({ ok }) => ok === false);
    expect(failed.map(({ id }) => id)).toEqual(expect.arrayContaining([...ids]));
    return failed;
}

/**
 * Another `up` changes nothing, and restarts none of the units.
 * @param further a command that tells the processes that systemd does not know one by one
 */
export async function expectUnchanged(stack: TestStack, units: string, further = "true"): Promise<void> {
    const processes = () =>
        stack.ssh(`systemctl show --property=Id,MainPID,ActiveEnterTimestamp ${units} && ${further}`);
    const running = await processes();
    const { status, stdout } = await stack.attempt("up");
    expect(status).toBe(0);
    expect(stdout).toMatch(/Resources:\n\s+\d+ unchanged/);
    expect(await processes()).toBe(running);
}

/** `destroy` leaves no guest, bridge, loop device, firewall table or file behind. */
export async function expectDestroyed(stack: TestStack, network: string): Promise<void> {
    await stack.run("destroy");
    expect(traces(stack.name, network)).toEqual([]);
}

/** Waits until a page answers with 200, for a minute at most. */
export async function untilItAnswers(web: Web, url: string): Promise<void> {
    const deadline = Date.now() + MINUTE;
    while ((await web.request(url).catch(() => ({ status: 0 }))).status !== 200) {
        expect(Date.now()).toBeLessThan(deadline);
        await sleep(500);
    }
}
