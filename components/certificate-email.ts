import { createPrivateKey, sign, X509Certificate } from "node:crypto";

/**
 * A self-signed certificate with an e-mail address among its names, signed anew by its key: the tls provider knows of no such names.
 * RSA signatures of this kind have nothing random: the same certificate, key and address give the same result.
 */
export async function withEmail(certificatePem: string, privateKeyPem: string, email: string): Promise<string> {
    // Loaded when it is needed: few stacks do.
    const [{ AsnConvert, OctetString }, x509] = await Promise.all([
        import("@peculiar/asn1-schema"),
        import("@peculiar/asn1-x509"),
    ]);
    const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(
        new X509Certificate(certificatePem).raw,
        x509.Certificate,
    );
    const names = tbsCertificate.extensions?.find(({ extnID }) => extnID === x509.id_ce_subjectAltName);
    if (names === undefined) {
        throw new Error("the certificate has no names that an e-mail address could be added to");
    }
    const all = AsnConvert.parse(names.extnValue.buffer, x509.SubjectAlternativeName);
    all.push(new x509.GeneralName({ rfc822Name: email }));
    names.extnValue = new OctetString(AsnConvert.serialize(all));

    const signature = sign(
        "sha256",
        Buffer.from(AsnConvert.serialize(tbsCertificate)),
        createPrivateKey(privateKeyPem),
    );
    const signatureValue = new Uint8Array(signature).buffer;
    const signed = AsnConvert.serialize(new x509.Certificate({ tbsCertificate, signatureAlgorithm, signatureValue }));
    const lines =
        Buffer.from(signed)
            .toString("base64")
            .match(/.{1,64}/g) ?? [];
    return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
