import { PluginClient, secret, unknown } from "./plugin-client";
import type { Wire } from "./plugin-client";

/** What a change of the program, or time, does to a state: with states as the official plugin writes them. */

const pem = (type: string, content: string) => `-----BEGIN ${type}-----\n${content}\n-----END ${type}-----\n`;
const [key, otherKey] = ["MAo=", "MAw="].map((content) => secret(pem("PRIVATE KEY", content)));
const far = "2126-01-10T00:00:00.123456789+01:00";
const certificate = {
    certPem: pem("CERTIFICATE", "MAo="),
    earlyRenewalHours: 0,
    isCaCertificate: false,
    readyForRenewal: false,
    setSubjectKeyId: false,
    validityEndTime: far,
    validityPeriodHours: 8760,
    validityStartTime: "2026-01-10T00:00:00.123456789+01:00",
};

interface State {
    inputs: Wire;
    outputs: Wire;
}
const states: Record<string, State> = {
    PrivateKey: {
        inputs: { algorithm: "ED25519" },
        outputs: {
            __meta: '{"schema_version":"1"}',
            algorithm: "ED25519",
            ecdsaCurve: "P224",
            id: "8cd39b8abf08ec8acbbcba82792c20d53df9433f",
            privateKeyOpenssh: secret("x"),
            privateKeyPem: key,
            privateKeyPemPkcs8: key,
            publicKeyFingerprintMd5: "dd:15",
            publicKeyFingerprintSha256: "SHA256:x",
            publicKeyOpenssh: "ssh-ed25519 AAAA\n",
            publicKeyPem: pem("PUBLIC KEY", "MAo="),
            rsaBits: 2048,
        },
    },
    CertRequest: {
        inputs: { privateKeyPem: key, dnsNames: ["a.example"], subject: { commonName: "a.example" } },
        outputs: {
            certRequestPem: pem("CERTIFICATE REQUEST", "MAo="),
            dnsNames: ["a.example"],
            id: "2e7dd8a27499b458e441de745ed528ab7f2e3d4d",
            keyAlgorithm: "ED25519",
            privateKeyPem: key,
            subject: { commonName: "a.example" },
        },
    },
    SelfSignedCert: {
        inputs: {
            ...{ allowedUses: ["server_auth"], privateKeyPem: key, validityPeriodHours: 8760 },
            ...{ dnsNames: ["a.example"], subject: { commonName: "a.example", streetAddresses: ["One 1"] } },
        },
        outputs: {
            ...certificate,
            allowedUses: ["server_auth"],
            dnsNames: ["a.example"],
            id: "91736284",
            keyAlgorithm: "ED25519",
            privateKeyPem: key,
            setAuthorityKeyId: false,
            subject: { commonName: "a.example", streetAddresses: ["One 1"] },
        },
    },
    LocallySignedCert: {
        inputs: {
            ...{ allowedUses: ["server_auth"], caPrivateKeyPem: key, validityPeriodHours: 8760 },
            ...{ caCertPem: pem("CERTIFICATE", "MAs="), certRequestPem: pem("CERTIFICATE REQUEST", "MAo=") },
        },
        outputs: {
            ...certificate,
            allowedUses: ["server_auth"],
            caCertPem: pem("CERTIFICATE", "MAs="),
            caKeyAlgorithm: "ED25519",
            caPrivateKeyPem: key,
            certRequestPem: pem("CERTIFICATE REQUEST", "MAo="),
            id: "91736284",
        },
    },
};
const names = Object.keys(states);
const urn = (name: string) =>
    `urn:pulumi:stack::project::tls:index/${name[0]!.toLowerCase()}${name.slice(1)}:${name}::it`;

let plugin: PluginClient;
beforeAll(async () => {
    plugin = await PluginClient.start("offline/plugins/tls/index.ts");
});
afterAll(() => plugin.stop());

const difference = (name: string, change: Wire, state: State = states[name]!) =>
    plugin.diff(urn(name), state, { ...state.inputs, ...change });

test.each(names)(
    "a %s that the official plugin made shows no difference, and a refresh leaves it as it is",
    async (name) => {
        const state = states[name]!;
        const { inputs, failures } = await plugin.check(urn(name), state.inputs, state.inputs);
        expect({ inputs, failures }).toEqual({ inputs: state.inputs, failures: {} });
        expect(await difference(name, {})).toEqual({});
        const read = await plugin.read(urn(name), "id", state);
        expect(read).toEqual({ id: "id", ...state });
        expect(await difference(name, {}, read)).toEqual({});
    },
);

