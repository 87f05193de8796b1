import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import type { AddressInfo } from "node:net";
import { PluginClient, secret } from "./plugin-client";
import type { Wire } from "./plugin-client";

const urn = (name: string) =>
    `urn:pulumi:stack::project::tls:index/${name[0]!.toLowerCase()}${name.slice(1)}:${name}::it`;
const text = (value: unknown): string => (typeof value === "string" ? value : (value as { value: string }).value);

let plugin: PluginClient;
let directory: string;
beforeAll(async () => {
    plugin = await PluginClient.start("offline/plugins/tls/index.ts");
    directory = mkdtempSync(join(tmpdir(), "tls-"));
});
afterAll(async () => {
    rmSync(directory, { recursive: true });
    await plugin.stop();
});

async function made(name: string, inputs: Wire) {
    const checked = await plugin.check(urn(name), inputs);
    expect(checked.failures).toEqual({});
    return { inputs: checked.inputs, ...(await plugin.create(urn(name), checked.inputs)) };
}

/** What a program prints for files with these contents; their paths take the places of their names in the arguments. */
function run(command: string, args: string[], files: Record<string, unknown> = {}, input = ""): string {
    for (const [name, content] of Object.entries(files)) {
        writeFileSync(join(directory, name), text(content), { mode: 0o600 });
    }
    const paths = args.map((argument) => (argument in files ? join(directory, argument) : argument));
    return execFileSync(command, paths, { encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] });
}

const privateKey = async (algorithm: string, more: Wire = {}) =>
    (await made("PrivateKey", { algorithm, ...more })).outputs;

const kinds: [string, Wire, string][] = [
    ["RSA", {}, "2048"],
    ["RSA", { rsaBits: 3072 }, "3072"],
    ["ECDSA", { ecdsaCurve: "P256" }, "256"],
    ["ECDSA", { ecdsaCurve: "P384" }, "384"],
    ["ECDSA", { ecdsaCurve: "P521" }, "521"],
    ["ED25519", {}, "256"],
];

