import { createPrivateKey, createPublicKey, generateKeyPair } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** The algorithms by the names that the resources use. */
export type Algorithm = "RSA" | "ECDSA" | "ED25519";
export const algorithms: readonly Algorithm[] = ["RSA", "ECDSA", "ED25519"];

/** OpenSSL's names of the curves. */
const curves = { P224: "secp224r1", P256: "prime256v1", P384: "secp384r1", P521: "secp521r1" };
export type Curve = keyof typeof curves;
export const curveNames = Object.keys(curves) as Curve[];

const generate = promisify(generateKeyPair);

/** A new private key. The work is done beside the event loop: an RSA key of 4096 bits takes seconds. */
export async function newPrivateKey(algorithm: Algorithm, rsaBits: number, curve: Curve): Promise<KeyObject> {
    switch (algorithm) {
        case "RSA":
            return (await generate("rsa", { modulusLength: rsaBits })).privateKey;
        case "ECDSA":
            return (await generate("ec", { namedCurve: curves[curve] })).privateKey;
        case "ED25519":
            return (await generate("ed25519")).privateKey;
    }
}

/** @throws for anything but an unencrypted RSA, ECDSA or Ed25519 key in PEM */
export function parsePrivateKey(pem: string): KeyObject {
    let key: KeyObject;
    try {
        key = createPrivateKey(pem);
    } catch (error) {
        throw new Error(`the private key cannot be read as PEM without a passphrase (${(error as Error).message})`);
    }
    algorithmOf(key);
    return key;
}

export function algorithmOf(key: KeyObject): Algorithm {
    const known: Record<string, Algorithm> = { rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" };
    const algorithm = known[key.asymmetricKeyType ?? ""];
    if (!algorithm) {
        throw new Error(`a key of type ${key.asymmetricKeyType} is not supported: take ${algorithms.join(", ")}`);
    }
    return algorithm;
}

/** The curve of an ECDSA key. */
export function curveOf(key: KeyObject): Curve {
    const name = key.asymmetricKeyDetails?.namedCurve;
    const curve = curveNames.find((candidate) => curves[candidate] === name);
    if (!curve) {
        throw new Error(`the curve ${name} is not supported: take ${curveNames.join(", ")}`);
    }
    return curve;
}

/** The three PEM forms: each algorithm's own, PKCS#8, and that of the public key. Each ends with a line feed. */
export function pemForms(key: KeyObject): { own: string; pkcs8: string; publicKey: string } {
    const algorithm = algorithmOf(key);
    const type = algorithm === "RSA" ? "pkcs1" : algorithm === "ECDSA" ? "sec1" : "pkcs8";
    return {
        own: key.export({ format: "pem", type }).toString(),
        pkcs8: key.export({ format: "pem", type: "pkcs8" }).toString(),
        publicKey: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
    };
}

/** The SubjectPublicKeyInfo of a private or public key, in DER. */
export function publicKeyDer(key: KeyObject): Buffer {
    return (key.type === "private" ? createPublicKey(key) : key).export({ format: "der", type: "spki" });
}
