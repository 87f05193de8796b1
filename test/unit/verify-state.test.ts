import { generatedSecrets, isSecret, readDeployment, reveal, stackOutputs } from "../../verify/deployment";
import { readOutputs } from "../../verify/outputs";

const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});

const PRIVATE_LINE = "c2VjcmV0IHBhcnQgb2YgdGhlIHByaXZhdGUga2V5IHRoYXQgbm8gb25lIHNlZXM";
const PUBLIC_LINE = "cHVibGljIHBhcnQgb2YgdGhlIGtleSB0aGF0IGV2ZXJ5Ym9keSBtYXkgc2VlIC4";

const deployment = readDeployment(
    JSON.stringify({
        deployment: {
            resources: [
                {
                    urn: "urn:pulumi:test::science-stacks::pulumi:pulumi:Stack::science-stacks-test",
                    type: "pulumi:pulumi:Stack",
                    outputs: {
                        url: "https://10.77.0.10",
                        adminPasswords: { instance00: secret("a-generated-password") },
                    },
                },
                {
                    urn: "urn:pulumi:test::science-stacks::random:index/randomPassword:RandomPassword::password",
                    type: "random:index/randomPassword:RandomPassword",
                    outputs: { result: secret("a-generated-password") },
                },
                {
                    urn: "urn:pulumi:test::science-stacks::tls:index/privateKey:PrivateKey::key",
                    type: "tls:index/privateKey:PrivateKey",
                    outputs: {
                        privateKeyPem: secret(
                            `-----BEGIN KEY-----\n${PUBLIC_LINE}\n${PRIVATE_LINE}\n-----END KEY-----\n`,
                        ),
                        publicKeyPem: `-----BEGIN PUBLIC KEY-----\n${PUBLIC_LINE}\n-----END PUBLIC KEY-----\n`,
                    },
                },
            ],
        },
    }),
);

test("the secrets that are looked for are the generated passwords and the private lines of keys, not the public ones", () => {
    expect(generatedSecrets(deployment)).toEqual(["a-generated-password", PRIVATE_LINE]);
});

test("what of a private key is in a certificate as well is no secret", () => {
    const held = [
        ["tls:index/certRequest:CertRequest", "certRequestPem"],
        ["tls:index/locallySignedCert:LocallySignedCert", "certPem"],
        ["tls:index/selfSignedCert:SelfSignedCert", "certPem"],
    ] as const;
    for (const [type, key] of held) {
        const certificate = { ...deployment.resources[1]!, type, outputs: { [key]: `---\n${PRIVATE_LINE}\n---\n` } };
        const resources = [...deployment.resources, certificate];
        expect(generatedSecrets({ ...deployment, resources })).toEqual(["a-generated-password"]);
    }
});

test("outputs are read with the secrets in them, at any depth", () => {
    expect(stackOutputs(deployment)).toEqual({
        url: "https://10.77.0.10",
        adminPasswords: { instance00: "a-generated-password" },
    });
    expect(reveal([secret({ a: [secret("b")] })])).toEqual([{ a: ["b"] }]);
});

test("a value counts as secret only with the engine's mark", () => {
    expect(isSecret(secret("x"))).toBe(true);
    expect([{ plaintext: "x" }, "x", null, undefined].some(isSecret)).toBe(false);
});

test("an empty state has no resources, and no outputs", () => {
    const empty = readDeployment(JSON.stringify({ version: 3, deployment: {} }));
    expect(empty).toEqual({ resources: [], pendingOperations: [] });
    expect(stackOutputs(empty)).toEqual({});
});

test("a stack that is not finished is named, with the command that finishes it", () => {
    expect(() => readOutputs("eoxserver-local", {})).toThrow(
        /eoxserver-local has not got the outputs[^]*npm run up -- eoxserver-local/,
    );
});
