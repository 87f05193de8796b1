import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EngineProject } from "./engine-project";
import type { Declared } from "./engine-project";

const random = (name: string, args: object = {}, options?: object): Declared => ({
    ...{ package: "random", class: name, args },
    ...(options ? { options } : {}),
});
const tls = (name: string, args: object): Declared => ({ package: "tls", class: name, args });

const resources: Record<string, Declared> = {
    password: random("RandomPassword", { length: 20, special: false }),
    string: random("RandomString", { length: 8, keepers: { a: "1" } }),
    id: random("RandomId", { byteLength: 4, prefix: "${string.result}" }),
    bytes: random("RandomBytes", { length: 8 }),
    integer: random("RandomInteger", { min: 1, max: 9 }),
    pet: random("RandomPet"),
    shuffle: random("RandomShuffle", { inputs: ["a", "b"] }),
    uuid: random("RandomUuid"),
    uuid4: random("RandomUuid4"),
    uuid7: random("RandomUuid7"),
    key: tls("PrivateKey", { algorithm: "ED25519" }),
    "ca-key": tls("PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P256" }),
    ca: tls("SelfSignedCert", {
        privateKeyPem: "${ca-key.privateKeyPem}",
        subject: { commonName: "ca" },
        isCaCertificate: true,
        validityPeriodHours: 24,
        allowedUses: ["cert_signing"],
    }),
    request: tls("CertRequest", { privateKeyPem: "${key.privateKeyPem}", dnsNames: ["a.example"] }),
    certificate: tls("LocallySignedCert", {
        caCertPem: "${ca.certPem}",
        caPrivateKeyPem: "${ca-key.privateKeyPem}",
        certRequestPem: "${request.certRequestPem}",
        validityPeriodHours: 24,
        allowedUses: ["server_auth"],
    }),
};

let project: EngineProject;
beforeAll(() => {
    project = new EngineProject(["random", "tls"]);
    project.declare(resources);
});
afterAll(() => project.remove());

/** The operations other than "same", by resource. */
const changes = () => Object.fromEntries(Object.entries(project.preview()).filter(([, op]) => op !== "same"));

test("all resources of both plugins are made; afterwards neither a preview nor a refresh finds a difference", () => {
    const preview = project.preview();
    for (const name of Object.keys(resources)) {
        expect([name, preview[name]]).toEqual([name, "create"]);
    }
    project.up();
    project.pulumi("preview", "--expect-no-changes");
    project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    project.pulumi("preview", "--expect-no-changes");
});

test("what is secret is only encrypted in the file of the state", () => {
    const { deployment } = project.exported();
    const file = project.stateFile();
    const secrets = deployment.resources.flatMap(({ outputs }) =>
        Object.values(outputs ?? {}).flatMap((value: { plaintext?: string }) => value?.plaintext ?? []),
    );
    const texts = secrets.map((text) => JSON.parse(text) as string).filter((text) => text !== "");
    // The password and its hash, two forms of the bytes, three forms of each key, and the keys of the certificates.
    expect(texts.length).toBe(2 + 2 + 2 * 3 + 3);
    // The id of RandomBytes is the bytes themselves in base64, in the official plugin too, and the engine hides no id.
    const bytes = deployment.resources.find(({ urn }) => String(urn).endsWith("::bytes"))?.id;
    const shown = texts.filter((text) => file.includes(JSON.stringify(text).slice(1, -1)));
    expect(shown).toEqual([bytes]);
    expect(file.includes("PRIVATE KEY")).toBe(false);
});

test("a change of one input replaces that resource and what depends on it, and nothing else", () => {
    const change = (name: string, args: object) => {
        project.declare({ ...resources, [name]: { ...resources[name]!, args: { ...resources[name]!.args, ...args } } });
        return changes();
    };
    expect(change("password", { length: 21 })).toEqual({ password: "replace" });
    expect(change("password", { minUpper: 0, upper: true, numeric: true })).toEqual({});
    expect(change("string", { keepers: { a: "2" } })).toEqual({ string: "replace", id: "replace" });
    expect(change("key", { algorithm: "RSA" })).toEqual({ key: "replace", request: "replace", certificate: "replace" });
    expect(change("ca", { earlyRenewalHours: 1 })).toEqual({ ca: "update" });
    expect(change("certificate", { earlyRenewalHours: 24 })).toEqual({ certificate: "replace" });
    project.up();
    expect(JSON.stringify(project.exported())).toContain('"readyForRenewal":true');
    project.declare(resources);
    project.up();
    project.pulumi("preview", "--expect-no-changes");
});

test("a password that exists already is imported, and kept", () => {
    const imported = random("RandomPassword", { length: 11 }, { import: "supersecret" });
    project.declare({ ...resources, imported });
    expect(changes()).toEqual({ imported: "import" });
    project.up();
    project.declare({ ...resources, imported: random("RandomPassword", { length: 11 }) });
    project.pulumi("preview", "--expect-no-changes");
    const resource = project.exported().deployment.resources.find(({ urn }) => String(urn).endsWith("::imported"));
    expect(resource).toMatchObject({ id: "none", outputs: { result: { plaintext: '"supersecret"' } } });
});

test("states that the official plugin wrote show no difference, neither to a preview nor to a refresh", () => {
    const file = join(__dirname, "fixtures/random-states.json");
    const states = JSON.parse(readFileSync(file, "utf8")) as {
        type: string;
        id: string;
        inputs: object;
        outputs: object;
    }[];
    project.declare({});
    project.up();
    project.declare(Object.fromEntries(states.map(({ type, inputs }) => [nameOf(type), random(nameOf(type), inputs)])));
    project.up();
    const state = project.exported();
    for (const resource of state.deployment.resources) {
        const official = states.find(({ type }) => type === resource.type);
        if (official) {
            Object.assign(resource, { id: official.id, inputs: official.inputs, outputs: official.outputs });
        }
    }
    project.write("official.json", JSON.stringify(state));
    project.pulumi("stack", "import", "--file", "official.json");
    project.pulumi("preview", "--expect-no-changes");
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    project.pulumi("preview", "--expect-no-changes");
    expect(JSON.stringify(project.exported())).toContain("gEtk2V_GVJQ");
});

test.each<[string, Declared, RegExp]>([
    ["pet", random("RandomPet", { length: 0 }), /property length .*must be at least 1/],
    ["key", tls("PrivateKey", { algorithm: "DSA" }), /property algorithm .*must be one of RSA, ECDSA, ED25519/],
])("a wrong input of a %s is refused in the preview, by its name", (name, declared, message) => {
    project.declare({ [name]: declared });
    expect(() => project.pulumi("preview")).toThrow(message);
});

const nameOf = (token: string) => token.split(":")[2]!;
