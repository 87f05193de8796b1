/** One thing that is wrong in a stack's configuration. */
export interface Problem {
    /** Path of the key without the project's name, e.g. `firewall.ssh[0]`. */
    readonly key: string;
    /** What was given, as it may be shown; absent where it may not, or where nothing was given. */
    readonly value?: string;
    /** Why it is refused: a clause without a full stop. */
    readonly reason: string;
    /** What is allowed, or what to do: one or more sentences. */
    readonly advice: string;
}

/** All that is wrong in a stack's configuration, in one message. Thrown before anything is touched. */
export class ConfigError extends Error {
    override readonly name = "ConfigError";

    constructor(
        public readonly file: string,
        public readonly problems: readonly Problem[],
    ) {
        super(problems.map((problem) => formatProblem(file, problem)).join("\n"));
    }
}

function formatProblem(file: string, { key, value, reason, advice }: Problem): string {
    const given = value === undefined ? "" : ` is ${value}`;
    return `${file}: ${key}${given}: ${reason}.\n${advice.replace(/^/gm, "  ")}`;
}

const LONGEST_SHOWN = 80;

/** How a value is shown in a message: on one line, not too long, without a password that an address may hold. */
export function showValue(value: unknown): string {
    const text = JSON.stringify(value)?.replace(/(\w:\/\/)[^/@\s"]*@/g, "$1[hidden]@") ?? String(value);
    return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** `["instances", 0, "name"]` as `instances[0].name`. */
export function keyOf(path: readonly PropertyKey[]): string {
    return path
        .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
        .join("")
        .replace(/^\./, "");
}
