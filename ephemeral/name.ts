import { randomBytes } from "node:crypto";

const PATTERN = /^ephemeral-(.+)-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)-[0-9a-f]{4}$/;
const TTL = /^([1-9]\d{0,3})(m|h|d)$/;
const MINUTES = { m: 1, h: 60, d: 24 * 60 };

/**
 * The name of a stack that is to be gone by `expires`, in UTC: the time is in it, so that it is known wherever the stack is,
 * whatever became of the command that made it.
 */
export function ephemeralName(product: string, expires: Date): string {
    const [date, time] = expires.toISOString().replaceAll(/[-:]/g, "").split("T") as [string, string];
    return `ephemeral-${product}-${date}-${time.slice(0, 4)}-${randomBytes(2).toString("hex")}`;
}

/** When a stack's time is over; undefined for one that is not ephemeral. */
export function expiryOf(stack: string): Date | undefined {
    const [, , ...parts] = PATTERN.exec(stack) ?? [];
    const [year, month, day, hour, minute] = parts.map(Number);
    return year === undefined ? undefined : new Date(Date.UTC(year, month! - 1, day, hour, minute));
}

/** A time to live, e.g. `90m`, `4h` or `2d`, in milliseconds. */
export function ttlOf(text: string): number {
    const [, count, unit] = TTL.exec(text) ?? [];
    if (count === undefined) {
        throw new Error(`"${text}" is no time to live: give a number of minutes, hours or days, e.g. 90m, 4h or 2d.`);
    }
    return Number(count) * MINUTES[unit as keyof typeof MINUTES] * 60_000;
}
