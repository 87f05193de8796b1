import { Secret } from "../stacks/config/secret";

/** One setting that two stacks have otherwise, as it is shown. */
export interface Difference {
    key: string;
    first: string;
    second: string;
}

/** A setting's value; `shown` is undefined for a secret one. */
interface Setting {
    value: string;
    shown?: string;
}

/** The settings of two configurations that differ, by their path. Secrets are compared, and not shown. */
export function differences(first: object, second: object): Difference[] {
    const [one, other] = [new Map(settings(first)), new Map(settings(second))];
    const show = (setting?: Setting) => (setting === undefined ? "not set" : (setting.shown ?? "a secret"));
    return [...new Set([...one.keys(), ...other.keys()])]
        .filter((key) => one.get(key)?.value !== other.get(key)?.value)
        .map((key) => ({ key, first: show(one.get(key)), second: show(other.get(key)) }));
}

/** Each value with its path; a list without secrets is one value. */
function settings(value: unknown, path = ""): [string, Setting][] {
    if (value === undefined) {
        return [];
    }
    if (value instanceof Secret) {
        return [[path, { value: value.reveal() }]];
    }
    if (Array.isArray(value)) {
        const inner = value.flatMap((each, index) => settings(each, `${path}[${index}]`));
        return inner.some(([, { shown }]) => shown === undefined) ? inner : [[path, plain(value)]];
    }
    if (typeof value === "object" && value !== null) {
        return Object.entries(value).flatMap(([key, inner]) => settings(inner, path === "" ? key : `${path}.${key}`));
    }
    return [[path, plain(value)]];
}

function plain(value: unknown): Setting {
    const text = JSON.stringify(value);
    return { value: text, shown: text };
}
