import { createHash, randomBytes } from "node:crypto";

/** Gives a whole number from 0 to `limit` - 1, each equally likely. `limit` is at most 2^53. */
export type Below = (limit: number) => number;

/** Chooses by the machine's cryptographic generator, or where there is a seed always the same by it. */
export function generator(seed?: string): Below {
    return below(seed ? seededBytes(seed) : randomBytes);
}

function below(bytes: (count: number) => Buffer): Below {
    return (limit) => {
        // 2^56 values in equal shares; what is left over is drawn again.
        const all = 1n << 56n;
        const share = all / BigInt(limit);
        for (;;) {
            const choice = BigInt(`0x${bytes(7).toString("hex")}`) / share;
            if (choice < BigInt(limit)) {
                return Number(choice);
            }
        }
    };
}

/**
 * An endless stream of bytes that only the seed decides. It is not the stream of the official plugin: a value made here
 * stays as it is under the official one, but a new resource with the same seed gets another value there.
 */
function seededBytes(seed: string): (count: number) => Buffer {
    let block = 0;
    let left = Buffer.alloc(0);
    return (count) => {
        while (left.length < count) {
            const next = createHash("sha256").update(`${block++}:${seed}`).digest();
            left = Buffer.concat([left, next]);
        }
        const result = left.subarray(0, count);
        left = left.subarray(count);
        return result;
    };
}
