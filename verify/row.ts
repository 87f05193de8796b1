/** One requirement, checked on a running stack from where its user stands. */
export interface Row<Context> {
    /** The requirement's name, e.g. `E05`. */
    id: string;
    /** The requirement in a few words. */
    title: string;
    /** Says what was seen. Throws what is wrong, or {@link NotHere}. */
    check(context: Context): Promise<string>;
}

/** What became of a row; the shape of `--json`, a public contract. */
export interface Result {
    id: string;
    /** null where this platform, or this stack's configuration, cannot show the row. */
    ok: boolean | null;
    /** What was seen, what is wrong, or why the row cannot be shown. */
    detail: string;
    seconds: number;
}

/** Thrown by a check that this platform, or this stack's configuration, cannot show. */
export class NotHere extends Error {}

/** Fails the row with `wrong` unless the condition holds. */
export function ensure(condition: unknown, wrong: string): asserts condition {
    if (!condition) {
        throw new Error(wrong);
    }
}

/** `1 instance`, `2 instances`. */
export function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;
}
