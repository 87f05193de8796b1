/**
 * Runs a command on a machine over SSH, with a text on its standard input, and prints how it ended: {status, stdout, stderr}.
 * Reads {connection, command, stdin} from standard input, so that no key is on a command line; the key is in a private
 * directory as long as ssh runs. Ends with 0 whatever became of the command: a preview says itself what is wrong.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { laySshFiles } from "./ssh-files.mjs";

const { connection, command, stdin } = JSON.parse(await text(process.stdin));
const directory = mkdtempSync(join(tmpdir(), "science-stacks-ssh-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => process.exit(1));
}

const { status, stdout, stderr, error } = spawnSync(
    "ssh",
    ["-F", laySshFiles(connection, directory), "-o", "ConnectTimeout=10", "stack", command],
    { input: stdin, encoding: "utf8", maxBuffer: 64 << 20 },
);
console.log(JSON.stringify(error ? { status: 255, stdout: "", stderr: error.message } : { status, stdout, stderr }));
