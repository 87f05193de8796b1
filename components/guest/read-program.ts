import type { GuestFile } from "./program";

/** What a step's text says, read back from it. */
export interface ReadProgram {
    /** The assignments of variables, as they are written. */
    parameters: string;
    files: Record<string, Required<GuestFile>>;
    script: string;
}

/**
 * Reads what `programText` wrote: for those who compare two texts, or look at what was done to a machine.
 * Gives undefined for a text that is no step's.
 */
export function readProgram(text: string): ReadProgram | undefined {
    const begin = text.indexOf("lay_files() {\n");
    if (begin === -1 || (begin > 0 && text[begin - 1] !== "\n")) {
        return undefined;
    }
    const files: ReadProgram["files"] = {};
    let rest = text.slice(begin + "lay_files() {\n".length);
    for (let head = FILE.exec(rest); head !== null; head = FILE.exec(rest)) {
        const [line, path, owner, mode, end] = head.map(unquote) as [string, string, string, string, string];
        const body = rest.slice(line.length);
        // The content ends with a newline, or is nothing: its end stands at the begin of a line.
        const length = body.startsWith(`${end}\n`) ? 0 : body.indexOf(`\n${end}\n`) + 1;
        files[path] = { content: body.slice(0, length), owner, mode };
        rest = body.slice(length + end.length + 1);
    }
    return rest.startsWith(":\n}\n")
        ? { parameters: text.slice(0, begin), files, script: rest.slice(":\n}\n".length) }
        : undefined;
}

/** The values of an array parameter, e.g. `enable`. */
export function arrayParameter({ parameters }: ReadProgram, name: string): string[] {
    const line = parameters.split("\n").find((each) => each.startsWith(`${name}=(`));
    const words = line?.slice(name.length + 2, -1).match(new RegExp(WORD, "g")) ?? [];
    return words.map(unquote);
}

/** One shell word, as `quote` writes it. */
const WORD = String.raw`(?:'(?:[^']|'\\'')*'|[^\s'()]+)`;
const FILE = new RegExp(String.raw`^write_file (${WORD}) (${WORD}) (${WORD}) <<'(END_*)'\n`);

function unquote(word: string): string {
    return /^'.*'$/s.test(word) ? word.slice(1, -1).replaceAll(`'\\''`, "'") : word;
}
