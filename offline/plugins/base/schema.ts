import { Archive, Asset, isObject, UNKNOWN } from "./values";
import type { Path, Properties, Value } from "./values";

/** What one input is, as the official schema declares it. */
export interface InputField {
    type: "string" | "number" | "integer" | "boolean" | "list" | "object" | "asset or archive" | "any";
    /** The fields of an object; without them any name is taken. */
    fields?: InputFields;
    /** What each element of a list, or each value of an object without `fields`, is. @default anything */
    items?: InputField;
    /** @default false */
    required?: boolean;
    /** Used where the input is absent. It is written into the inputs, so it is in the state, as official plugins do. */
    default?: Value;
    /** Whether a change makes a new resource. @default false: a change updates */
    replace?: boolean;
    /** Whether the input is secret even where the program did not say so. @default false */
    secret?: boolean;
    /** The only texts taken. */
    oneOf?: readonly string[];
}

export type InputFields = Readonly<Record<string, InputField>>;

/** Why an input was refused: which one, and what would be taken. Never contains the value. */
export interface CheckFailure {
    property: string;
    reason: string;
}

/** The inputs with defaults, or why not. Unknown values are taken for anything. */
export function checkFields(inputs: Properties, fields: InputFields): { inputs: Properties; failures: CheckFailure[] } {
    const failures: CheckFailure[] = [];
    return { inputs: checkObject(inputs, fields, [], failures), failures };
}

/** The paths of the inputs that are always secret and have a value. */
export function declaredSecrets(inputs: Properties, fields: InputFields, above: Path = []): Path[] {
    return Object.entries(fields).flatMap(([name, field]) => {
        const value = inputs[name];
        const path = [...above, name];
        const inner = field.fields && isObject(value) ? declaredSecrets(value, field.fields, path) : [];
        return field.secret && value !== undefined ? [path, ...inner] : inner;
    });
}

function checkObject(inputs: Properties, fields: InputFields, above: Path, failures: CheckFailure[]): Properties {
    const result: Properties = {};
    for (const [name, value] of Object.entries(inputs)) {
        const field = fields[name];
        if (field) {
            if (value !== null) {
                result[name] = checkValue(value, field, [...above, name], failures);
            }
        } else if (name.startsWith("__")) {
            // Notes of the engine or of an official plugin, such as "__defaults".
            result[name] = value;
        } else {
            failures.push({ property: written([...above, name]), reason: `there is no input of this name` });
        }
    }
    for (const [name, field] of Object.entries(fields)) {
        if (result[name] !== undefined) {
            continue;
        }
        if (field.default !== undefined) {
            result[name] = field.default;
        } else if (field.required) {
            failures.push({ property: written([...above, name]), reason: "this input is required" });
        }
    }
    return result;
}

function checkValue(value: Value, field: InputField, path: Path, failures: CheckFailure[]): Value {
    if (value === UNKNOWN) {
        return value;
    }
    if (!hasType(value, field.type)) {
        failures.push({ property: written(path), reason: `must be of type ${field.type}` });
        return value;
    }
    if (field.oneOf && !field.oneOf.includes(value as string)) {
        failures.push({ property: written(path), reason: `must be one of ${field.oneOf.join(", ")}` });
    }
    if (Array.isArray(value) && field.items) {
        const items = field.items;
        return value.map((element, index) => checkValue(element, items, [...path, index], failures));
    }
    if (isObject(value) && field.type === "object") {
        if (field.fields) {
            return checkObject(value, field.fields, path, failures);
        }
        const items: InputField = field.items ?? { type: "any" };
        return Object.fromEntries(
            Object.entries(value).map(([name, inner]) => [name, checkValue(inner, items, [...path, name], failures)]),
        );
    }
    return value;
}

function hasType(value: Value, type: InputField["type"]): boolean {
    switch (type) {
        case "string":
        case "number":
        case "boolean":
            return typeof value === type;
        case "integer":
            return Number.isInteger(value);
        case "list":
            return Array.isArray(value);
        case "object":
            return isObject(value);
        case "asset or archive":
            return value instanceof Asset || value instanceof Archive;
        case "any":
            return true;
    }
}

/** A path as the engine writes it: `a.b[0]["with.dot"]`. */
export function written(path: Path): string {
    return path.reduce<string>((text, step) => {
        if (typeof step === "number") {
            return `${text}[${step}]`;
        }
        if (!/^[\w$-]+$/.test(step)) {
            return `${text}[${JSON.stringify(step)}]`;
        }
        return text === "" ? step : `${text}.${step}`;
    }, "");
}
