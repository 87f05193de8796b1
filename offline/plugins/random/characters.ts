import { randomBytes, randomInt } from "node:crypto";

/** What a random string is made of; the names are those of the resources RandomString and RandomPassword. */
export interface CharacterRules {
    length: number;
    upper: boolean;
    lower: boolean;
    numeric: boolean;
    special: boolean;
    minUpper: number;
    minLower: number;
    minNumeric: number;
    minSpecial: number;
    /** Replaces the special characters. @default !@#$%&*()-_=+[]{}<>:? */
    overrideSpecial?: string;
}

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const lower = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const specialByDefault = "!@#$%&*()-_=+[]{}<>:?";

/**
 * A string of `rules.length` bytes by a cryptographic random generator, each byte chosen uniformly from the allowed
 * ones, with at least the wanted number of each class, in random order.
 *
 * Like the official plugin it counts and picks bytes, not characters: keep `overrideSpecial` to ASCII.
 */
export function randomString(rules: CharacterRules): string {
    const special = rules.overrideSpecial || specialByDefault;
    const wanted = [
        pick(digits, rules.minNumeric),
        pick(lower, rules.minLower),
        pick(upper, rules.minUpper),
        pick(special, rules.minSpecial),
    ].flat();

    const allowed =
        (rules.upper ? upper : "") +
        (rules.lower ? lower : "") +
        (rules.numeric ? digits : "") +
        (rules.special ? special : "");
    return Buffer.from(shuffled([...wanted, ...pick(allowed, rules.length - wanted.length)])).toString();
}

/** `count` bytes of the text, each chosen independently. */
function pick(text: string, count: number): number[] {
    const from = Buffer.from(text);
    if (count > 0 && from.length === 0) {
        throw new Error("no characters to choose from: at least one of upper, lower, numeric and special must be true");
    }
    return Array.from({ length: Math.max(0, count) }, () => from[randomInt(from.length)]!);
}

/** The same elements in an order of which each is equally likely (Fisher-Yates). */
export function shuffled<T>(elements: readonly T[], below: (limit: number) => number = randomInt): T[] {
    const result = [...elements];
    for (let last = result.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [result[last], result[other]] = [result[other]!, result[last]!];
    }
    return result;
}

/** `count` random bytes. @throws when `count` is below 1 */
export function bytes(count: number): Buffer {
    if (!Number.isInteger(count) || count < 1) {
        throw new Error(`${count} bytes were asked for: at least 1 is needed`);
    }
    return randomBytes(count);
}
