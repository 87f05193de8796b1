import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { CertificationRequest } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import type { AlternativeNames } from "./names";
import { derOfPem } from "./x509";

/** What a new certificate takes from a signing request. */
export interface ReadRequest {
    subject: x509.Name;
    key: KeyObject;
    alternativeNames: AlternativeNames;
}

/** What a new certificate takes from the certificate of who signs it. */
export interface ReadCertificate {
    subject: x509.Name;
    /** SubjectPublicKeyInfo in DER. */
    publicKey: Buffer;
    isCa: boolean;
    keyId?: Uint8Array;
}

/** @throws when the text is no signing request in PEM */
export function readRequest(pem: string): ReadRequest {
    const der = derOfPem("CERTIFICATE REQUEST", pem, "certRequestPem");
    const { certificationRequestInfo: info } = AsnConvert.parse(der, CertificationRequest);
    const key = createPublicKey({
        key: Buffer.from(AsnConvert.serialize(info.subjectPKInfo)),
        format: "der",
        type: "spki",
    });
    const wanted = [...(info.attributes ?? [])]
        .filter(({ type }) => type === "1.2.840.113549.1.9.14")
        .flatMap(({ values }) => values.flatMap((value) => [...AsnConvert.parse(value, x509.Extensions)]));
    return { subject: info.subject, key, alternativeNames: alternativeNames(wanted) };
}

/** @throws when the text is no certificate in PEM */
export function readCertificate(pem: string, what: string): ReadCertificate {
    const { tbsCertificate } = AsnConvert.parse(derOfPem("CERTIFICATE", pem, what), x509.Certificate);
    const extensions = [...(tbsCertificate.extensions ?? [])];
    const id = value(extensions, x509.id_ce_subjectKeyIdentifier, x509.SubjectKeyIdentifier);
    return {
        subject: tbsCertificate.subject,
        publicKey: Buffer.from(AsnConvert.serialize(tbsCertificate.subjectPublicKeyInfo)),
        isCa: value(extensions, x509.id_ce_basicConstraints, x509.BasicConstraints)?.cA ?? false,
        ...(id ? { keyId: new Uint8Array(id.buffer) } : {}),
    };
}

/** The DNS names, IP addresses and URIs; like the official plugin no other kind of name. */
function alternativeNames(extensions: x509.Extension[]): AlternativeNames {
    const names = [
        ...(value(extensions, x509.id_ce_subjectAltName, x509.SubjectAlternativeName) ?? new x509.GeneralNames()),
    ];
    return {
        dnsNames: names.flatMap(({ dNSName }) => dNSName ?? []),
        ipAddresses: names.flatMap(({ iPAddress }) => iPAddress ?? []),
        uris: names.flatMap(({ uniformResourceIdentifier }) => uniformResourceIdentifier ?? []),
    };
}

/** The extension's value, where there is such an extension. */
export function value<T>(extensions: x509.Extension[], type: string, of: new () => T): T | undefined {
    const found = extensions.find(({ extnID }) => extnID === type);
    return found && AsnConvert.parse(found.extnValue.buffer, of);
}
