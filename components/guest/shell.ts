import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A value that a script gets as a shell variable: a string, or an array of strings. */
export type Parameter = string | number | boolean | readonly string[];

const scripts = join(__dirname, "..", "..", "scripts", "guest");

const texts = new Map<string, string>();

/** The text of a file below `scripts/guest`, which is read once for all steps that have it. */
export function guestScript(path: string): string {
    const text = texts.get(path) ?? readFileSync(join(scripts, path), "utf8");
    texts.set(path, text);
    return text;
}

/** Quotes a text so that a shell reads it as one word with just that value. */
export function quote(text: string): string {
    if (text.includes("\0")) {
        throw new Error("a shell word cannot hold a NUL character");
    }
    return /^[A-Za-z0-9_.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Assignments of shell variables, a line each, in the order given: what a preview shows as changed. */
export function assignments(parameters: Record<string, Parameter>): string {
    return Object.entries(parameters)
        .map(([name, value]) => {
            if (!/^[a-z][a-z0-9_]*$/.test(name)) {
                throw new Error(`"${name}" is no name for a parameter: use lower-case letters, digits and _`);
            }
            return Array.isArray(value)
                ? `${name}=(${value.map(quote).join(" ")})\n`
                : `${name}=${quote(String(value))}\n`;
        })
        .join("");
}

/** A here-document that gives a command exactly `text` (which must end with a newline) on its standard input. */
export function hereDocument(command: string, text: string): string {
    if (!text.endsWith("\n")) {
        throw new Error(`the text for "${command}" does not end with a newline`);
    }
    let end = "END";
    while (`\n${text}`.includes(`\n${end}\n`)) {
        end += "_";
    }
    return `${command} <<'${end}'\n${text}${end}\n`;
}

/** A command line that runs as root, for root itself and for a user who may use sudo. */
export function asRoot(command: string): string {
    return `[ "$(id -u)" = 0 ] && exec ${command}; exec sudo -n ${command}`;
}
