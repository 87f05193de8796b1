import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { readConfig, type EoxServerConfig } from "../../stacks/config";
import { makeCertificates } from "./certificates";
import { LEAST, parse, refused, refusedKeys } from "./config-given";

const MARK = "5e11a-not-to-be-seen";

const own = makeCertificates().selfSigned;
const serverName = "maps.example.org";
const tls = (keys: object) => ({ mode: "own", ...own, ...keys });

test("a secret in plain text is refused, with the command that encrypts it", () => {
    const { problems, message } = refused({ serverName, tls: tls({}) });
    expect(problems).toEqual([
        expect.objectContaining({ key: "tls.privateKey", reason: "it is a secret in plain text" }),
    ]);
    expect(message).toContain("config set --stack eoxserver-local --secret --path tls.privateKey < FILE");
    expect(message).not.toContain(own.privateKey.split("\n")[1]);
});

test("no message shows a secret, or anything else of a section that holds one", () => {
    const messages = [
        refused({ serverName, tls: tls({ privateKey: MARK }) }),
        refused({ serverName, tls: tls({ privateKey: MARK }) }, ["tls"]),
        refused({ tls: { mode: MARK, privateKey: MARK } }, ["tls"]),
        refused({ accessControl: { directives: MARK, require: MARK } }, ["accessControl"]),
        refused({ accessControl: { directives: [MARK], authTyp: MARK } }),
        refused({ mirrors: { proxy: `http://user:${MARK}@proxy.example.org:3128` } }),
        refused({ serverName: MARK.repeat(20), data: MARK }, ["serverName", "data"]),
    ];
    for (const { message } of messages) {
        expect(message).not.toContain(MARK);
    }
});

test("a parsed secret does not show itself in texts, JSON or logs", () => {
    const { tls: parsed } = parse({ serverName, tls: tls({}) }, ["tls"]);
    for (const shown of [JSON.stringify(parsed), inspect(parsed), Object.values(parsed).join()]) {
        expect(shown).toContain("[secret]");
        expect(shown).not.toContain("PRIVATE KEY");
    }
});