describe.each(kinds)("a private key, %s %j", (algorithm, more, bits) => {
    let key: Wire;
    beforeAll(async () => {
        key = await privateKey(algorithm, more);
    });

    test("is taken by openssl in both PEM forms, with the same public key", () => {
        for (const form of ["privateKeyPem", "privateKeyPemPkcs8"]) {
            expect(run("openssl", ["pkey", "-in", "key", "-pubout"], { key: key[form] })).toBe(key.publicKeyPem);
            run("openssl", ["pkey", "-in", "key", "-check", "-noout"], { key: key[form] });
        }
    });

    test("is taken by ssh-keygen, with the same public key and fingerprints", () => {
        expect(run("ssh-keygen", ["-y", "-f", "key"], { key: key.privateKeyOpenssh })).toBe(key.publicKeyOpenssh);
        const line = run("ssh-keygen", ["-l", "-f", "key"], { key: key.publicKeyOpenssh });
        expect(line).toContain(`${bits} ${text(key.publicKeyFingerprintSha256)} `);
        const md5 = run("ssh-keygen", ["-l", "-E", "md5", "-f", "key"], { key: key.publicKeyOpenssh });
        expect(md5).toContain(`MD5:${text(key.publicKeyFingerprintMd5)} `);
    });

    test("is secret; all else of it is not", () => {
        const secrets = Object.keys(key).filter((name) => typeof key[name] === "object");
        expect(secrets.sort()).toEqual(["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
        expect(key).toMatchObject({ __meta: '{"schema_version":"1"}', rsaBits: more.rsaBits ?? 2048 });
        expect(key.ecdsaCurve).toBe(more.ecdsaCurve ?? "P224");
    });

    test("signs a certificate and a request that openssl takes", async () => {
        const names = { subject: { commonName: "a.example" }, dnsNames: ["a.example"] };
        const own = { privateKeyPem: key.privateKeyPem, ...names };
        const uses = { allowedUses: ["server_auth"], validityPeriodHours: 1 };
        const certificate = (await made("SelfSignedCert", { ...own, ...uses })).outputs;
        const pem = { pem: certificate.certPem };
        expect(run("openssl", ["verify", "-CAfile", "pem", "pem"], pem)).toContain(": OK");
        expect(run("openssl", ["x509", "-in", "pem", "-noout", "-pubkey"], pem)).toBe(key.publicKeyPem);
        expect(certificate.keyAlgorithm).toBe(algorithm);
        const request = (await made("CertRequest", own)).outputs;
        run("openssl", ["req", "-in", "pem", "-noout", "-verify"], { pem: request.certRequestPem });
    });
});

test("a key on the curve P224, which OpenSSH does not have, has empty OpenSSH forms", async () => {
    const key = await privateKey("ECDSA");
    expect(key).toMatchObject({ publicKeyOpenssh: "", publicKeyFingerprintMd5: "", publicKeyFingerprintSha256: "" });
    expect(text(key.privateKeyOpenssh)).toBe("");
    run("openssl", ["pkey", "-in", "key", "-check", "-noout"], { key: key.privateKeyPem });
});

test("an RSA key of 4096 bits does not hold up other work", async () => {
    const big = privateKey("RSA", { rsaBits: 4096 });
    const started = Date.now();
    await plugin.check(urn("PrivateKey"), { algorithm: "RSA" });
    expect(Date.now() - started).toBeLessThan(500);
    expect(run("openssl", ["pkey", "-in", "key", "-noout", "-text"], { key: (await big).privateKeyPem })).toContain(
        "4096 bit",
    );
});

const subject = { commonName: "a.example", organization: "Ä & Co", country: "AT", streetAddresses: ["One 1", "Two 2"] };
const alternative = {
    dnsNames: ["a.example", "*.a.example"],
    ipAddresses: ["192.0.2.1", "2001:db8::1"],
    uris: ["https://a.example/x"],
};

test("a certificate says what was asked for", async () => {
    const key = await privateKey("ECDSA", { ecdsaCurve: "P256" });
    const { id, outputs } = await made("SelfSignedCert", {
        ...{ privateKeyPem: key.privateKeyPem, subject, ...alternative, validityPeriodHours: 48 },
        ...{ allowedUses: ["key_encipherment", "digital_signature", "server_auth"], setSubjectKeyId: true },
    });
    const shown = run("openssl", ["x509", "-in", "pem", "-noout", "-text", "-nameopt", "RFC2253,utf8,-esc_msb"], {
        pem: outputs.certPem,
    });
    expect(shown).toContain("Subject: CN=a.example,O=Ä & Co,");
    expect(shown).toContain(
        "DNS:a.example, DNS:*.a.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, URI:https://a.example/x",
    );
    expect(shown).toMatch(/Key Usage: critical\n\s+Digital Signature, Key Encipherment\n/);
    expect(shown).toMatch(/Extended Key Usage: \n\s+TLS Web Server Authentication\n/);
    expect(shown).toMatch(/Basic Constraints: critical\n\s+CA:FALSE\n/);
    expect(shown).toContain("Subject Key Identifier");
    const serial = run("openssl", ["x509", "-in", "pem", "-noout", "-serial"], { pem: outputs.certPem });
    expect(BigInt(`0x${serial.trim().split("=")[1]}`).toString()).toBe(id);
    const [start, end] = [outputs.validityStartTime, outputs.validityEndTime].map((time) => Date.parse(text(time)));
    expect(end! - start!).toBe(48 * 3_600_000);
    expect(outputs).toMatchObject({
        readyForRenewal: false,
        isCaCertificate: false,
        setAuthorityKeyId: false,
        earlyRenewalHours: 0,
    });
    expect(outputs).not.toHaveProperty("maxPathLength");
    expect(outputs.privateKeyPem).toEqual(key.privateKeyPem);
});

test("a chain of a CA, a CA under it and a server's certificate is verified by openssl, each kind of key signing", async () => {
    const [rootKey, middleKey, serverKey] = await Promise.all([
        privateKey("ED25519"),
        privateKey("ECDSA"),
        privateKey("RSA"),
    ]);
    const signing = { isCaCertificate: true, validityPeriodHours: 24, allowedUses: ["cert_signing", "crl_signing"] };
    const root = await made("SelfSignedCert", {
        ...{ ...signing, privateKeyPem: rootKey.privateKeyPem, subject: { commonName: "root" } },
        ...{ maxPathLength: 1, setAuthorityKeyId: true },
    });
    const request = async (key: Wire, names: Wire) =>
        (await made("CertRequest", { privateKeyPem: key.privateKeyPem, ...names })).outputs.certRequestPem;
    const middle = await made("LocallySignedCert", {
        ...{ ...signing, caCertPem: root.outputs.certPem, caPrivateKeyPem: rootKey.privateKeyPem },
        ...{ certRequestPem: await request(middleKey, { subject: { commonName: "middle" } }), maxPathLength: 0 },
    });
    const server = await made("LocallySignedCert", {
        ...{ caCertPem: middle.outputs.certPem, caPrivateKeyPem: middleKey.privateKeyPem, validityPeriodHours: 1 },
        ...{ certRequestPem: await request(serverKey, { subject, ...alternative }), allowedUses: ["server_auth"] },
    });
    expect(server.outputs.caKeyAlgorithm).toBe("ECDSA");
    const files = { root: root.outputs.certPem, middle: middle.outputs.certPem, server: server.outputs.certPem };
    const verify = [
        "verify",
        "-x509_strict",
        "-CAfile",
        "root",
        "-untrusted",
        "middle",
        "-verify_hostname",
        "b.a.example",
    ];
    // A strict check asks for a key identifier, which a certificate of a server has only where it is asked for.
    const strict = await made("LocallySignedCert", { ...server.inputs, setSubjectKeyId: true });
    expect(run("openssl", [...verify, "server"], { ...files, server: strict.outputs.certPem })).toContain(": OK");
    expect(run("openssl", ["x509", "-in", "middle", "-noout", "-text"], files)).toContain("CA:TRUE, pathlen:0");
    expect(run("openssl", ["x509", "-in", "server", "-noout", "-ext", "subjectAltName"], files)).toContain(
        "IP Address:192.0.2.1",
    );
    await expect(
        made("LocallySignedCert", { ...server.inputs, caPrivateKeyPem: rootKey.privateKeyPem }),
    ).rejects.toThrow("not the key of its certificate");
});

test("a request that openssl made is signed, and what is no CA is warned about", async () => {
    const [key, caKey] = await Promise.all([privateKey("RSA"), privateKey("RSA")]);
    const options = [
        "-subj",
        "/CN=x/emailAddress=a@b.example",
        "-addext",
        "subjectAltName=DNS:x.example,email:a@b.example",
    ];
    const csr = run("openssl", ["req", "-new", "-key", "key", ...options], { key: key.privateKeyPem });
    const ca = await made("SelfSignedCert", {
        privateKeyPem: caKey.privateKeyPem,
        validityPeriodHours: 1,
        allowedUses: [],
        subject,
    });
    const { outputs } = await made("LocallySignedCert", {
        ...{ certRequestPem: csr, caCertPem: ca.outputs.certPem, caPrivateKeyPem: caKey.privateKeyPem },
        ...{ validityPeriodHours: 1, allowedUses: [] },
    });
    const shown = run("openssl", ["x509", "-in", "pem", "-noout", "-text"], { pem: outputs.certPem });
    expect(shown).toContain("DNS:x.example\n");
    expect(plugin.log).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining("not the certificate of a CA") as string }),
    );
});

