import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import type { OperationContext } from "../base";
import type { CommandOutputs, Logging } from "./fields";
import { Output } from "./output";

export interface LocalProcess {
    command: string;
    /** The program and its arguments; the command becomes the last one. */
    interpreter: readonly string[];
    directory: string;
    /** Besides the environment of the plugin. */
    environment: Record<string, string>;
    stdin?: string;
    logging?: Logging;
}

/** Runs a process to its end. Fails with its exit status and output, or with why it could not be started. */
export function runProcess(what: LocalProcess, context: OperationContext): Promise<CommandOutputs> {
    const output = new Output(what.logging, context);
    return new Promise((resolve, reject) => {
        const fail = (cause: string) => {
            output.end();
            reject(output.failure(cause, what.command));
        };
        const [program = "", ...args] = [...what.interpreter, what.command];
        const child = spawn(program, args, {
            cwd: what.directory,
            env: { ...process.env, ...what.environment },
            stdio: ["pipe", "pipe", "pipe"],
        });
        child.stdout.on("data", (data: Buffer) => output.add("stdout", data));
        child.stderr.on("data", (data: Buffer) => output.add("stderr", data));
        // A command need not read its input.
        child.stdin.on("error", () => undefined);
        child.stdin.end(what.stdin ?? "");

        const cancel = () => {
            child.kill("SIGKILL");
            // What the command started may hold its output open for ever, so its end is not waited for.
            fail("cancelled");
        };
        context.signal.addEventListener("abort", cancel, { once: true });

        child.on("error", (error: NodeJS.ErrnoException) => fail(startFailure(error, program, what.directory)));
        child.on("close", (code, signal) => {
            context.signal.removeEventListener("abort", cancel);
            if (signal) {
                fail(`signal: ${signal} (${constants.signals[signal]})`);
            } else if (code !== 0) {
                fail(`exit status ${code}`);
            } else {
                output.end();
                resolve(output.outputs);
            }
        });
    });
}

function startFailure(error: NodeJS.ErrnoException, program: string, directory: string): string {
    // Node reports a missing directory as a missing program.
    if (error.code === "ENOENT" && !existsSync(directory)) {
        return `chdir ${directory}: no such file or directory`;
    }
    return error.code === "ENOENT" ? `exec ${program}: no such file or directory` : error.message;
}
