import type { Changes, ResourceType } from "./resource";
import { written } from "./schema";
import { Archive, Asset, isObject, ResourceReference, UNKNOWN } from "./values";
import type { Path, Properties, Value } from "./values";

/** The changes between two sets of inputs, by the rules of the resource type's fields. Names with "__" are left out. */
export function changesByRules(type: ResourceType<object, object>, olds: Properties, news: Properties): Changes {
    const changes: Changes["changes"] = {};
    const names = new Set([...Object.keys(olds), ...Object.keys(news)].filter((name) => !name.startsWith("__")));
    for (const name of names) {
        const replace = type.update === undefined || type.inputs[name]?.replace === true;
        compare(olds[name], news[name], [name], (path, kind) => {
            changes[written(path)] = { kind, replace };
        });
    }
    return { changes };
}

type Report = (path: Path, kind: "add" | "delete" | "update") => void;

function compare(before: Value | undefined, after: Value | undefined, path: Path, report: Report): void {
    const old = before ?? undefined;
    const now = after ?? undefined;
    if (old === undefined || now === undefined) {
        if (old !== now) {
            report(path, old === undefined ? "add" : "delete");
        }
    } else if (Array.isArray(old) && Array.isArray(now)) {
        for (let index = 0; index < Math.max(old.length, now.length); index++) {
            compare(old[index], now[index], [...path, index], report);
        }
    } else if (isObject(old) && isObject(now)) {
        for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
            compare(old[name], now[name], [...path, name], report);
        }
    } else if (!same(old, now)) {
        report(path, "update");
    }
}

/** Whether two values are equal. Assets are equal where their content is, whatever their path. */
function same(old: Value, now: Value): boolean {
    if (old === UNKNOWN || now === UNKNOWN) {
        return false;
    }
    if ((old instanceof Asset && now instanceof Asset) || (old instanceof Archive && now instanceof Archive)) {
        return old.hash === now.hash && old.hash !== "";
    }
    if (old instanceof ResourceReference && now instanceof ResourceReference) {
        return old.urn === now.urn && old.id === now.id;
    }
    return old === now;
}
