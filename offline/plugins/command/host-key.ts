import { createHash } from "node:crypto";

/** A host key that is expected. */
export interface HostKey {
    type: string;
    data: Buffer;
}

/** The key in a line of authorized_keys or known_hosts; `undefined` where there is none. */
export function parseHostKey(line: string): HostKey | undefined {
    const [, type, base64] = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+)\s+([A-Za-z0-9+/]+=*)/.exec(line) ?? [];
    return type && base64 ? { type, data: Buffer.from(base64, "base64") } : undefined;
}

/** As `ssh-keygen -l` shows a key. */
export function fingerprint(data: Buffer): string {
    return `SHA256:${createHash("sha256").update(data).digest("base64").replace(/=+$/, "")}`;
}
