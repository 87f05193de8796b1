import type { Complaint } from "./field";

/** What is wrong with a key when others are looked at as well. */
export interface RelatedComplaint extends Complaint {
    readonly path: readonly PropertyKey[];
}

/** The value of a key as it was given, before any check; undefined where there is none. */
export type Given = (...path: PropertyKey[]) => unknown;

/**
 * What several keys must fulfil together. A rule looks at the configuration as it was given and says nothing of keys
 * that are wrong by themselves, so that all problems are found at once.
 */
export type Rule = (given: Given) => RelatedComplaint[];

/** Looks into a configuration. */
export const lookInto =
    (root: unknown): Given =>
    (...path) =>
        path.reduce<unknown>(
            (value, part) =>
                typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
            root,
        );
