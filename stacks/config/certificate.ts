import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { hasSignedItself, isPublic, isSignedBy, readChain as readAll } from "../../components/certificate-chain";
import type { RelatedComplaint, Rule } from "./rule";

/** Authorities certify names, not addresses of a network; a name of the server there must be. */
export const acmeRule: Rule = (given) => {
    if (given("tls", "mode") !== "acme") {
        return [];
    }
    const [serverName, dns, authority] = [given("serverName"), given("tls", "dns"), given("tls", "authority")];
    const complaints: RelatedComplaint[] = [];
    if (serverName === undefined || (typeof serverName === "string" && isIP(serverName) !== 0)) {
        const reason = "it must be a host name where the certificate comes by ACME (tls.mode: acme)";
        complaints.push({ path: ["serverName"], reason, advice: "Give the name that leads to the machine." });
    }
    if (typeof authority === "string" && readChain(authority) === undefined) {
        complaints.push({ path: ["tls", "authority"], reason: "this is no certificate" });
    }
    const { provider, credentials } = (dns ?? {}) as Record<string, unknown>;
    if (dns !== undefined && provider !== "route53" && credentials === undefined) {
        complaints.push({ path: ["tls", "dns", "credentials"], reason: "it must be set" });
    }
    return complaints;
};

/** A certificate of one's own can be read, is for the server's name, still valid, and fits its key: a web server refuses less. */
export const certificateRule: Rule = (given) => {
    if (given("tls", "mode") !== "own") {
        return [];
    }
    const [pem, keyPem, serverName] = [given("tls", "certificate"), given("tls", "privateKey"), given("serverName")];
    const chain = typeof pem === "string" ? readChain(pem) : undefined;
    const certificate = chain?.[0];
    const key = typeof keyPem === "string" ? readKey(keyPem) : undefined;
    const complaints: RelatedComplaint[] = [];
    if (serverName === undefined) {
        const reason = "it must be set where there is a certificate of one's own (tls.mode: own)";
        complaints.push({ path: ["serverName"], reason, advice: "Give the name that the certificate is for." });
    }
    if (typeof pem === "string" && certificate === undefined) {
        complaints.push({ path: ["tls", "certificate"], reason: "this is no certificate" });
    }
    if (typeof keyPem === "string" && key === undefined) {
        complaints.push({ path: ["tls", "privateKey"], reason: "this is no private key, or one with a passphrase" });
    }
    if (chain !== undefined && certificate !== undefined) {
        complaints.push(...nameAndTime(certificate, serverName), ...brokenChain(chain));
    }
    if (certificate !== undefined && key !== undefined && !certificate.checkPrivateKey(key)) {
        const advice = "Give the key of the first certificate in tls.certificate, which must be the server's own.";
        complaints.push({ path: ["tls", "privateKey"], reason: "it is not the certificate's key", advice });
    }
    return complaints;
};

/** For a product whose machine asks its own site: it has nobody who tells it to trust an authority of one's own. */
export const authorityRule: Rule = (given) => {
    const pem = given("tls", "mode") === "own" ? given("tls", "certificate") : undefined;
    const chain = typeof pem === "string" ? readChain(pem) : undefined;
    const last = chain?.at(-1);
    // A chain that is not whole is the other rule's.
    if (chain?.length === 1 || last === undefined || hasSignedItself(last) || isPublic(last)) {
        return [];
    }
    const reason = `it ends before its authority, "${nameOf({ subject: last.issuer })}", which no machine knows by itself`;
    const advice = "Add the authority's own certificate at the end: DCOR must trust its own site and object store.";
    return [{ path: ["tls", "certificate"], reason, advice }];
};

function nameAndTime(certificate: X509Certificate, serverName: unknown): RelatedComplaint[] {
    const path = ["tls", "certificate"];
    const complaints: RelatedComplaint[] = [];
    if (new Date() > new Date(certificate.validTo)) {
        const advice = "Give a certificate that is still valid.";
        complaints.push({ path, reason: `it ended on ${certificate.validTo}`, advice });
    }
    if (typeof serverName === "string" && !isFor(certificate, serverName)) {
        const names = certificate.subjectAltName ?? certificate.subject;
        const advice = `Give a certificate for that name, or set serverName to one of these: ${names}.`;
        complaints.push({ path, reason: `it is not for serverName, "${serverName}"`, advice });
    }
    return complaints;
}

/** Browsers may find what is missing by themselves; dclab, DCOR-Aid and other programs do not. */
function brokenChain(chain: readonly X509Certificate[]): RelatedComplaint[] {
    const path = ["tls", "certificate"];
    const unsigned = chain.findIndex((each, index) => {
        const issuer = chain[index + 1];
        return issuer !== undefined && !isSignedBy(each, issuer);
    });
    if (unsigned !== -1) {
        const [each, next] = [chain[unsigned]!, chain[unsigned + 1]!].map(nameOf);
        const advice = "Give the server's own certificate first, then its issuer's, and so on.";
        return [
            { path, reason: `certificate ${unsigned + 1} ("${each}") is not signed by the next ("${next}")`, advice },
        ];
    }
    const [only, ...others] = chain;
    if (only !== undefined && others.length === 0 && !hasSignedItself(only)) {
        const reason = `it has no chain: it is signed by "${nameOf({ subject: only.issuer })}", whose certificate is not there`;
        return [{ path, reason, advice: "Add the certificates of its issuers, as the authority gives them." }];
    }
    return [];
}

/** The common name, or all of the subject where there is none. */
const nameOf = ({ subject }: { subject: string }) => /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ");

const isFor = (certificate: X509Certificate, name: string) =>
    (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;

/** All certificates of a text; undefined where one of them is none, or there is none. */
/** undefined where it is no certificate. */
export const readChain = (pem: string) => attempt(() => readAll(pem));

const readKey = (pem: string) => attempt(() => createPrivateKey(pem));

/** @returns undefined where OpenSSL refuses its input: the only thing that it throws for here. */
function attempt<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch {
        return undefined;
    }
}
