import { createHash, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import { algorithmOf, curveOf, publicKeyDer } from "./keys";
import { distinguishedName, subjectAlternativeName } from "./names";
import type { AlternativeNames, Subject } from "./names";
import { extendedUsages, keyUsageBits } from "./usages";

/** What a certificate shall say, beside the names of who signs it. */
export interface CertificateContent {
    serialNumber: bigint;
    notBefore: Date;
    notAfter: Date;
    subject: x509.Name;
    /** The subject's public key, or a private key with it. */
    key: KeyObject;
    alternativeNames: AlternativeNames;
    /** Names of usages.ts; an extended one keeps its place. */
    allowedUses: readonly string[];
    isCa: boolean;
    /** How many CAs may follow; no limit where it is absent or negative. */
    maxPathLength?: number;
    setSubjectKeyId: boolean;
}

/** Who signs. */
export interface Issuer {
    key: KeyObject;
    name: x509.Name;
    /** Goes into the certificate as AuthorityKeyIdentifier. @default none */
    keyId?: Uint8Array;
}

const extensionRequest = "1.2.840.113549.1.9.14";

/** A signed certificate in DER: X.509 version 3, its extensions in the order of the official plugin. */
export function certificate(content: CertificateContent, issuer: Issuer): Buffer {
    const algorithm = signatureAlgorithm(issuer.key);
    const tbs = new x509.TBSCertificate({
        version: x509.Version.v3,
        serialNumber: integerBytes(content.serialNumber),
        signature: algorithm.identifier,
        issuer: issuer.name,
        validity: new x509.Validity({ notBefore: content.notBefore, notAfter: content.notAfter }),
        subject: content.subject,
        subjectPublicKeyInfo: publicKeyInfo(content.key),
        extensions: new x509.Extensions(extensions(content, issuer)),
    });
    tbs.validity.notBefore = time(content.notBefore);
    tbs.validity.notAfter = time(content.notAfter);
    const result = new x509.Certificate({
        tbsCertificate: tbs,
        signatureAlgorithm: algorithm.identifier,
        signatureValue: signed(AsnConvert.serialize(tbs), issuer.key, algorithm.hash),
    });
    return Buffer.from(AsnConvert.serialize(result));
}

/** A signing request (PKCS #10) in DER. */
export function certificateRequest(key: KeyObject, subject: Subject, names: AlternativeNames): Buffer {
    const alternative = subjectAlternativeName(names);
    const wanted = alternative ? [new x509.Extensions([extension(x509.id_ce_subjectAltName, alternative, false)])] : [];
    const algorithm = signatureAlgorithm(key);
    const info = new CertificationRequestInfo({
        version: 0,
        subject: distinguishedName(subject),
        subjectPKInfo: publicKeyInfo(key),
        attributes: new Attributes(
            wanted.map((list) => new x509.Attribute({ type: extensionRequest, values: [AsnConvert.serialize(list)] })),
        ),
    });
    const result = new CertificationRequest({
        certificationRequestInfo: info,
        signatureAlgorithm: algorithm.identifier,
        signature: signed(AsnConvert.serialize(info), key, algorithm.hash),
    });
    return Buffer.from(AsnConvert.serialize(result));
}

/** The SHA-1 of the public key that stands for it in a certificate. */
export function subjectKeyId(key: KeyObject): Buffer {
    const bits = Buffer.from(publicKeyInfo(key).subjectPublicKey);
    // The official plugin hashes an Ed25519 key together with the tag and length of an octet string.
    const hashed = algorithmOf(key) === "ED25519" ? Buffer.concat([Buffer.from([4, bits.length]), bits]) : bits;
    return createHash("sha1").update(hashed).digest();
}

function extensions(content: CertificateContent, issuer: Issuer): x509.Extension[] {
    const list: x509.Extension[] = [];
    const usage = content.allowedUses.reduce((bits, use) => bits | (1 << (keyUsageBits[use] ?? 31)), 0) & 0x1ff;
    if (usage !== 0) {
        list.push(extension(x509.id_ce_keyUsage, new x509.KeyUsage(usage), true));
    }
    const extended = content.allowedUses.flatMap((use) => extendedUsages[use] ?? []);
    if (extended.length > 0) {
        list.push(extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage(extended), false));
    }
    const limit =
        content.isCa && (content.maxPathLength ?? -1) >= 0 ? { pathLenConstraint: content.maxPathLength } : {};
    list.push(extension(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: content.isCa, ...limit }), true));
    if (content.isCa || content.setSubjectKeyId) {
        const id = new x509.SubjectKeyIdentifier(subjectKeyId(content.key));
        list.push(extension(x509.id_ce_subjectKeyIdentifier, id, false));
    }
    if (issuer.keyId) {
        const keyIdentifier = new x509.KeyIdentifier(issuer.keyId);
        const id = new x509.AuthorityKeyIdentifier({ keyIdentifier });
        list.push(extension(x509.id_ce_authorityKeyIdentifier, id, false));
    }
    const names = subjectAlternativeName(content.alternativeNames);
    if (names) {
        // RFC 5280, 4.2.1.6: critical where nothing else names the subject.
        list.push(extension(x509.id_ce_subjectAltName, names, content.subject.length === 0));
    }
    return list;
}

