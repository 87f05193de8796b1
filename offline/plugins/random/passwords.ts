import type { CheckFailure, Properties } from "../base";
import { bridged } from "../bridged/bridged";
import type { BridgedField, BridgedType } from "../bridged/bridged";
import type { CharacterRules } from "./characters";
import { randomString } from "./characters";
import { keepers } from "./keepers";

const replaced = { replace: true } as const;
const yes: BridgedField = { type: "boolean", planned: true, ...replaced };
const atLeastNone: BridgedField = { type: "integer", planned: 0, ...replaced };

const inputs: BridgedType["inputs"] = {
    keepers,
    length: { type: "integer", required: true, ...replaced },
    lower: yes,
    upper: yes,
    special: yes,
    number: { type: "boolean", ...replaced },
    numeric: { type: "boolean", ...replaced },
    minLower: atLeastNone,
    minUpper: atLeastNone,
    minNumeric: atLeastNone,
    minSpecial: atLeastNone,
    overrideSpecial: {
        type: "string",
        ...replaced,
        // Some versions of the official plugin wrote "" into the state where the program gave nothing.
        replaceIf: (before, after) => !(before === "" && after === undefined),
    },
};

const minimums = ["minUpper", "minLower", "minNumeric", "minSpecial"] as const;

function check(given: Properties): CheckFailure[] {
    const failures: CheckFailure[] = [];
    const { length } = given;
    const sum = minimums.reduce((total, name) => total + (typeof given[name] === "number" ? given[name] : 0), 0);
    if (typeof length === "number" && length < 1) {
        failures.push({ property: "length", reason: "must be at least 1" });
    } else if (typeof length === "number" && length < sum) {
        failures.push({ property: "length", reason: `must be at least ${sum}, the sum of ${minimums.join(", ")}` });
    }
    for (const name of minimums.filter((minimum) => Number(given[minimum] ?? 0) < 0)) {
        failures.push({ property: name, reason: "must not be negative" });
    }
    const { number, numeric } = given;
    if (typeof number === "boolean" && typeof numeric === "boolean" && number !== numeric) {
        failures.push({ property: "number", reason: "is the old name of numeric and must not differ from it" });
    }
    return failures;
}

/** `number` is the old name of `numeric`: the official plugin keeps both, always equal. */
function planNumeric(given: Properties): Properties {
    const numeric = given.numeric ?? given.number ?? true;
    return { ...given, number: given.number ?? numeric, numeric };
}

/** What a program that gives a text's length and nothing else would have made. */
function imported(text: string): Properties {
    const classes = { lower: true, upper: true, special: true, number: true, numeric: true };
    return { length: Buffer.byteLength(text), ...classes };
}

const noMinimums = Object.fromEntries(minimums.map((name) => [name, 0]));

/** bcrypt's cost is that of Go's library, the prefix too; it looks at no more than 72 bytes. */
async function bcryptHash(text: string): Promise<string> {
    const { default: bcrypt } = await import("bcryptjs");
    const salt = (await bcrypt.genSalt(10)).replace(/^\$2[by]\$/, "$2a$");
    return bcrypt.hash(Buffer.from(text).subarray(0, 72).toString(), salt);
}

/** A random text that may be shown. */
export const RandomString = bridged({
    schemaVersion: 2,
    inputs,
    outputs: { result: { stable: true } },
    check,
    plan: planNumeric,
    create(planned) {
        const result = randomString(planned as unknown as CharacterRules);
        return { id: result, outputs: { result } };
    },
    import(id) {
        const found = imported(id);
        return { id, inputs: found, outputs: { ...found, ...noMinimums, result: id } };
    },
});

/** A random text that is secret. Its id says nothing. */
export const RandomPassword = bridged({
    schemaVersion: 3,
    inputs,
    outputs: { result: { secret: true, stable: true }, bcryptHash: { secret: true, stable: true } },
    check,
    plan: planNumeric,
    async create(planned) {
        const result = randomString(planned as unknown as CharacterRules);
        return { id: "none", outputs: { result, bcryptHash: await bcryptHash(result) } };
    },
    async import(id) {
        const found = imported(id);
        const outputs = { ...found, ...noMinimums, result: id, bcryptHash: await bcryptHash(id) };
        return { id: "none", inputs: found, outputs };
    },
});
