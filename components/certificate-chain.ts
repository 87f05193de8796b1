import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";

/** All certificates of a text in PEM, in their order. @throws Error when one of them is none, or there is none */
export function readChain(pem: string): X509Certificate[] {
    const parts = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs);
    return (parts ?? [pem]).map((part) => new X509Certificate(part));
}

export const isSignedBy = (certificate: X509Certificate, issuer: X509Certificate) =>
    certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** Not asked as of an issuer: a server's certificate that has signed itself may say that it signs no others. */
export const hasSignedItself = (certificate: X509Certificate) =>
    certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);

/** Whether it is by an authority that browsers, and so machines, know by themselves. */
export const isPublic = (certificate: X509Certificate) =>
    rootCertificates.some((root) => isSignedBy(certificate, new X509Certificate(root)));

/**
 * The authority at the end of a chain, as PEM: what a machine must be told to trust, where nobody else does.
 * Undefined where the chain ends before its authority, as it may where that is one that all machines know.
 */
export function authorityOf(pem: string): string | undefined {
    const last = readChain(pem).at(-1);
    return last !== undefined && hasSignedItself(last) ? last.toString() : undefined;
}