function extension(extnID: string, value: object, critical: boolean): x509.Extension {
    return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function publicKeyInfo(key: KeyObject): x509.SubjectPublicKeyInfo {
    return AsnConvert.parse(publicKeyDer(key), x509.SubjectPublicKeyInfo);
}

/** Go's choice for a key: RSA and the small curves with SHA-256. */
function signatureAlgorithm(key: KeyObject): { identifier: x509.AlgorithmIdentifier; hash: string | null } {
    const identifier = (algorithm: string, parameters?: null) =>
        new x509.AlgorithmIdentifier({ algorithm, ...(parameters === null ? { parameters } : {}) });
    switch (algorithmOf(key)) {
        case "RSA":
            return { identifier: identifier("1.2.840.113549.1.1.11", null), hash: "sha256" };
        case "ED25519":
            return { identifier: identifier("1.3.101.112"), hash: null };
        case "ECDSA": {
            const bits = { P224: 256, P256: 256, P384: 384, P521: 512 }[curveOf(key)];
            const last = { 256: 2, 384: 3, 512: 4 }[bits];
            return { identifier: identifier(`1.2.840.10045.4.3.${last}`), hash: `sha${bits}` };
        }
    }
}

function signed(content: ArrayBuffer, key: KeyObject, hash: string | null): ArrayBuffer {
    return new Uint8Array(sign(hash, new Uint8Array(content), key)).buffer;
}

/** RFC 5280, 4.1.2.5: two-digit years until 2049. */
function time(date: Date): x509.Time {
    const seconds = new Date(Math.floor(date.getTime() / 1000) * 1000);
    return new x509.Time(seconds.getUTCFullYear() < 2050 ? { utcTime: seconds } : { generalTime: seconds });
}

/** A number that is not negative, as the content of an ASN.1 INTEGER. */
function integerBytes(value: bigint): ArrayBuffer {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
    return new Uint8Array(bytes[0]! >= 0x80 ? [0, ...bytes] : bytes).buffer;
}

/** PEM with lines of 64 characters and a line feed at the end. */
export function pem(type: string, der: Uint8Array): string {
    const lines =
        Buffer.from(der)
            .toString("base64")
            .match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ""].join("\n");
}

/** The content of the first PEM block, which must be of the given type. */
export function derOfPem(type: string, text: string, what: string): Buffer {
    const block = /-----BEGIN ([^-]+)-----([^-]*)-----END \1-----/.exec(text);
    if (block?.[1] !== type) {
        throw new Error(`${what} must be PEM with a block "${type}"${block ? `, not "${block[1]}"` : ""}`);
    }
    return Buffer.from(block[2] ?? "", "base64");
}
