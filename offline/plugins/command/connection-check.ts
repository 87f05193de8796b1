import { isObject } from "../base";
import type { CheckFailure } from "../base";
import { parseHostKey } from "./host-key";

/**
 * What can be seen to be wrong with a connection in the preview already, instead of after many attempts to connect. Any
 * part of it may not be known yet.
 */
export function connectionFailures(connection: unknown, path = "connection"): CheckFailure[] {
    if (!isObject(connection)) {
        return [];
    }
    const failures: CheckFailure[] = [];
    const fail = (name: string, reason: string) => failures.push({ property: `${path}.${name}`, reason });
    const { hostKey, port, privateKey, proxy } = connection;
    if (typeof hostKey === "string" && parseHostKey(hostKey) === undefined) {
        fail("hostKey", 'must be one line as in authorized_keys, such as "ssh-ed25519 AAAA…"');
    }
    if (typeof port === "number" && !(Number.isInteger(port) && port > 0 && port < 65536)) {
        fail("port", "must be a whole number from 1 to 65535");
    }
    if (typeof privateKey === "string" && !/PRIVATE KEY-----|^PuTTY-User-Key-File/m.test(privateKey)) {
        fail("privateKey", "must be the text of a private key, not a path or a public key");
    }
    return [...failures, ...connectionFailures(proxy, `${path}.proxy`)];
}