test("the stacks see secrets as secret outputs", async () => {
    const config = { ...LEAST, serverName, accessControl: { directives: MARK } };
    const values = Object.entries(config).map(([key, value]) => [
        `science-stacks:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    await pulumi.runtime.setMocks(
        { newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) },
        "science-stacks",
        "eoxserver-local",
    );
    pulumi.runtime.setAllConfig(Object.fromEntries(values) as Record<string, string>, ["science-stacks:accessControl"]);
    const directives = (readConfig() as EoxServerConfig).accessControl!.directives!;
    expect(await pulumi.isSecret(directives)).toBe(true);
    expect(await new Promise((resolve) => directives.apply(resolve))).toBe(MARK);
});

test("a wrong configuration ends the program with its message alone", () => {
    pulumi.runtime.setAllConfig({ "science-stacks:product": "eoxserver" });
    expect(() => readConfig()).toThrow(pulumi.RunError);
    expect(() => readConfig()).toThrow("stacks/Pulumi.eoxserver-local.yaml: instances: it must be set.");
});

describe("a certificate of one's own", () => {
    test("is accepted with its key and its name", () => {
        expect(parse({ serverName, tls: tls({}) }, ["tls"]).tls).toMatchObject({
            mode: "own",
            certificate: own.certificate,
        });
    });

    test.each<[string, Record<string, unknown>, string, RegExp]>([
        ["without the server's name", { tls: tls({}) }, "serverName", /must be set where there is a certificate/],
        [
            "for another name",
            { serverName: "a.example.org", tls: tls({}) },
            "tls.certificate",
            /not for serverName, "a\.example/,
        ],
        [
            "with another's key",
            { serverName, tls: tls({ privateKey: makeCertificates().selfSigned.privateKey }) },
            "tls.privateKey",
            /not the cert/,
        ],
        ["that is none", { serverName, tls: tls({ certificate: "PEM" }) }, "tls.certificate", /no certificate/],
        [
            "with a key that is none",
            { serverName, tls: tls({ privateKey: "PEM" }) },
            "tls.privateKey",
            /no private key/,
        ],
        ["without its key", { serverName, tls: tls({ privateKey: undefined }) }, "tls.privateKey", /must be set/],
    ])("%s is refused", (_, keys, key, reason) => {
        const { problems } = refused(keys, ["tls"]);
        expect(problems).toEqual([expect.objectContaining({ key, reason: expect.stringMatching(reason) as string })]);
    });
});

describe("the chain of a certificate of one's own", () => {
    const { signed, intermediate, root } = makeCertificates();
    const chain = (...certificates: { certificate: string }[]) => ({
        serverName,
        tls: tls({ certificate: certificates.map(({ certificate }) => certificate).join(""), ...key }),
    });
    const key = { privateKey: signed.privateKey };

    test("may end at the root or before it", () => {
        for (const keys of [chain(signed, intermediate), chain(signed, intermediate, root)]) {
            expect(parse(keys, ["tls"]).tls).toMatchObject({ mode: "own" });
        }
    });

    test("is missed where it is not there, and its order matters: the error says which certificate is wrong", () => {
        const reason = (keys: Record<string, unknown>) => refused(keys, ["tls"]).problems.map((each) => each.reason);
        expect(reason(chain(signed))).toEqual([
            'it has no chain: it is signed by "Intermediate of a test", whose certificate is not there',
        ]);
        expect(reason(chain(signed, root))).toEqual([
            'certificate 1 ("maps.example.org") is not signed by the next ("Root of a test")',
        ]);
        expect(reason(chain(signed, intermediate, signed))).toEqual([
            'certificate 2 ("Intermediate of a test") is not signed by the next ("maps.example.org")',
        ]);
    });
});

describe("a certificate by ACME", () => {
    const acme = (keys: object) => ({ mode: "acme", email: "admin@example.org", ...keys });

    test("is Let's Encrypt's unless another server is named", () => {
        expect(parse({ serverName, tls: acme({}) }).tls).toMatchObject({
            server: "https://acme-v02.api.letsencrypt.org/directory",
        });
        const dns = { provider: "rfc2136", credentials: MARK };
        const parsed = parse({ serverName, tls: acme({ dns, authority: own.certificate }) }, ["tls"]).tls;
        expect(JSON.stringify(parsed)).not.toContain(MARK);
    });

    test.each<[string, Record<string, unknown>, string]>([
        ["without a name of the server", { tls: acme({}) }, "serverName"],
        ["for an address", { serverName: "192.0.2.10", tls: acme({}) }, "serverName"],
        ["without an e-mail address", { serverName, tls: { mode: "acme" } }, "tls.email"],
        ["with an authority that is no certificate", { serverName, tls: acme({ authority: "PEM" }) }, "tls.authority"],
        [
            "by a record that nobody may set",
            { serverName, tls: acme({ dns: { provider: "cloudflare" } }) },
            "tls.dns.credentials",
        ],
    ])("%s is refused", (_, keys, key) => expect(refusedKeys(keys, [])).toEqual([key]));
});

test("a certificate that has ended is refused", () => {
    jest.useFakeTimers({ now: Date.now() + 31 * 24 * 3600 * 1000 });
    const { problems } = refused({ serverName, tls: tls({}) }, ["tls"]);
    jest.useRealTimers();
    expect(problems).toEqual([expect.objectContaining({ key: "tls.certificate" })]);
    expect(problems[0]!.reason).toMatch(/^it ended on /);
});

test("a secret section may hold a wrong key, which is named without its value", () => {
    expect(refusedKeys({ accessControl: { directives: MARK, path: ["/"] } }, ["accessControl"])).toEqual([
        "accessControl.path",
    ]);
});
