import type { Changes, Properties } from "../base";

const hour = 3_600_000;

/** Whether the certificate of this state is expired, or within its early renewal hours of that. */
export function isReadyForRenewal(outputs: Properties, earlyRenewalHours: unknown, now: Date): boolean {
    const end = typeof outputs.validityEndTime === "string" ? Date.parse(outputs.validityEndTime) : NaN;
    return end - Number(earlyRenewalHours ?? 0) * hour <= now.getTime();
}

/** What a refresh finds: the state, with `readyForRenewal` as of now. */
export function refreshed(outputs: Properties, now: Date): Properties {
    return isReadyForRenewal(outputs, outputs.earlyRenewalHours, now) ? { ...outputs, readyForRenewal: true } : outputs;
}

/**
 * A certificate whose time has come is replaced, with or without a refresh before. An end of the validity that nobody
 * can read is no reason: the official plugin leaves such a certificate alone too.
 */
export function renewal(outputs: Properties, planned: Properties, now: Date): Changes["changes"] {
    return isReadyForRenewal(outputs, planned.earlyRenewalHours, now)
        ? { readyForRenewal: { kind: "update", replace: true } }
        : {};
}

/** `readyForRenewal` of a new certificate: true from the start where its early renewal covers its whole validity. */
export function readyFromTheStart(planned: Properties): boolean {
    const validity = planned.validityPeriodHours as number;
    return validity === 0 || (planned.earlyRenewalHours as number) >= validity;
}

/** The times of a certificate that is valid from now on. */
export function validity(hours: number, now: Date): { notBefore: Date; notAfter: Date } {
    return { notBefore: now, notAfter: new Date(now.getTime() + hours * hour) };
}
