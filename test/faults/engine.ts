import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { dropConnections, runningStep } from "../e2e/host";
import type { Ended } from "../e2e/test-stack";
import { cause } from "./faults";
import { MINUTE, type Tried } from "./tried";

/** What happens to an `up` itself: on the user's side, and between it and the machine. */
export function engineFaults(tried: Tried): void {
    const { stack } = tried;

    /** An `up` with a change, and what is done to it when a step of it runs on the machine. */
    async function interrupted(
        accident: (up: ReturnType<typeof stack.begin>) => void,
    ): Promise<Ended & { step: string }> {
        tried.change();
        let hasEnded = false;
        const up = stack.begin("up");
        void up.ended.then(() => (hasEnded = true));
        let step = runningStep(stack.name);
        while (step === undefined) {
            expect(hasEnded).toBe(false);
            await sleep(10);
            step = runningStep(stack.name);
        }
        accident(up);
        return { ...(await up.ended), step };
    }

    test(
        "the SSH connections break in the middle of an up",
        async () => {
            const ended = await interrupted(() => dropConnections(stack.name));
            expect(ended.status).not.toBe(0);
            const { seconds } = await tried.up();
            tried.note(
                "SSH dropped in the middle of an `up`",
                `\`up\` fails: ${cause(ended).slice(0, 200)}; the next one ends well in ${seconds.toFixed(0)} s, nothing lost`,
            );
        },
        10 * MINUTE,
    );

    test.each([
        ["Ctrl-C", "SIGINT"],
        ["SIGKILL", "SIGKILL"],
    ] as const)(
        "an up that is ended by %s",
        async (name, signal) => {
            const ended = await interrupted((up) => up.signal(signal));
            expect(ended.status).not.toBe(0);
            const { seconds, stderr } = await tried.up();
            expect(signal === "SIGKILL" ? stderr : "its lock is released").toContain("its lock is released");
            const said = cause(ended).slice(0, 200) || "nothing more";
            tried.note(
                `\`up\` ended by ${name} during the step ${ended.step}`,
                `it says ${said}; the step goes on in the machine; the next \`up\` ends well in ${seconds.toFixed(0)} s, nothing lost`,
            );
        },
        10 * MINUTE,
    );

    test(
        "two up at once",
        async () => {
            let second: Promise<Ended> | undefined;
            const first = await interrupted(() => {
                second = stack.attempt("up");
            });
            expect(first.status).toBe(0);
            const refused = await second!;
            expect(refused.status).not.toBe(0);
            expect(refused.stdout + refused.stderr).toMatch(/currently locked by/);
            await tried.up();
            tried.note("two `up` at once", "one goes through; the other says who has the lock, and changes nothing");
        },
        10 * MINUTE,
    );

    test(
        "a state file cut in half",
        async () => {
            const state = readFileSync(stack.stateFile, "utf8");
            writeFileSync(stack.stateFile, state.slice(0, state.length / 2));
            const broken = await stack.attempt("up");
            expect(broken.status).not.toBe(0);
            await tried.expectWhole();
            expect(broken.stderr).toContain(`${stack.stateFile}.bak`);
            writeFileSync(stack.stateFile, readFileSync(`${stack.stateFile}.bak`));
            const { stdout } = await tried.up();
            tried.note(
                "the state file cut in half",
                `\`up\` touches nothing and says: ${broken.stderr.trim().split("\n").slice(-3).join(" ").replaceAll(stack.stateFile, "FILE").slice(0, 240)}; with the copy beside it put back, \`up\` ends well (${stdout.replaceAll(/\s+/g, " ").match(/Resources: .*Duration/)?.[0]})`,
            );
        },
        10 * MINUTE,
    );
}
