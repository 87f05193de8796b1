/**
 * Property values as a resource type sees them: plain JavaScript values, with a mark where a value is not known yet,
 * and classes for the few things that JSON lacks. Secrets are not among them: the base takes them off on the way in and
 * puts them back on the way out (secrets.ts).
 */

/** Stands for a value that only the real deployment will know. Only previews have it. */
export const UNKNOWN = Symbol("a value that is not known before the deployment");

/** A file: by its path, by its text or by its address. `hash` is the SHA-256 of its content, in hexadecimal. */
export class Asset {
    constructor(
        readonly content: { path: string } | { text: string } | { uri: string },
        readonly hash = "",
    ) {}
}

/** Several files: a directory or an archive file by its path or address, or a list of assets by name. */
export class Archive {
    constructor(
        readonly content: { path: string } | { uri: string } | { assets: Record<string, Asset | Archive> },
        readonly hash = "",
    ) {}
}

/** Another resource, given as a value. */
export class ResourceReference {
    constructor(
        readonly urn: string,
        readonly id?: Value,
        readonly packageVersion?: string,
    ) {}
}

export type Value =
    | null
    | boolean
    | number
    | string
    | typeof UNKNOWN
    | Asset
    | Archive
    | ResourceReference
    | Value[]
    | { [name: string]: Value };

export type Properties = Record<string, Value>;

/** Where a value is: names of properties and numbers of list elements, from the outside inwards. */
export type Path = readonly (string | number)[];

/** Whether the value is a plain object, so neither a list nor one of the classes above. */
export function isObject(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether the value, or a value in it, is not known yet. */
export function containsUnknown(value: unknown): boolean {
    if (Array.isArray(value)) {
        return value.some(containsUnknown);
    }
    return value === UNKNOWN || (isObject(value) && Object.values(value).some(containsUnknown));
}

/** The value at the path, or `undefined`. */
export function valueAt(value: unknown, path: Path): Value | undefined {
    let here: unknown = value;
    for (const step of path) {
        if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) {
            return undefined;
        }
        here = (here as Record<string | number, unknown>)[step];
    }
    return here as Value | undefined;
}
