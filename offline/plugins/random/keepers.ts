import { isObject } from "../base";
import type { BridgedField } from "../bridged/bridged";

/** The input that every resource of this plugin has: any text, a change of which makes a new random value. */
export const keepers: BridgedField = {
    type: "object",
    items: { type: "string" },
    replace: true,
    // An import leaves an empty map, a program that gives none has no map: the same to a reader.
    replaceIf: (before, after) => !(isEmpty(before) && isEmpty(after)),
};

function isEmpty(value: unknown): boolean {
    return value === undefined || (isObject(value) && Object.keys(value).length === 0);
}
