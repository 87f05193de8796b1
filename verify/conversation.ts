import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that is running on the machine, and says things line by line. */
export class Conversation {
    private readonly lines: AsyncIterator<string>;
    private readonly ended: Promise<unknown>;
    private stderr = "";

    constructor(private readonly process: ChildProcessWithoutNullStreams) {
        this.lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
        this.ended = once(process, "close");
        process.stderr.on("data", (chunk: Buffer) => (this.stderr = (this.stderr + chunk.toString()).slice(-2000)));
        process.stdin.on("error", () => undefined);
    }

    tell(text: string): void {
        this.process.stdin.write(text);
    }

    /** The next line that is JSON; throws, with what was printed instead, when the program ends without one. */
    async hear<T>(): Promise<T> {
        for (;;) {
            const line = await this.lines.next();
            if (line.done === true) {
                await this.ended;
                throw new Error(
                    `on the machine, exit status ${this.process.exitCode}: ${this.stderr.trim().slice(-600)}`,
                );
            }
            if (line.value.startsWith("{")) {
                return JSON.parse(line.value) as T;
            }
        }
    }

    /** Ends the program's input. */
    finish(): void {
        this.process.stdin.end();
    }
}
