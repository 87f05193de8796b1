import type { CheckFailure, Properties } from "../base";
import { bridged } from "../bridged/bridged";
import { shuffled } from "./characters";
import { generator } from "./generator";
import { keepers } from "./keepers";
import { petName } from "./pet-name";

const stable = { stable: true };
const seed = { type: "string", replace: true } as const;

function checkRange({ min, max }: Properties): CheckFailure[] {
    const failures = Object.entries({ min, max })
        .filter(([, value]) => typeof value === "number" && !Number.isSafeInteger(value))
        .map(([property]) => ({ property, reason: "must be between -(2^53 - 1) and 2^53 - 1" }));
    if (typeof min === "number" && typeof max === "number" && min > max) {
        failures.push({ property: "min", reason: "must not be greater than max" });
    }
    return failures;
}

/** `text` as a whole number. */
function integer(name: string, text: string): number {
    if (!/^-?\d+$/.test(text)) {
        throw new Error(`the ${name} to import must be a whole number`);
    }
    return Number(text);
}

/** A whole number between two others, both included. */
export const RandomInteger = bridged({
    inputs: {
        keepers,
        min: { type: "integer", required: true, replace: true },
        max: { type: "integer", required: true, replace: true },
        seed,
    },
    outputs: { result: stable },
    check: checkRange,
    create(planned) {
        const [min, max] = [planned.min as number, planned.max as number];
        const result = min + generator(planned.seed as string | undefined)(max - min + 1);
        return { id: String(result), outputs: { result } };
    },
    import(given) {
        const [result, min, max, ...more] = given.split(",");
        if (result === undefined || min === undefined || max === undefined || more.length > 1) {
            throw new Error("the id to import must be result,min,max or result,min,max,seed");
        }
        const inputs: Properties = { min: integer("min", min), max: integer("max", max) };
        if (more[0] !== undefined) {
            inputs.seed = more[0];
        }
        return { id: result, inputs, outputs: { ...inputs, result: integer("result", result) } };
    },
});

/** A list's elements in random order; fewer or, with repetitions, more of them if that is asked for. */
export const RandomShuffle = bridged({
    inputs: {
        keepers,
        inputs: { type: "list", items: { type: "string" }, required: true, replace: true },
        resultCount: { type: "integer", replace: true },
        seed,
    },
    outputs: { results: stable },
    check: ({ resultCount }) =>
        typeof resultCount === "number" && resultCount < 0
            ? [{ property: "resultCount", reason: "must not be negative" }]
            : [],
    create(planned) {
        const from = planned.inputs as string[];
        const count = (planned.resultCount as number | undefined) || from.length;
        const below = generator(planned.seed as string | undefined);
        const results: string[] = [];
        // Nothing is repeated before everything was taken once.
        while (from.length > 0 && results.length < count) {
            results.push(...shuffled(from, below).slice(0, count - results.length));
        }
        return { id: "-", outputs: { results } };
    },
});

/** Words that are easy to say, such as "boldly-brave-heron". */
export const RandomPet = bridged({
    inputs: {
        keepers,
        length: { type: "integer", planned: 2, replace: true },
        prefix: { type: "string", replace: true },
        separator: { type: "string", planned: "-", replace: true },
    },
    outputs: {},
    check: ({ length }) =>
        typeof length === "number" && length < 1 ? [{ property: "length", reason: "must be at least 1" }] : [],
    async create(planned) {
        const separator = planned.separator as string;
        const words = await petName(planned.length as number);
        const id = [...(planned.prefix ? [planned.prefix as string] : []), ...words].join(separator);
        return { id, outputs: {} };
    },
});
