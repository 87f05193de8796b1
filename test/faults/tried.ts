import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs } from "../../verify/outputs";
import { TestStack, type Ended } from "../e2e/test-stack";
import { note } from "./faults";
import type { Product } from "./products";
import { connect, type Reached } from "./reached";

export const MINUTE = 60_000;

/** A small stack that faults are tried on, with something in it that must outlive them all. */
export class Tried {
    readonly stack: TestStack;
    private outputs?: Outputs;
    private before?: string;
    private turn = 0;

    /** @param what is tried, in the stack's name */
    constructor(
        readonly product: Product,
        what = "faults",
    ) {
        this.stack = new TestStack(`${what}-${product.label}`);
    }

    /** Has the stack up with something in it, where nobody has made it yet. */
    async install(): Promise<void> {
        if (this.before === undefined) {
            this.stack.configure(this.product.configuration);
            await this.up();
            await this.begin();
        }
    }

    /** Called when the stack is up for the first time: puts in it what is kept. */
    async begin(): Promise<void> {
        this.outputs = await this.stack.outputs<Outputs>();
        await this.reach((stack) => this.product.keep(stack));
        this.before = await this.kept();
    }

    /** For one use: the connections of an earlier one may have gone with the machine's power. */
    async reach<T>(use: (stack: Reached) => Promise<T>): Promise<T> {
        const reached = connect(this.outputs!);
        try {
            return await use(reached);
        } finally {
            await reached.close();
        }
    }

    ssh(script: string): Promise<string> {
        return this.reach(({ machine }) => machine.run(script));
    }

    kept(): Promise<string> {
        return this.reach((stack) => this.product.kept(stack));
    }

    /** Another value of a setting: the next `up` has work. */
    change(): void {
        this.stack.configure(this.product.setting(++this.turn));
    }

    /** The status of the page as a user gets it; 0 where there is no answer. */
    status(): Promise<number> {
        return this.reach(({ web, outputs }) =>
            web.request(this.product.page(outputs)).then(({ status }) => status),
        ).catch(() => 0);
    }

    /** Waits until the page is there and what was kept is as it was, for three minutes at most. @returns seconds */
    async expectWhole(): Promise<number> {
        const started = Date.now();
        let seen = "";
        while (seen !== this.before) {
            if (Date.now() - started > 3 * MINUTE) {
                expect({ status: await this.status(), kept: seen }).toEqual({ status: 200, kept: this.before });
            }
            seen = (await this.status()) === 200 ? await this.kept().catch(String) : "";
            await sleep(100);
        }
        return (Date.now() - started) / 1000;
    }

    /** `verify` as it is with a fault: whether it fails, and by which rows, with what the first of them says last. */
    async verify(limitSeconds = 180): Promise<{ failed: string[]; says: string; seconds: number }> {
        const { status, stdout, stderr, seconds } = await this.stack.attempt(
            "verify",
            "--json",
            "--limit",
            String(limitSeconds),
        );
        if (!stdout.startsWith("{")) {
            return { failed: [`status ${status}`], says: stderr.trim().split("\n")[0] ?? "", seconds };
        }
        const { rows } = JSON.parse(stdout) as { rows: { id: string; ok: boolean | null; detail: string }[] };
        const failed = rows.filter(({ ok }) => ok === false);
        return {
            failed: failed.map(({ id }) => id),
            says: failed[0]?.detail.trim().split("\n").at(-1)?.slice(0, 160) ?? "",
            seconds,
        };
    }

    /** An `up` that must end well, with all as it was after it. */
    async up(): Promise<Ended> {
        const ended = await this.stack.attempt("up");
        expect({ status: ended.status, said: ended.status === 0 ? "" : ended.stdout + ended.stderr }).toEqual({
            status: 0,
            said: "",
        });
        if (this.before !== undefined) {
            await this.expectWhole();
        }
        return ended;
    }

    note(fault: string, happened: string): void {
        note(this.product.name, fault, happened);
    }
}
