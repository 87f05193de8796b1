import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { withEmail } from "../../components/certificate-email";
import { makeCertificates } from "./certificates";

const { certificate, privateKey } = makeCertificates().selfSigned;

describe("an e-mail address in a self-signed certificate", () => {
    test("is one more name; all else is as before, and its own key has signed it", async () => {
        const before = new X509Certificate(certificate);
        const after = new X509Certificate(await withEmail(certificate, privateKey, "admin@example.org"));
        expect(after.subjectAltName).toBe(`${before.subjectAltName}, email:admin@example.org`);
        expect(after.verify(after.publicKey)).toBe(true);
        for (const field of ["subject", "issuer", "serialNumber", "validFrom", "validTo"] as const) {
            expect(after[field]).toBe(before[field]);
        }
        const text = execFileSync("openssl", ["x509", "-noout", "-text"], {
            input: after.toString(),
            encoding: "utf8",
        });
        expect(text).toContain("Signature Algorithm: sha256WithRSAEncryption");
        expect(text).toContain("email:admin@example.org");
    });

    test("gives the same certificate however often it is asked for", async () => {
        const twice = [1, 2].map(() => withEmail(certificate, privateKey, "admin@example.org"));
        expect(new Set(await Promise.all(twice)).size).toBe(1);
    });
});
