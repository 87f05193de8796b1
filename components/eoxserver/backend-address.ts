import { createHash } from "node:crypto";

/** Port that the back ends of the instances listen on, each on a loopback address of its own; no site may have it. */
export const BACKEND_PORT = 7080;

/**
 * The loopback address of an instance's back end, `127.x.y.z` with x, y and z from 1 to 254, so never in `127.0.0.0/16`.
 * It follows from the name alone: an instance that is added or removed leaves the addresses of the others as they are.
 * Of 16 million addresses two names may get the same one; the configuration refuses such a pair.
 */
export function backendAddress(name: string): string {
    const digest = createHash("sha256").update(name).digest();
    const part = (offset: number) => 1 + (digest.readUInt32BE(offset) % 254);
    return `127.${part(0)}.${part(4)}.${part(8)}`;
}
