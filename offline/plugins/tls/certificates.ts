import { randomBytes } from "node:crypto";
import type { Properties } from "../base";
import { bridged } from "../bridged/bridged";
import {
    certificateFields,
    checkCaSubject,
    checkCertificate,
    checkPrivateKey,
    pemField,
    privateKeyFields,
    privateKeyOf,
    subjectFields,
} from "./fields";
import { algorithmOf, parsePrivateKey, publicKeyDer } from "./keys";
import type { Subject } from "./names";
import { stateHash } from "./private-key";
import { readyFromTheStart, refreshed, renewal, validity } from "./renewal";
import type { CertificateContent, Issuer } from "./x509";

const stable = { stable: true };
const certificateOutputs = {
    certPem: stable,
    readyForRenewal: stable,
    validityStartTime: stable,
    validityEndTime: stable,
};
// ASN.1 is loaded when the first certificate is made, so that the plugin starts quickly.
const asn1 = () => Promise.all([import("./x509"), import("./names"), import("./read")]);

/** A certificate signing request. */
export const CertRequest = bridged({
    inputs: { ...subjectFields, ...privateKeyFields("privateKeyPem") },
    outputs: { certRequestPem: stable, keyAlgorithm: stable },
    writeOnly: ["privateKeyPemWo"],
    check: (inputs) => checkPrivateKey("privateKeyPem", inputs),
    async create(planned) {
        const [{ certificateRequest, pem }] = await asn1();
        const key = parsePrivateKey(privateKeyOf("privateKeyPem", planned));
        const der = certificateRequest(key, (planned.subject as Subject | undefined) ?? {}, planned);
        return {
            id: stateHash(der),
            outputs: { certRequestPem: pem("CERTIFICATE REQUEST", der), keyAlgorithm: algorithmOf(key) },
        };
    },
});

/** A certificate that its own key signed. */
export const SelfSignedCert = bridged({
    inputs: {
        ...subjectFields,
        ...certificateFields,
        ...privateKeyFields("privateKeyPem"),
        setAuthorityKeyId: { type: "boolean", planned: false, replace: true },
    },
    outputs: { ...certificateOutputs, keyAlgorithm: stable },
    writeOnly: ["privateKeyPemWo"],
    check: (inputs) => [
        ...checkPrivateKey("privateKeyPem", inputs),
        ...checkCertificate(inputs),
        ...checkCaSubject(inputs),
    ],
    aged: renewal,
    refresh: refreshed,
    async create(planned) {
        const [{ subjectKeyId }, { distinguishedName }] = await asn1();
        const key = parsePrivateKey(privateKeyOf("privateKeyPem", planned));
        const name = distinguishedName((planned.subject as Subject | undefined) ?? {});
        if (planned.setAuthorityKeyId && !planned.setSubjectKeyId && !planned.isCaCertificate) {
            throw new Error("setAuthorityKeyId needs setSubjectKeyId or isCaCertificate: there is no key id to name");
        }
        const issuer: Issuer = { key, name, ...(planned.setAuthorityKeyId ? { keyId: subjectKeyId(key) } : {}) };
        const made = await issue(planned, { subject: name, key, alternativeNames: planned }, issuer);
        return { id: made.id, outputs: { ...made.outputs, keyAlgorithm: algorithmOf(key) } };
    },
});

/** A certificate of a request, signed by a certificate authority whose key the program has. */
export const LocallySignedCert = bridged({
    inputs: {
        ...certificateFields,
        ...privateKeyFields("caPrivateKeyPem"),
        caCertPem: { ...pemField, required: true },
        certRequestPem: { ...pemField, required: true },
    },
    outputs: { ...certificateOutputs, caKeyAlgorithm: stable },
    writeOnly: ["caPrivateKeyPemWo"],
    check: (inputs) => [...checkPrivateKey("caPrivateKeyPem", inputs), ...checkCertificate(inputs)],
    aged: renewal,
    refresh: refreshed,
    async create(planned, context) {
        const [, , { readCertificate, readRequest }] = await asn1();
        const request = readRequest(planned.certRequestPem as string);
        const authority = readCertificate(planned.caCertPem as string, "caCertPem");
        const key = parsePrivateKey(privateKeyOf("caPrivateKeyPem", planned));
        if (planned.isCaCertificate && request.subject.length === 0) {
            throw new Error("the certificate of a CA needs a subject, and certRequestPem has none");
        }
        if (!publicKeyDer(key).equals(authority.publicKey)) {
            throw new Error("the CA's private key is not the key of its certificate, caCertPem");
        }
        if (!authority.isCa) {
            context.log(
                "warning",
                "caCertPem is not the certificate of a CA: whoever checks the new one may refuse it",
            );
        }
        const made = await issue(planned, request, { key, name: authority.subject, keyId: authority.keyId });
        return { id: made.id, outputs: { ...made.outputs, caKeyAlgorithm: algorithmOf(key) } };
    },
});

/** Signs a certificate that is valid from now on. Its serial number, 128 random bits, is the resource's id. */
async function issue(
    planned: Properties,
    holder: Pick<CertificateContent, "subject" | "key" | "alternativeNames">,
    issuer: Issuer,
): Promise<{ id: string; outputs: Properties }> {
    const [{ certificate, pem }] = await asn1();
    const serialNumber = BigInt(`0x${randomBytes(16).toString("hex")}`);
    const times = validity(planned.validityPeriodHours as number, new Date());
    const der = certificate(
        {
            ...holder,
            ...times,
            serialNumber,
            allowedUses: planned.allowedUses as string[],
            isCa: planned.isCaCertificate as boolean,
            maxPathLength: planned.maxPathLength as number | undefined,
            setSubjectKeyId: planned.setSubjectKeyId as boolean,
        },
        issuer,
    );
    return {
        id: String(serialNumber),
        outputs: {
            certPem: pem("CERTIFICATE", der),
            readyForRenewal: readyFromTheStart(planned),
            validityStartTime: times.notBefore.toISOString(),
            validityEndTime: times.notAfter.toISOString(),
        },
    };
}
