import { randomUUID } from "node:crypto";
import type { CheckFailure, Properties, ResourceType } from "../base";
import { bridged } from "../bridged/bridged";
import { bytes } from "./characters";
import { keepers } from "./keepers";

function atLeastOne(name: string): (inputs: Properties) => CheckFailure[] {
    return (inputs) => {
        const value = inputs[name];
        return typeof value === "number" && value < 1 ? [{ property: name, reason: "must be at least 1" }] : [];
    };
}

/** The forms in which RandomId gives its bytes, each after the prefix. */
function idForms(raw: Buffer, prefix: string): Properties {
    return {
        b64Url: prefix + raw.toString("base64url"),
        b64Std: prefix + raw.toString("base64"),
        hex: prefix + raw.toString("hex"),
        dec: prefix + BigInt(`0x${raw.toString("hex")}`).toString(),
    };
}

const stable = { stable: true };

/** Random bytes as an identifier, in several forms. */
export const RandomId = bridged({
    inputs: {
        keepers,
        byteLength: { type: "integer", required: true, replace: true },
        prefix: { type: "string", replace: true },
    },
    outputs: { b64Url: stable, b64Std: stable, hex: stable, dec: stable },
    check: atLeastOne("byteLength"),
    create({ byteLength, prefix }) {
        const raw = bytes(byteLength as number);
        return { id: raw.toString("base64url"), outputs: idForms(raw, (prefix as string | undefined) ?? "") };
    },
    import(given) {
        const comma = given.lastIndexOf(",");
        const prefix = given.slice(0, Math.max(comma, 0));
        const id = given.slice(comma + 1);
        if (!/^[\w-]+$/.test(id)) {
            throw new Error(`the id to import must be the URL form of base64, after an optional prefix and a comma`);
        }
        const raw = Buffer.from(id, "base64url");
        const inputs = { byteLength: raw.length, ...(prefix ? { prefix } : {}) };
        return { id, inputs, outputs: { ...inputs, ...idForms(raw, prefix) } };
    },
});

/** Secret random bytes. Their id is their base64 form, as the official plugin has it. */
export const RandomBytes = bridged({
    inputs: { keepers, length: { type: "integer", required: true, replace: true } },
    outputs: { base64: { secret: true, stable: true }, hex: { secret: true, stable: true } },
    idInOutputs: false,
    check: atLeastOne("length"),
    create({ length }) {
        const raw = bytes(length as number);
        const base64 = raw.toString("base64");
        return { id: base64, outputs: { base64, hex: raw.toString("hex") } };
    },
    import(id) {
        const raw = Buffer.from(id, "base64");
        if (raw.toString("base64") !== id) {
            throw new Error("the id to import must be the bytes in base64");
        }
        const inputs = { length: raw.length };
        return { id, inputs, outputs: { ...inputs, base64: id, hex: raw.toString("hex") } };
    },
});

/** Sixteen bytes as a UUID is written. */
function uuidText(raw: Buffer): string {
    return raw.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Version 7 of RFC 9562: 48 bits of time in milliseconds, the rest random. */
export function uuid7(now = Date.now()): string {
    const raw = bytes(16);
    raw.writeUIntBE(now, 0, 6);
    raw[6] = 0x70 | (raw[6]! & 0x0f);
    raw[8] = 0x80 | (raw[8]! & 0x3f);
    return uuidText(raw);
}

function uuid(make: () => string): ResourceType {
    return bridged({
        inputs: { keepers },
        outputs: { result: stable },
        create() {
            const result = make();
            return { id: result, outputs: { result } };
        },
        import(given) {
            if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(given)) {
                throw new Error("the id to import must be a UUID such as aabbccdd-eeff-0011-2233-445566778899");
            }
            const id = given.toLowerCase();
            return { id, inputs: {}, outputs: { result: id } };
        },
    });
}

/** Random bytes in the form of a UUID. Like the official plugin it does not mark a version in them. */
export const RandomUuid = uuid(() => uuidText(bytes(16)));

/** A UUID of version 4: random. */
export const RandomUuid4 = uuid(randomUUID);

/** A UUID of version 7: its order is that of time. */
export const RandomUuid7 = uuid(uuid7);
