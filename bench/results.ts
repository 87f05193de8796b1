import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { withSection } from "./figures";

const FILE = join(__dirname, "results.md");
const HEAD = `# Measured

Each section is written anew by \`npm run bench\` (\`bench/main.ts\` says how); none is edited by hand.
`;

/** Puts a section into results.md, with the date and the machine that it was measured on. */
export function writeSection(title: string, command: string, body: string): void {
    const before = existsSync(FILE) ? readFileSync(FILE, "utf8") : HEAD;
    writeFileSync(FILE, withSection(before, title, `${conditions(command)}\n\n${body}`));
}

function conditions(command: string): string {
    const date = new Date().toISOString().slice(0, 10);
    const memory = Math.round(totalmem() / 2 ** 30);
    return `\`${command}\` on ${date}; ${cpus().length} processors (${cpus()[0]?.model ?? "unknown"}), ${memory} GiB of memory, guests of Debian 12.`;
}
