import { createHash } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { FunctionType, Properties } from "../base";
import { bridged } from "../bridged/bridged";
import { algorithmOf, algorithms, curveNames, newPrivateKey, parsePrivateKey, pemForms, publicKeyDer } from "./keys";
import type { Algorithm, Curve } from "./keys";
import { opensshPrivateKey, parseOpensshKey, sshPublicKey } from "./openssh";

/** The hexadecimal SHA-1 that the official plugin gives as an id. */
export function stateHash(content: Uint8Array): string {
    return createHash("sha1").update(content).digest("hex");
}

async function publicOutputs(key: KeyObject): Promise<Properties> {
    const { openssh, md5, sha256 } = await sshPublicKey(key);
    return {
        publicKeyPem: pemForms(key).publicKey,
        publicKeyOpenssh: openssh,
        publicKeyFingerprintMd5: md5,
        publicKeyFingerprintSha256: sha256,
    };
}

const secret = { secret: true, stable: true };
const stable = { stable: true };

/** A private key, in every form that a program may want. */
export const PrivateKey = bridged({
    schemaVersion: 1,
    inputs: {
        algorithm: { type: "string", required: true, oneOf: algorithms, replace: true },
        rsaBits: { type: "integer", planned: 2048, replace: true },
        ecdsaCurve: { type: "string", oneOf: curveNames, planned: "P224", replace: true },
    },
    outputs: {
        privateKeyPem: secret,
        privateKeyPemPkcs8: secret,
        privateKeyOpenssh: secret,
        publicKeyPem: stable,
        publicKeyOpenssh: stable,
        publicKeyFingerprintMd5: stable,
        publicKeyFingerprintSha256: stable,
    },
    // Go's library, and with it the official plugin, refuses less; OpenSSL would take it.
    check: ({ algorithm, rsaBits }) =>
        algorithm === "RSA" && typeof rsaBits === "number" && (rsaBits < 1024 || rsaBits > 16384)
            ? [{ property: "rsaBits", reason: "must be between 1024 and 16384" }]
            : [],
    async create(planned) {
        const { algorithm, rsaBits, ecdsaCurve } = planned;
        const key = await newPrivateKey(algorithm as Algorithm, rsaBits as number, ecdsaCurve as Curve);
        return { id: stateHash(publicKeyDer(key)), outputs: await privateKeyOutputs(key) };
    },
});

/** Every output of PrivateKey for a key. */
export async function privateKeyOutputs(key: KeyObject): Promise<Properties> {
    const { own, pkcs8 } = pemForms(key);
    return {
        privateKeyPem: own,
        privateKeyPemPkcs8: pkcs8,
        privateKeyOpenssh: await opensshPrivateKey(key),
        ...(await publicOutputs(key)),
    };
}

/** The public half of a private key that the program has. */
export const getPublicKey: FunctionType = {
    inputs: { privateKeyPem: { type: "string" }, privateKeyOpenssh: { type: "string" } },
    secretOutputs: ["privateKeyPem", "privateKeyOpenssh"],
    async call(inputs) {
        const { privateKeyPem, privateKeyOpenssh } = inputs as Record<string, string | undefined>;
        if ((privateKeyPem === undefined) === (privateKeyOpenssh === undefined)) {
            throw new Error("give exactly one of privateKeyPem and privateKeyOpenssh");
        }
        const key = privateKeyPem ? parsePrivateKey(privateKeyPem) : await parseOpensshKey(privateKeyOpenssh ?? "");
        return {
            ...inputs,
            id: stateHash(publicKeyDer(key)),
            algorithm: algorithmOf(key),
            ...(await publicOutputs(key)),
        };
    },
};