test("a write-only private key is used and kept nowhere", async () => {
    const key = await privateKey("ED25519");
    const inputs = { privateKeyPemWo: key.privateKeyPem, privateKeyPemWoVersion: 1, subject: { commonName: "x" } };
    const request = await made("CertRequest", inputs);
    expect(request.outputs).not.toHaveProperty("privateKeyPemWo");
    expect(request.outputs.privateKeyPemWoVersion).toBe(1);
    const other = { ...request.inputs, privateKeyPemWo: secret("another") };
    expect(await plugin.diff(urn("CertRequest"), request, other)).toEqual({});
    const news = { ...other, privateKeyPemWoVersion: 2 };
    expect(await plugin.diff(urn("CertRequest"), request, news)).toEqual({ privateKeyPemWoVersion: "UPDATE_REPLACE" });
});

test("functions tell of a key and of certificates, given or shown by a server", async () => {
    const key = await privateKey("ED25519");
    const { privateKeyOpenssh, publicKeyOpenssh, publicKeyPem } = key;
    const half = await plugin.invoke("tls:index/getPublicKey:getPublicKey", { privateKeyOpenssh });
    expect(half).toMatchObject({ publicKeyOpenssh, publicKeyPem, algorithm: "ED25519", privateKeyOpenssh });
    const caKey = await privateKey("ECDSA", { ecdsaCurve: "P256" });
    const ca = await made("SelfSignedCert", {
        ...{ privateKeyPem: caKey.privateKeyPem, isCaCertificate: true, maxPathLength: 2, validityPeriodHours: 1 },
        ...{ allowedUses: ["cert_signing"], subject: { commonName: "ca" } },
    });
    const csr = await made("CertRequest", { privateKeyPem: key.privateKeyPem, dnsNames: ["localhost"] });
    const leaf = await made("LocallySignedCert", {
        ...{
            certRequestPem: csr.outputs.certRequestPem,
            caCertPem: ca.outputs.certPem,
            caPrivateKeyPem: caKey.privateKeyPem,
        },
        ...{ allowedUses: ["server_auth"], validityPeriodHours: 1 },
    });
    const get = (args: Wire) => plugin.invoke("tls:index/getCertificate:getCertificate", args);
    const [certificate] = (await get({ content: ca.outputs.certPem })).certificates as Wire[];
    const expected = { isCa: true, maxPathLength: 2, subject: "CN=ca", issuer: "CN=ca", serialNumber: ca.id };
    expect(certificate).toMatchObject({ ...expected, signatureAlgorithm: "ECDSA-SHA256", publicKeyAlgorithm: "ECDSA" });

    const cert = text(leaf.outputs.certPem) + text(ca.outputs.certPem);
    const server = createServer({ key: text(key.privateKeyPem), cert });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        const url = `tls://localhost:${(server.address() as AddressInfo).port}`;
        const shown = (await get({ url, verifyChain: false })).certificates as Wire[];
        expect(shown.map(({ certPem }) => certPem)).toEqual([ca.outputs.certPem, leaf.outputs.certPem]);
        await expect(get({ url })).rejects.toThrow("self-signed certificate in certificate chain");
    } finally {
        server.close();
    }
});
