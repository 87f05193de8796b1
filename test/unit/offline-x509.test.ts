import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe as described } from "../../offline/plugins/tls/describe";
import { parsePrivateKey, publicKeyDer } from "../../offline/plugins/tls/keys";
import { distinguishedName, subjectAlternativeName } from "../../offline/plugins/tls/names";
import type { AlternativeNames, Subject } from "../../offline/plugins/tls/names";
import { getPublicKey, privateKeyOutputs, stateHash } from "../../offline/plugins/tls/private-key";
import { readCertificate, readRequest } from "../../offline/plugins/tls/read";
import { isReadyForRenewal, readyFromTheStart } from "../../offline/plugins/tls/renewal";
import { certificate, certificateRequest, derOfPem, pem, subjectKeyId } from "../../offline/plugins/tls/x509";

interface Fixtures {
    keys: Record<string, string>[];
    certificates: {
        name: string;
        key: string;
        subject: Subject;
        alternativeNames: AlternativeNames;
        allowedUses: string[];
        isCa: boolean;
        maxPathLength: number;
        setSubjectKeyId: boolean;
        setAuthorityKeyId: boolean;
        serialNumber: string;
        notBefore: number;
        notAfter: number;
        certificate?: string;
        toBeSigned?: string;
        request?: string;
        described: object;
    }[];
}
const go = JSON.parse(readFileSync(join(__dirname, "../offline/fixtures/tls-go.json"), "utf8")) as Fixtures;
const kind = (key: Record<string, string>) => `${key.algorithm} ${key.ecdsaCurve}`;
const keyOf = (id: string) => go.keys.find((key) => key.id === id)!;

test.each(go.keys.map((key) => [kind(key), key]))("a key %s has the forms that Go gives it", async (_, key) => {
    for (const form of [key.privateKeyPem!, key.privateKeyPemPkcs8!]) {
        const { privateKeyOpenssh, ...forms } = await privateKeyOutputs(parsePrivateKey(form));
        expect(key).toMatchObject(forms);
        expect(stateHash(publicKeyDer(parsePrivateKey(form)))).toBe(key.id);
        const text = privateKeyOpenssh as string;
        expect(text).toHaveLength(key.privateKeyOpenssh!.length);
        // OpenSSH's form has eight random bytes in it, a check for passphrases; all else is the same.
        const [mine, theirs] = [text, key.privateKeyOpenssh!].map((armored) =>
            Buffer.from(armored.replace(/-----[^-]+-----/g, ""), "base64"),
        );
        const differing = [...mine!].filter((byte, index) => byte !== theirs![index]);
        expect(differing.length).toBeLessThanOrEqual(8);
    }
});

test.each(go.keys.map((key) => [kind(key), key]))(
    "the public half of a key %s can be read from each form",
    async (_, key) => {
        const context = {} as never;
        const { publicKeyPem, publicKeyOpenssh, publicKeyFingerprintSha256, algorithm, id } = key;
        const expected = { publicKeyPem, publicKeyOpenssh, publicKeyFingerprintSha256, algorithm, id };
        expect(await getPublicKey.call({ privateKeyPem: key.privateKeyPem! }, context)).toMatchObject(expected);
        if (key.privateKeyOpenssh) {
            expect(await getPublicKey.call({ privateKeyOpenssh: key.privateKeyOpenssh }, context)).toMatchObject(
                expected,
            );
        }
    },
);

test.each(go.certificates.map((wish) => [kind(keyOf(wish.key)), wish.name, wish] as const))(
    "a certificate and a request of %s, %s, are the ones that Go makes",
    (_kind, _name, wish) => {
        const key = createPrivateKey(keyOf(wish.key).privateKeyPem!);
        const subject = distinguishedName(wish.subject);
        const der = certificate(
            {
                ...wish,
                subject,
                key,
                serialNumber: BigInt(wish.serialNumber),
                notBefore: new Date(wish.notBefore * 1000 + 999),
                notAfter: new Date(wish.notAfter * 1000 + 999),
            },
            { key, name: subject, ...(wish.setAuthorityKeyId ? { keyId: subjectKeyId(key) } : {}) },
        );
        if (wish.certificate) {
            expect(der.toString("hex")).toBe(wish.certificate);
            expect(certificateRequest(key, wish.subject, wish.alternativeNames).toString("hex")).toBe(wish.request);
        } else {
            // An ECDSA signature is another one each time.
            expect(der.toString("hex")).toContain(wish.toBeSigned);
        }
        const maxPathLength = wish.isCa ? wish.maxPathLength : -1;
        const { serialNumber, isCa } = wish;
        expect(described(der)).toMatchObject({ ...wish.described, serialNumber, isCa, maxPathLength, version: 3 });
        const read = readRequest(
            pem("CERTIFICATE REQUEST", certificateRequest(key, wish.subject, wish.alternativeNames)),
        );
        expect(read.alternativeNames).toEqual({ dnsNames: [], ipAddresses: [], uris: [], ...wish.alternativeNames });
        expect(publicKeyDer(read.key).equals(publicKeyDer(key))).toBe(true);
        expect(readCertificate(pem("CERTIFICATE", der), "it")).toMatchObject({ isCa, publicKey: publicKeyDer(key) });
    },
);

test("what is no key, certificate or name is refused, in words that name it", () => {
    expect(() => parsePrivateKey("no key")).toThrow("the private key cannot be read as PEM");
    expect(() => derOfPem("CERTIFICATE", "nothing", "caCertPem")).toThrow("caCertPem must be PEM");
    expect(() => derOfPem("CERTIFICATE", pem("X509 CRL", Buffer.from("x")), "caCertPem")).toThrow('not "X509 CRL"');
    expect(() => subjectAlternativeName({ ipAddresses: ["300.1.1.1"] })).toThrow('"300.1.1.1" is not an IP address');
    expect(() => subjectAlternativeName({ dnsNames: ["müller.example"] })).toThrow("outside ASCII");
});

test("a certificate is ready for renewal from its early hours on", () => {
    const state = { validityEndTime: "2026-01-10T00:00:00+01:00" };
    expect(isReadyForRenewal(state, 0, new Date("2026-01-09T22:59:59Z"))).toBe(false);
    expect(isReadyForRenewal(state, 0, new Date("2026-01-09T23:00:00Z"))).toBe(true);
    expect(isReadyForRenewal(state, 24, new Date("2026-01-08T23:00:00Z"))).toBe(true);
    expect(isReadyForRenewal({}, 24, new Date())).toBe(false);
    expect(readyFromTheStart({ validityPeriodHours: 0, earlyRenewalHours: 0 })).toBe(true);
    expect(readyFromTheStart({ validityPeriodHours: 10, earlyRenewalHours: 10 })).toBe(true);
    expect(readyFromTheStart({ validityPeriodHours: 10, earlyRenewalHours: 9 })).toBe(false);
});
