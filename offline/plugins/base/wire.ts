import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { readStruct, writeStruct, type Wire } from "../../../scripts/host/struct";
import { Archive, Asset, isObject, ResourceReference, UNKNOWN } from "./values";
import type { Path, Properties, Value } from "./values";

/**
 * The engine's way to put secrets, unknowns, assets and references into a google.protobuf.Struct: objects with a
 * signature of fixed random text. Source: sdk/go/common/resource/sig and plugin/rpc.go of Pulumi.
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
    secret: "1b47061264138c4ac30d75fd1eb44270",
    asset: "c44067f5952c0a294b673a41bacd8c17",
    archive: "0def7320c3a5731c473e5ecbe6d01bc7",
    resource: "5cf8f73096256a8f31e491e813e4eb8e",
    output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
};

/** One text for each kind of unknown value: bool, number, string, array, asset, archive, object. */
const unknownTexts = new Set([
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties without the secret marks, and where the marks were. */
export interface Unwrapped {
    values: Properties;
    secrets: Path[];
}

/** Reads what the engine sent. A missing message is the same as an empty one. */
export function fromStruct(message: Struct | undefined): Unwrapped {
    const secrets: Path[] = [];
    const values: Properties = {};
    for (const [name, value] of Object.entries(readStruct(message))) {
        values[name] = unwrap(value, [name], secrets);
    }
    return { values, secrets };
}

/** What the engine takes: the values, each one under one of the paths marked secret. Absent values are left out. */
export function toStruct(values: object, secrets: readonly Path[] = []): Struct {
    return writeStruct(wrap(values as Value, tree(secrets)) as Record<string, Wire>);
}

function unwrap(value: Wire, path: Path, secrets: Path[]): Value {
    if (typeof value === "string") {
        return unknownTexts.has(value) ? UNKNOWN : value;
    }
    if (Array.isArray(value)) {
        return value.map((element, index) => unwrap(element, [...path, index], secrets));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const object = value as Record<string, Wire>;
    const signature = object[signatureKey];
    if (signature !== undefined && typeof signature !== "string") {
        throw new Error(`the engine sent a value with a signature that is none, at ${path.join(".")}`);
    }
    switch (signature) {
        case undefined:
            return Object.fromEntries(
                Object.entries(object).map(([name, inner]) => [name, unwrap(inner, [...path, name], secrets)]),
            );
        case signatures.secret:
            secrets.push(path);
            return unwrap(object.value ?? null, path, secrets);
        case signatures.output:
            if (object.secret === true) {
                secrets.push(path);
            }
            return "value" in object ? unwrap(object.value ?? null, path, secrets) : UNKNOWN;
        case signatures.asset:
            return new Asset(pick(object, ["path", "text", "uri"]) as Asset["content"], object.hash as string);
        case signatures.archive:
            return new Archive(archiveContent(object), object.hash as string);
        case signatures.resource:
            return new ResourceReference(
                object.urn as string,
                object.id === undefined ? undefined : unwrap(object.id, path, []),
                object.packageVersion as string | undefined,
            );
        default:
            throw new Error(`the engine sent a value of a kind that is not known here, at ${path.join(".")}`);
    }
}

function archiveContent(object: Record<string, Wire>): Archive["content"] {
    if (!isObject(object.assets)) {
        return pick(object, ["path", "uri"]) as Archive["content"];
    }
    const assets = unwrap(object.assets, [], []) as Record<string, Asset | Archive>;
    return { assets };
}

/** The one of the names that has a value that is not empty: the engine sends the others as empty texts. */
function pick(object: Record<string, Wire>, names: string[]): Record<string, Wire> {
    const given = names.filter((name) => object[name]);
    const name = given[0] ?? names.find((candidate) => candidate in object);
    return name === undefined ? { text: "" } : { [name]: object[name] ?? "" };
}

/** The paths as a tree: a branch with a mark is secret. */
interface Branch {
    secret: boolean;
    inner: Map<string | number, Branch>;
}

function tree(paths: readonly Path[]): Branch {
    const root: Branch = { secret: false, inner: new Map() };
    for (const path of paths) {
        let branch = root;
        for (const step of path) {
            const next = branch.inner.get(step) ?? { secret: false, inner: new Map() };
            branch.inner.set(step, next);
            branch = next;
        }
        branch.secret = true;
    }
    return root;
}

function wrap(value: Value, branch: Branch | undefined): Wire {
    const bare = wrapBare(value, branch);
    return branch?.secret ? { [signatureKey]: signatures.secret, value: bare } : bare;
}

function wrapBare(value: Value, branch: Branch | undefined): Wire {
    if (value === UNKNOWN) {
        return unknownText;
    }
    if (Array.isArray(value)) {
        return value.map((element, index) => wrap(element, branch?.inner.get(index)));
    }
    if (value instanceof Asset) {
        return { [signatureKey]: signatures.asset, hash: value.hash, ...value.content };
    }
    if (value instanceof Archive) {
        const content = "assets" in value.content ? { assets: wrap(value.content.assets, undefined) } : value.content;
        return { [signatureKey]: signatures.archive, hash: value.hash, ...content };
    }
    if (value instanceof ResourceReference) {
        const reference: Wire = { [signatureKey]: signatures.resource, urn: value.urn };
        if (value.id !== undefined) {
            reference.id = wrap(value.id, undefined);
        }
        if (value.packageVersion !== undefined) {
            reference.packageVersion = value.packageVersion;
        }
        return reference;
    }
    if (typeof value === "object" && value !== null) {
        const present = Object.entries(value).filter(([, inner]) => (inner as Value | undefined) !== undefined);
        return Object.fromEntries(present.map(([name, inner]) => [name, wrap(inner, branch?.inner.get(name))]));
    }
    return value;
}
