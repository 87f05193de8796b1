import { StringDecoder } from "node:string_decoder";
import type { OperationContext } from "../base";
import type { CommandOutputs, Logging } from "./fields";

type Stream = keyof CommandOutputs;

/** Collects what a process writes, and shows it line by line while it runs. */
export class Output {
    private readonly chunks: { stream: Stream; data: Buffer }[] = [];
    private readonly lines: Record<Stream, Lines>;

    constructor(logging: Logging | undefined, context: OperationContext) {
        const shown = (stream: Stream) => !logging || logging === stream || logging === "stdoutAndStderr";
        // Each line takes the place of the one before it, as the official plugin's status messages do.
        const show = (line: string) => context.log("info", line, { passing: true });
        const ignore = () => undefined;
        this.lines = {
            stdout: new Lines(shown("stdout") ? show : ignore),
            stderr: new Lines(shown("stderr") ? show : ignore),
        };
    }

    add(stream: Stream, data: Buffer): void {
        this.chunks.push({ stream, data });
        this.lines[stream].add(data);
    }

    /** Shows what is left of the last lines. */
    end(): void {
        this.lines.stdout.end();
        this.lines.stderr.end();
    }

    /** Both outputs, each without its last line break. */
    get outputs(): CommandOutputs {
        const text = (stream: Stream) => this.text(stream).replace(/\n$/, "");
        return { stdout: text("stdout"), stderr: text("stderr") };
    }

    /** The error for a failed command, worded as the official plugin's: the cause, the command, all of its output. */
    failure(cause: string, command: string): Error {
        return new Error(`${cause}: running ${JSON.stringify(command)}:\n${this.text()}`);
    }

    private text(stream?: Stream): string {
        const wanted = this.chunks.filter((chunk) => stream === undefined || chunk.stream === stream);
        return Buffer.concat(wanted.map((chunk) => chunk.data)).toString();
    }
}

/** Cuts a stream into lines. */
class Lines {
    private readonly decoder = new StringDecoder();
    private rest = "";

    constructor(private readonly show: (line: string) => void) {}

    add(data: Buffer): void {
        const lines = (this.rest + this.decoder.write(data)).split("\n");
        this.rest = lines.pop() ?? "";
        lines.forEach((line) => this.showLine(line));
    }

    end(): void {
        this.showLine(this.rest + this.decoder.end());
        this.rest = "";
    }

    private showLine(line: string): void {
        const text = line.replace(/\r$/, "");
        if (text !== "") {
            this.show(text);
        }
    }
}

/** The longest text that Linux takes as one environment variable is 128 KiB, with its name. */
const longestVariable = 127 * 1024;

/** What the command before this one wrote, for the environment of this one. */
export function previousOutput(
    inputs: { addPreviousOutputInEnv?: boolean },
    previous: Partial<CommandOutputs>,
    context: OperationContext,
): Record<string, string> {
    if (inputs.addPreviousOutputInEnv === false) {
        return {};
    }
    const variables = { PULUMI_COMMAND_STDOUT: previous.stdout, PULUMI_COMMAND_STDERR: previous.stderr };
    const result: Record<string, string> = {};
    for (const [name, value] of Object.entries(variables)) {
        if (value && Buffer.byteLength(value) > longestVariable) {
            context.log(
                "warning",
                `${name} is not set: the previous output is longer than an environment variable may be`,
            );
        } else if (value) {
            result[name] = value;
        }
    }
    return result;
}
