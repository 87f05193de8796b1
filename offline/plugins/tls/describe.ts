import { createHash } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import { attributeValue } from "./names";
import { value } from "./read";
import { pem } from "./x509";

/** What `getCertificate` tells of one certificate. */
export interface Description {
    certPem: string;
    isCa: boolean;
    issuer: string;
    maxPathLength: number;
    notAfter: string;
    notBefore: string;
    publicKeyAlgorithm: string;
    serialNumber: string;
    sha1Fingerprint: string;
    signatureAlgorithm: string;
    subject: string;
    version: number;
}

/** Names as Go's library has them, since the official plugin shows those. */
const publicKeyAlgorithms: Record<string, string> = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.10045.2.1": "ECDSA",
    "1.3.101.112": "Ed25519",
    "1.2.840.10040.4.1": "DSA",
};
const signatureAlgorithms: Record<string, string> = {
    "1.2.840.113549.1.1.4": "MD5-RSA",
    "1.2.840.113549.1.1.5": "SHA1-RSA",
    "1.2.840.113549.1.1.11": "SHA256-RSA",
    "1.2.840.113549.1.1.12": "SHA384-RSA",
    "1.2.840.113549.1.1.13": "SHA512-RSA",
    "1.2.840.10045.4.1": "ECDSA-SHA1",
    "1.2.840.10045.4.3.2": "ECDSA-SHA256",
    "1.2.840.10045.4.3.3": "ECDSA-SHA384",
    "1.2.840.10045.4.3.4": "ECDSA-SHA512",
    "1.3.101.112": "Ed25519",
};
const rsaPss = "1.2.840.113549.1.1.10";
const pssHashes: Record<string, string> = {
    "2.16.840.1.101.3.4.2.1": "SHA256-RSAPSS",
    "2.16.840.1.101.3.4.2.2": "SHA384-RSAPSS",
    "2.16.840.1.101.3.4.2.3": "SHA512-RSAPSS",
};
/** Short names of the attributes, in Go's order. */
const attributeNames: readonly [string, string][] = [
    ["C", "2.5.4.6"],
    ["ST", "2.5.4.8"],
    ["L", "2.5.4.7"],
    ["STREET", "2.5.4.9"],
    ["POSTALCODE", "2.5.4.17"],
    ["O", "2.5.4.10"],
    ["OU", "2.5.4.11"],
    ["CN", "2.5.4.3"],
    ["SERIALNUMBER", "2.5.4.5"],
];

/** Describes a certificate in DER. @throws when it is none */
export function describe(der: Buffer): Description {
    const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(der, x509.Certificate);
    const extensions = [...(tbsCertificate.extensions ?? [])];
    const basic = value(extensions, x509.id_ce_basicConstraints, x509.BasicConstraints);
    return {
        certPem: pem("CERTIFICATE", der),
        isCa: basic?.cA ?? false,
        issuer: nameText(tbsCertificate.issuer),
        maxPathLength: (basic?.cA ? basic.pathLenConstraint : undefined) ?? -1,
        notAfter: timeText(tbsCertificate.validity.notAfter),
        notBefore: timeText(tbsCertificate.validity.notBefore),
        publicKeyAlgorithm: publicKeyAlgorithms[tbsCertificate.subjectPublicKeyInfo.algorithm.algorithm] ?? "0",
        serialNumber: BigInt(`0x${Buffer.from(tbsCertificate.serialNumber).toString("hex")}`).toString(),
        sha1Fingerprint: createHash("sha1").update(der).digest("hex"),
        signatureAlgorithm: signatureName(signatureAlgorithm),
        subject: nameText(tbsCertificate.subject),
        version: tbsCertificate.version + 1,
    };
}

function signatureName({ algorithm, parameters }: x509.AlgorithmIdentifier): string {
    if (algorithm === rsaPss && parameters) {
        // The hash is named somewhere in the parameters, twice where it is also that of the mask.
        const der = Buffer.from(parameters).toString("hex");
        const hash = Object.keys(pssHashes).find((oid) => der.includes(`0609608648016503040${oid.at(-1)}`));
        return hash ? pssHashes[hash]! : "0";
    }
    return signatureAlgorithms[algorithm] ?? "0";
}

function timeText(time: x509.Time): string {
    return time
        .getTime()
        .toISOString()
        .replace(/\.000Z$/, "Z");
}

/** A distinguished name in the way of RFC 2253: the attributes that Go knows in its own order, then the others. */
function nameText(name: x509.Name): string {
    const all = [...name].flatMap((part) => [...part]);
    const isKnown = ({ type }: x509.AttributeTypeAndValue) => attributeNames.some(([, known]) => known === type);
    const known = attributeNames.map(([shown, type]) =>
        all.filter((attribute) => attribute.type === type).map(({ value }) => `${shown}=${escaped(value.toString())}`),
    );
    const others = all.filter((attribute) => !isKnown(attribute)).map(({ type, value }) => `${type}=${encoded(value)}`);
    return [...others, ...known.filter((values) => values.length > 0).map((values) => values.join("+"))]
        .reverse()
        .join(",");
}

function escaped(text: string): string {
    return text
        .replace(/[,+"\\<>;]/g, "\\$&")
        .replace(/^[ #]/, "\\$&")
        .replace(/ $/, "\\ ");
}

/** Text that is no PrintableString is written as UTF-8, whatever it was in the certificate. */
function encoded(value: x509.AttributeValue): string {
    const isText = value.anyValue === undefined;
    const again = isText ? attributeValue(value.toString(), false) : value;
    return `#${Buffer.from(AsnConvert.serialize(again)).toString("hex")}`;
}
