import { readProgram, type ReadProgram } from "../components/guest/read-program";
import { holdsData } from "./data";
import {
    isSecret,
    isUnknown,
    nameOf,
    SECRET_SIGNATURE,
    type PreviewEvents,
    type Properties,
    type Step,
} from "./events";

export type Kind = "created" | "changed" | "replaced" | "deleted" | "left behind";

/** What happens to one resource, for a reviewer. */
export interface Change {
    name: string;
    type: string;
    kind: Kind;
    /** The properties that differ, with their values where these are short and no secret. */
    properties: string[];
    /** What differs in the guest. */
    texts: TextChange[];
    /** What is lost: set when the change deletes or replaces something that holds data. */
    loses?: string;
}

/** A text on the machine that changes: a file, or a step's script or parameters. Undefined: it is not there. */
export interface TextChange {
    title: string;
    before?: string;
    after?: string;
    /** What else differs, e.g. the owner. */
    note?: string;
}

const KINDS: Record<string, Kind> = {
    create: "created",
    import: "created",
    update: "changed",
    delete: "deleted",
    replace: "replaced",
    "create-replacement": "replaced",
    "delete-replaced": "replaced",
};
/** A value that is longer says little in a table. */
const SHORT = 80;

/** What a preview would do, one entry a resource, in the engine's order. */
export function changesOf({ steps }: PreviewEvents): Change[] {
    const known = steps.filter(({ op, custom }) => custom && op in KINDS);
    const urns = [...new Set(known.map(({ urn }) => urn))];
    return urns.map((urn) => {
        // A replacement is told in up to three steps; the one with both sides says most.
        const told = known.filter((step) => step.urn === urn) as [Step, ...Step[]];
        const kinds = new Set(told.map(({ op }) => KINDS[op]));
        const [kind] = kinds.size > 1 ? (["replaced"] as const) : kinds;
        return changeOf(told.find((step) => step.old && step.new) ?? told[0], kind ?? "changed");
    });
}

function changeOf(step: Step, kind: Kind): Change {
    const { urn, type, old: before, new: after } = step;
    const gone = kind === "deleted" || kind === "replaced";
    const kept = gone && step.retained;
    return {
        ...{ name: nameOf(urn), type },
        kind: kind === "deleted" && kept ? "left behind" : kind,
        properties: kind === "changed" || kind === "replaced" ? propertyChanges(step) : [],
        texts: textChanges(before, after),
        loses: gone && !kept ? holdsData(step) : undefined,
    };
}

/** The properties of a step that differ, each with its values where they are short and no secret. */
export function propertyChanges({ diffs, old: before = {}, new: after = {} }: Step): string[] {
    return diffs.map((path) => {
        const [from, to] = [valueAt(before, path), valueAt(after, path)];
        if (from === SECRET || to === SECRET) {
            return `${path} (secret)`;
        }
        if (isUnknown(to)) {
            return `${path} (known when it is made)`;
        }
        const [old, now] = [from, to].map((value) => JSON.stringify(value) ?? "nothing") as [string, string];
        return old.length <= SHORT && now.length <= SHORT ? `${path}: ${old} → ${now}` : path;
    });
}

const SECRET = Symbol("secret");

/** The value at a path as the engine writes it, e.g. `tags.Name` or `dnsNames[0]`; SECRET when it is in a secret one. */
function valueAt(properties: Properties, path: string): unknown {
    let value: unknown = properties;
    for (const key of path.match(/[^.[\]"]+/g) ?? []) {
        value = (value as Properties | undefined)?.[key];
        if (isSecret(value)) {
            return SECRET;
        }
    }
    return value !== undefined && JSON.stringify(value).includes(SECRET_SIGNATURE) ? SECRET : value;
}

/** The texts of a step that differ; of a step that is new, or goes, all its files. */
function textChanges(before?: Properties, after?: Properties): TextChange[] {
    const sides = [before, after].filter((side) => isStep(side));
    // What is deleted without a command of its own stays on the machine as it is.
    if (sides.length === 0 || (after === undefined && before?.delete === undefined)) {
        return [];
    }
    const texts = sides.map((side) => side?.stdin);
    if (texts.some(isSecret)) {
        return [];
    }
    if (texts.some(isUnknown)) {
        return [{ title: "the step's text", note: "is known only when what it depends on is made" }];
    }
    const [old, now] = [before, after].map((side) => (isStep(side) ? readProgram(String(side?.stdin)) : undefined));
    return [...fileChanges(old, now), ...(old && now ? scriptChanges(old, now) : [])];
}

function isStep(inputs?: Properties): boolean {
    return String(inputs?.create).includes("/run-step ");
}

function fileChanges(old?: ReadProgram, now?: ReadProgram): TextChange[] {
    const paths = new Set([...Object.keys(old?.files ?? {}), ...Object.keys(now?.files ?? {})]);
    return [...paths].flatMap((path) => {
        const [before, after] = [old?.files[path], now?.files[path]];
        const rights = [before, after].map((file) => file && `${file.owner} ${file.mode}`);
        const note = before && after && rights[0] !== rights[1] ? `${rights[0]} → ${rights[1]}` : undefined;
        return before?.content === after?.content && note === undefined
            ? []
            : [{ title: path, before: before?.content, after: after?.content, note }];
    });
}

function scriptChanges(old: ReadProgram, now: ReadProgram): TextChange[] {
    return (["parameters", "script"] as const)
        .filter((part) => old[part] !== now[part])
        .map((part) => ({ title: `the step's ${part}`, before: old[part], after: now[part] }));
}
