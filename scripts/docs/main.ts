/**
 * Makes what is written from the schema of the configuration: the reference page and the JSON Schemas for editors.
 * `npm run docs` writes them; with `--check` it only says which of them are out of date, and fails if one is.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generated } from "./generated";

const root = join(__dirname, "..", "..");
const check = process.argv.includes("--check");

for (const [path, content] of Object.entries(generated())) {
    const file = join(root, path);
    if (read(file) === content) {
        continue;
    }
    if (check) {
        process.exitCode = 1;
        console.error(`${path} is out of date: run \`npm run docs\`.`);
    } else {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
        console.log(`wrote ${path}`);
    }
}

/** @returns undefined when there is no such file. */
function read(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw error;
    }
}
