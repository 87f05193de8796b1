import { createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { PrivateKey } from "sshpk";
import { algorithmOf, curveOf, parsePrivateKey } from "./keys";

/** A public key as OpenSSH shows it. All are empty for P224, which OpenSSH does not have. */
export interface SshPublicKey {
    /** The line for authorized_keys, without a comment, with a line feed. */
    openssh: string;
    /** "aa:bb:…" */
    md5: string;
    /** "SHA256:…" */
    sha256: string;
}

/** Whether OpenSSH has a form for the key. */
function isKnownToOpenSsh(key: KeyObject): boolean {
    return algorithmOf(key) !== "ECDSA" || curveOf(key) !== "P224";
}

/** OpenSSH's own private key format, without a passphrase and a comment; empty for P224. */
export async function opensshPrivateKey(key: KeyObject): Promise<string> {
    if (!isKnownToOpenSsh(key)) {
        return "";
    }
    const text = (await toSshpk(key)).toString("ssh-private");
    const body = text.replace(/-----[^-]+-----|\s/g, "");
    // The official plugin's lines are those of PEM, 64 characters; ssh-keygen's are 70.
    const lines = body.match(/.{1,64}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

export async function sshPublicKey(key: KeyObject): Promise<SshPublicKey> {
    if (!isKnownToOpenSsh(key)) {
        return { openssh: "", md5: "", sha256: "" };
    }
    const publicKey = (await toSshpk(key)).toPublic();
    publicKey.comment = "";
    return {
        openssh: `${publicKey.toString("ssh").trim()}\n`,
        md5: publicKey.fingerprint("md5").toString("hex").replace(/^MD5:/i, ""),
        sha256: publicKey.fingerprint("sha256").toString(),
    };
}

/** Reads an unencrypted private key in OpenSSH's own format. */
export async function parseOpensshKey(text: string): Promise<KeyObject> {
    const { default: sshpk } = await import("sshpk");
    let key: PrivateKey;
    try {
        key = sshpk.parsePrivateKey(text, "ssh-private");
    } catch (error) {
        throw new Error(`the OpenSSH private key cannot be read without a passphrase (${(error as Error).message})`);
    }
    if (key.type === "ed25519") {
        // The library's PKCS#8 has the public key in it in a way that OpenSSL does not take.
        const part = (name: string) =>
            key.parts.find((candidate) => candidate.name === name)?.data.toString("base64url");
        return createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x: part("A"), d: part("k") }, format: "jwk" });
    }
    return parsePrivateKey(key.toString("pkcs8"));
}

async function toSshpk(key: KeyObject): Promise<PrivateKey> {
    const { default: sshpk } = await import("sshpk");
    const parsed = sshpk.parsePrivateKey(key.export({ format: "pem", type: "pkcs8" }), "pkcs8");
    parsed.comment = "";
    return parsed;
}
