import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RuntimeOptions } from "./options";

/** Exit status by which the SDK says that the program failed and that the user has been told why. */
const ALREADY_REPORTED = 32;

/** How a program is started: what the SDK's own starter (`cmd/run`) takes. */
export interface ProgramStart {
    /** Folder whose node_modules hold the SDK. */
    directory: string;
    /** Which of the SDK's starters: run, run-plugin or run-policy-pack. */
    starter: "run" | "run-plugin" | "run-policy-pack";
    options: RuntimeOptions;
    args: string[];
    env: NodeJS.ProcessEnv;
    cwd: string;
    stdio: StdioOptions;
}

/** Starts Node.js with one of the SDK's starters. @throws Error when the SDK is not installed for the program */
export function startProgram(start: ProgramStart): ChildProcess {
    const script = `@pulumi/pulumi/cmd/${start.starter}`;
    let path: string;
    try {
        path = createRequire(join(start.directory, "package.json")).resolve(script);
    } catch {
        throw new Error(
            `Cannot find module '${script}' from ${start.directory}: it may be that \`npm ci\` was not run`,
        );
    }
    const { typescript, tsconfig, nodeargs } = start.options;
    const env = {
        ...start.env,
        PULUMI_NODEJS_TYPESCRIPT: String(typescript),
        ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
    };
    return spawn(process.execPath, [...nodeargs, path, ...start.args], { cwd: start.cwd, env, stdio: start.stdio });
}

/** How a program ended, as the engine wants it: `bail` when the user has been told what went wrong. */
export interface Outcome {
    error: string;
    bail: boolean;
}

/** What the way in which a program's process ended means to the engine. */
export function outcome(code: number | null, signal: string | null): Outcome {
    if (code === 0) {
        return { error: "", bail: false };
    }
    if (code === ALREADY_REPORTED) {
        return { error: "", bail: true };
    }
    const error = signal
        ? `Program was ended by the signal ${signal}`
        : `Program exited with non-zero exit code: ${code}`;
    return { error, bail: false };
}

/** Waits until a process has ended. */
export function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, signal) => resolve({ code, signal }));
    });
}
