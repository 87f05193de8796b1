import { isObject, valueAt } from "./values";
import type { Path, Value } from "./values";

/** Texts that are shorter are not worth hiding: they would make holes everywhere ("a", "22"). */
const shortestSecret = 3;

/** The paths that exist in the values, each once. */
export function presentPaths(paths: readonly Path[], values: object): Path[] {
    const seen = new Set<string>();
    return paths.filter((path) => {
        const key = JSON.stringify(path);
        const isNew = !seen.has(key) && valueAt(values, path) !== undefined;
        seen.add(key);
        return isNew;
    });
}

/**
 * Makes a function that puts "[secret]" in the place of every secret text.
 *
 * @param sources values and where in them the secrets are.
 * @param shown dotted paths under a secret that are no secrets themselves, such as "connection.host".
 */
export function redactor(
    sources: readonly { values: object; secrets: readonly Path[] }[],
    shown: readonly string[] = [],
): (text: string) => string {
    let ordered: string[] | undefined;
    return (text) => {
        // Most operations say nothing, and a secret may be a whole file.
        ordered ??= secretTexts(sources, new Set(shown));
        return ordered.reduce((result, secret) => result.replaceAll(secret, "[secret]"), text);
    };
}

/** The longest first, so that a secret that contains another one is not left with its ends. */
function secretTexts(sources: Parameters<typeof redactor>[0], shown: Set<string>): string[] {
    const texts = new Set<string>();
    for (const { values, secrets } of sources) {
        for (const path of secrets) {
            collect(valueAt(values, path), path, shown, texts);
        }
    }
    return [...texts].sort((a, b) => b.length - a.length);
}

function collect(value: Value | undefined, path: Path, shown: Set<string>, texts: Set<string>): void {
    if (shown.has(path.join("."))) {
        return;
    }
    if (typeof value === "string") {
        // A key or a script is several lines; a tool that quotes one line of it would show that.
        const lines = value.includes("\n") ? value.split("\n").map((line) => line.trim()) : [];
        for (const text of [value, value.trim(), ...lines.filter((line) => line.length >= 16)]) {
            if (text.length >= shortestSecret) {
                texts.add(text);
            }
        }
    } else if (Array.isArray(value)) {
        value.forEach((element, index) => collect(element, [...path, index], shown, texts));
    } else if (isObject(value)) {
        Object.entries(value).forEach(([name, inner]) => collect(inner, [...path, name], shown, texts));
    }
}
