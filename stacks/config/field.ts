import { isIP } from "node:net";
import { z } from "zod";
import { parseAddress, parseNetwork } from "./network";
import { Secret } from "./secret";

declare module "zod" {
    interface GlobalMeta {
        /** Unit of a number, in the plural. */
        unit?: string;
        /** What may be given, where the type and limits do not say it: "a network in CIDR notation, e.g. …". */
        allowed?: string;
        /** The default, where it is not a constant. */
        defaultText?: string;
        /** The value must come encrypted, and is never shown. */
        secret?: boolean;
        /** A text stands for an object that has this key alone. */
        shorthand?: string;
    }
}

/** Why a value is refused, and what to do instead where the key's description does not say it already. */
export interface Complaint {
    readonly reason: string;
    /** @default what the key allows */
    readonly advice?: string;
}

/** A text with a check of its own. */
export const checkedText = (complaint: (value: string) => Complaint | undefined, schema = z.string()) =>
    schema.superRefine((value, context) => {
        const found = complaint(value);
        if (found !== undefined) {
            context.addIssue({ code: "custom", message: found.reason, params: { advice: found.advice } });
        }
    });

/** A text that must match a pattern, with the rule in words. */
export const text = (pattern: RegExp, allowed: string) => z.string().regex(pattern).meta({ allowed });

export const wholeNumber = (from: number, to: number) => z.int().min(from).max(to);

export const port = () => wholeNumber(1, 65535);

/** A text that is a secret output in the configuration that the stacks see. */
export const secretText = () => z.string().transform((value) => new Secret(value));

/** A password: a secret on one line, since files that hold it have a line for it. */
export const secretLine = () =>
    checkedText((value) => (/[\n\r]/.test(value) ? { reason: "it has line breaks" } : undefined)).transform(
        (value) => new Secret(value),
    );

export const cidr = (example = "192.0.2.0/24") =>
    checkedText((value) => {
        const parsed = parseNetwork(value);
        if ("network" in parsed) {
            return undefined;
        }
        const { reason, suggestion } = parsed;
        return { reason, advice: suggestion === undefined ? undefined : `Did you mean "${suggestion}"?` };
    }).meta({ allowed: `a network in CIDR notation, e.g. "${example}"` });

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** A name of the domain name system (RFC 1123): labels of letters, digits and inner hyphens; the last one no number. */
function isHostName(value: string): boolean {
    const labels = value.split(".");
    return value.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

export const hostName = () =>
    checkedText((value) => {
        if (isHostName(value) || isIP(value) === 4) {
            return undefined;
        }
        const [, host] = /^https?:\/\/([^/:]+)/.exec(value) ?? [];
        const advice = host === undefined ? undefined : `Give the name alone: "${host}".`;
        return { reason: "this is no host name", advice };
    }).meta({ allowed: 'a host name, e.g. "maps.example.org", or an IPv4 address' });

export const mailAddress = () =>
    text(/^[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/, 'a mail address, e.g. "admin@example.org"');

export const ipv4Address = () =>
    checkedText((value) =>
        parseAddress(value)?.family === 4 ? undefined : { reason: "this is no IPv4 address" },
    ).meta({ allowed: 'an IPv4 address, e.g. "10.77.0.10"' });

/** The address of a mirror or proxy. A password in it would stand readable in files of the machine, so it is refused. */
export const webAddress = (example: string) =>
    checkedText((value) => {
        const url = URL.canParse(value) ? new URL(value) : undefined;
        if (url === undefined || !/^https?:$/.test(url.protocol) || /\s/.test(value)) {
            return { reason: "this is no address of a web server" };
        }
        const reason = "it holds a user name or a password, which would stand in readable files of the machine";
        const advice = "Give an address that the machine can use without a password.";
        return url.username + url.password === "" ? undefined : { reason, advice };
    }).meta({ allowed: `an address that begins with http:// or https://, e.g. "${example}"` });
