import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { json, text } from "node:stream/consumers";
import type { Dataset } from "../../../verify/dcor-api";

let python: string | undefined;

export interface Upload {
    /** Path of the `.dcor-access` file. */
    access: string;
    password: string;
    circle: string;
    title: string;
    /** @default the access file's */
    token?: string;
}

/** Makes a dataset of files by DCOR-Aid itself, without its window. */
export async function uploadByDcorAid(
    upload: Upload,
    files: string[],
): Promise<Dataset & { organization: { id: string } }> {
    python ??= execFileSync("bash", ["test/e2e/dcor-aid/environment.sh"], { encoding: "utf8" }).trim();
    const program = spawn(python, ["test/e2e/dcor-aid/upload.py", ...files], { stdio: "pipe" });
    program.stdin.end(JSON.stringify(upload));
    const said = text(program.stderr);
    const dataset = json(program.stdout).catch(() => undefined);
    await once(program, "close");
    if (program.exitCode !== 0) {
        throw new Error(`DCOR-Aid ended with status ${program.exitCode}: ${(await said).slice(-2000)}`);
    }
    return (await dataset) as Dataset & { organization: { id: string } };
}
