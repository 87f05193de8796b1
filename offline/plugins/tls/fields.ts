import type { CheckFailure, InputField, Properties } from "../base";
import { UNKNOWN } from "../base";
import type { BridgedField, BridgedType } from "../bridged/bridged";
import { allowedUsageNames } from "./usages";

/** Inputs that several resources of the plugin have. */

const texts = { type: "list", items: { type: "string" }, replace: true } as const;
const text: InputField = { type: "string", replace: true };

const subject: BridgedField = {
    type: "object",
    fields: {
        commonName: text,
        country: text,
        emailAddress: text,
        locality: text,
        organization: text,
        organizationalUnit: text,
        postalCode: text,
        province: text,
        serialNumber: text,
        streetAddresses: texts,
    },
    replace: true,
};

/** Who a certificate or a request is for. */
export const subjectFields: BridgedType["inputs"] = { subject, dnsNames: texts, ipAddresses: texts, uris: texts };

const atLeastZero: BridgedField = { type: "integer", planned: 0 };
const no: BridgedField = { type: "boolean", planned: false, replace: true };

/** What a certificate allows and for how long. */
export const certificateFields: BridgedType["inputs"] = {
    allowedUses: { type: "list", items: { type: "string", oneOf: allowedUsageNames }, required: true, replace: true },
    validityPeriodHours: { type: "integer", required: true, replace: true },
    earlyRenewalHours: atLeastZero,
    isCaCertificate: no,
    maxPathLength: { type: "integer", replace: true },
    setSubjectKeyId: no,
};

/**
 * PEM text: another one replaces. Old versions of the official plugin kept only a hash of it, which is corrected in the
 * state without a replacement.
 */
export const pemField: BridgedField = {
    type: "string",
    replace: true,
    replaceIf: (before) => typeof before === "string" && before.startsWith("-----BEGIN "),
};

/** A private key, given once and for all or write-only with a version that says when it is another one. */
export function privateKeyFields(name: "privateKeyPem" | "caPrivateKeyPem"): BridgedType["inputs"] {
    return {
        [name]: { ...pemField, secret: true },
        [`${name}Wo`]: { type: "string", secret: true },
        [`${name}WoVersion`]: { type: "integer", replace: true },
    };
}

/** That the private key is given in exactly one of its two ways. */
export function checkPrivateKey(name: "privateKeyPem" | "caPrivateKeyPem", inputs: Properties): CheckFailure[] {
    const [kept, once, version] = [inputs[name], inputs[`${name}Wo`], inputs[`${name}WoVersion`]];
    if ((kept === undefined) === (once === undefined)) {
        return [{ property: name, reason: `exactly one of ${name} and ${name}Wo must be given` }];
    }
    if ((once === undefined) !== (version === undefined)) {
        return [{ property: `${name}WoVersion`, reason: `goes with ${name}Wo: give both or neither` }];
    }
    return [];
}

/** The private key to work with, of planned inputs. */
export function privateKeyOf(name: "privateKeyPem" | "caPrivateKeyPem", planned: Properties): string {
    return (planned[name] ?? planned[`${name}Wo`]) as string;
}

/** The limits of the numbers in `certificateFields`. */
export function checkCertificate(inputs: Properties): CheckFailure[] {
    const least: Record<string, number> = { validityPeriodHours: 0, earlyRenewalHours: 0, maxPathLength: -1 };
    return Object.entries(least)
        .filter(([name, minimum]) => typeof inputs[name] === "number" && inputs[name] < minimum)
        .map(([property, minimum]) => ({ property, reason: `must be at least ${minimum}` }));
}

/** That a CA has a name, as RFC 5280, 4.1.2.6 asks. */
export function checkCaSubject({ isCaCertificate, subject: given }: Properties): CheckFailure[] {
    const isNameless = given === undefined || (given !== UNKNOWN && Object.keys(given as object).length === 0);
    return isCaCertificate === true && isNameless
        ? [{ property: "subject", reason: "the certificate of a CA needs at least one attribute here" }]
        : [];
}