test.each<[string, Wire]>([
    ["PrivateKey", { algorithm: "RSA" }],
    ["PrivateKey", { rsaBits: 4096 }],
    ["PrivateKey", { ecdsaCurve: "P256" }],
    ["CertRequest", { privateKeyPem: otherKey }],
    ["CertRequest", { privateKeyPem: unknown }],
    ["CertRequest", { dnsNames: ["b.example"] }],
    ["CertRequest", { ipAddresses: ["192.0.2.1"] }],
    ["CertRequest", { uris: ["https://a.example"] }],
    ["CertRequest", { subject: { commonName: "b.example" } }],
    ["SelfSignedCert", { privateKeyPem: otherKey }],
    ["SelfSignedCert", { allowedUses: ["client_auth"] }],
    ["SelfSignedCert", { validityPeriodHours: 1 }],
    ["SelfSignedCert", { isCaCertificate: true }],
    ["SelfSignedCert", { maxPathLength: 1 }],
    ["SelfSignedCert", { setSubjectKeyId: true }],
    ["SelfSignedCert", { setAuthorityKeyId: true }],
    ["SelfSignedCert", { subject: { commonName: "a.example", streetAddresses: ["Two 2"] } }],
    ["SelfSignedCert", { dnsNames: ["a.example", "b.example"] }],
    ["LocallySignedCert", { caPrivateKeyPem: otherKey }],
    ["LocallySignedCert", { caCertPem: pem("CERTIFICATE", "MAw=") }],
    ["LocallySignedCert", { certRequestPem: pem("CERTIFICATE REQUEST", "MAw=") }],
    ["LocallySignedCert", { isCaCertificate: true }],
])("a %s is replaced by the change %j", async (name, change) => {
    const kinds = Object.values(await difference(name, change));
    expect(kinds).not.toHaveLength(0);
    kinds.forEach((kind) => expect(kind).toMatch(/_REPLACE$/));
});

test.each(["SelfSignedCert", "LocallySignedCert"])("other early hours only change the state of a %s", async (name) => {
    expect(await difference(name, { earlyRenewalHours: 24 })).toEqual({ earlyRenewalHours: "UPDATE" });
    const { inputs, outputs } = states[name]!;
    const updated = await plugin.update(urn(name), outputs, { ...inputs, earlyRenewalHours: 24 });
    expect(updated).toEqual({ ...outputs, id: "id", earlyRenewalHours: 24 });
});

test("a hash in the place of a key, of an old version of the official plugin, is corrected without a new certificate", async () => {
    const { inputs, outputs } = states.SelfSignedCert!;
    const old = { inputs, outputs: { ...outputs, privateKeyPem: "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33" } };
    expect(await difference("SelfSignedCert", {}, old)).toEqual({ privateKeyPem: "UPDATE" });
});

test.each(["SelfSignedCert", "LocallySignedCert"])(
    "a %s is replaced when its time has come, with or without a refresh",
    async (name) => {
        const { inputs, outputs } = states[name]!;
        const soon = new Date(Date.now() + 23 * 3_600_000).toISOString();
        const state = { inputs, outputs: { ...outputs, validityEndTime: soon } };
        expect(await difference(name, {}, state)).toEqual({});
        const early = {
            inputs: { ...inputs, earlyRenewalHours: 24 },
            outputs: { ...state.outputs, earlyRenewalHours: 24 },
        };
        expect(await difference(name, {}, early)).toEqual({ readyForRenewal: "UPDATE_REPLACE" });
        const read = await plugin.read(urn(name), "id", early);
        expect(read.outputs).toEqual({ ...early.outputs, readyForRenewal: true });
        expect(await difference(name, {}, read)).toEqual({ readyForRenewal: "UPDATE_REPLACE" });
    },
);

test.each<[string, Wire, Record<string, string>]>([
    ["PrivateKey", { algorithm: "DSA" }, { algorithm: "must be one of RSA, ECDSA, ED25519" }],
    ["PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P192" }, { ecdsaCurve: "P224, P256, P384, P521" }],
    ["PrivateKey", { algorithm: "RSA", rsaBits: 512 }, { rsaBits: "between 1024" }],
    ["CertRequest", {}, { privateKeyPem: "exactly one" }],
    ["CertRequest", { privateKeyPem: "x", privateKeyPemWo: "x" }, { privateKeyPem: "exactly one" }],
    ["CertRequest", { privateKeyPemWo: "x" }, { privateKeyPemWoVersion: "both or neither" }],
    ["CertRequest", { privateKeyPem: "x", subject: { cn: "x" } }, { "subject.cn": "no input of this name" }],
    ["SelfSignedCert", { privateKeyPem: "x" }, { allowedUses: "required", validityPeriodHours: "required" }],
    [
        "SelfSignedCert",
        { privateKeyPem: "x", allowedUses: ["everything"], validityPeriodHours: 1 },
        { "allowedUses[0]": "must be one of any_extended, cert_signing" },
    ],
    [
        "SelfSignedCert",
        { privateKeyPem: "x", allowedUses: [], validityPeriodHours: -1, isCaCertificate: true },
        { validityPeriodHours: "at least 0", subject: "at least one attribute" },
    ],
])("a %s of %j is refused", async (name, inputs, reasons) => {
    const { failures } = await plugin.check(urn(name), inputs);
    expect(Object.keys(failures).sort()).toEqual(Object.keys(reasons).sort());
    Object.entries(reasons).forEach(([property, reason]) => expect(failures[property]).toContain(reason));
});
