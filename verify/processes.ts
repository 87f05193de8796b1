import { spawn } from "node:child_process";

/** What a process left behind. */
export interface Finished {
    status: number;
    stdout: string;
    stderr: string;
    seconds: number;
}

/** Runs a program to its end. Data goes in by standard input, so that none of it is on a command line. */
export function execute(
    program: string,
    args: readonly string[],
    { stdin = "", env }: { stdin?: string | Buffer; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { stdio: "pipe", env: { ...process.env, ...env } });
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
        child.on("error", reject);
        child.on("close", (code) => {
            resolve({
                status: code ?? 255,
                stdout: Buffer.concat(stdout).toString("utf8"),
                stderr: Buffer.concat(stderr).toString("utf8"),
                seconds: (performance.now() - started) / 1000,
            });
        });
        // A program that ends without reading its input is judged by its status, not by the broken pipe.
        child.stdin.on("error", () => undefined);
        child.stdin.end(stdin);
    });
}
