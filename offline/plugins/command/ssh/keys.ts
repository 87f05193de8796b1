import { createPrivateKey } from "node:crypto";
import { utils } from "ssh2";

/**
 * A private key in a form that ssh2 reads. Those of PKCS #8 ("BEGIN PRIVATE KEY"), which it does not, are rewritten:
 * tls.PrivateKey gives ED25519 keys that way.
 *
 * @throws Error that says what is wrong with the key, without any of it.
 */
export function readablePrivateKey(key: string, password: string | undefined): string {
    const readable = /-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(key) ? fromPkcs8(key, password) : key;
    const parsed = utils.parseKey(readable, password);
    if (parsed instanceof Error) {
        throw new Error(`the private key of the connection cannot be read: ${parsed.message}`);
    }
    return readable;
}

function fromPkcs8(pem: string, passphrase: string | undefined): string {
    const key = (() => {
        try {
            return createPrivateKey({ key: pem, passphrase });
        } catch (error) {
            throw new Error(`the private key of the connection cannot be read: ${(error as Error).message}`);
        }
    })();
    const type = key.asymmetricKeyType;
    if (type === "rsa" || type === "ec") {
        return key.export({ type: type === "rsa" ? "pkcs1" : "sec1", format: "pem" }) as string;
    }
    if (type === "ed25519") {
        return opensshEd25519(key.export({ format: "jwk" }) as { d: string; x: string });
    }
    throw new Error(`private keys of type ${String(type)} are not supported by SSH`);
}

/** An ED25519 key as OpenSSH writes it without a passphrase (PROTOCOL.key in OpenSSH's source). */
function opensshEd25519(key: { d: string; x: string }): string {
    const [seed, point] = [Buffer.from(key.d, "base64url"), Buffer.from(key.x, "base64url")];
    const type = "ssh-ed25519";
    const publicKey = Buffer.concat([field(type), field(point)]);
    const check = Buffer.alloc(8);
    const entry = Buffer.concat([check, field(type), field(point), field(Buffer.concat([seed, point])), field("")]);
    // The last block is filled with 1, 2, 3, … to a multiple of eight bytes.
    const padding = Buffer.from(Array.from({ length: (8 - (entry.length % 8)) % 8 }, (_, index) => index + 1));
    const count = Buffer.from([0, 0, 0, 1]);
    const magic = Buffer.from("openssh-key-v1\0");
    const none = field("none");
    const body = Buffer.concat([
        magic,
        none,
        none,
        field(""),
        count,
        field(publicKey),
        field(Buffer.concat([entry, padding])),
    ]);
    const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

function field(data: string | Buffer): Buffer {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(data));
    return Buffer.concat([length, Buffer.from(data)]);
}
