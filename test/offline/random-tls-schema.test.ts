import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { InputFields, Plugin } from "../../offline/plugins/base";
import { plugin as random } from "../../offline/plugins/random/plugin";
import { plugin as tls } from "../../offline/plugins/tls/plugin";
import { sdkMembers } from "./sdk-members";
import type { Member } from "./sdk-members";

function expectSame(fields: InputFields, declared: Record<string, Member>): void {
    expect(Object.keys(declared)).not.toHaveLength(0);
    expect(Object.keys(fields).sort()).toEqual(Object.keys(declared).sort());
    for (const [name, { types, isOptional }] of Object.entries(declared)) {
        expect([name, types]).toEqual([name, expect.arrayContaining([fields[name]?.type])]);
        expect([name, fields[name]?.required ?? false]).toEqual([name, !isOptional]);
    }
}

/** The resources and functions of a package, from its generated code: [token, file, name]. */
function declaredTokens(sdk: string): { resources: string[]; functions: string[]; secrets: Record<string, string[]> } {
    const directory = dirname(require.resolve(`${sdk}/package.json`));
    const sources = readdirSync(directory)
        .filter((file) => file.endsWith(".js"))
        .map((file) => readFileSync(join(directory, file), "utf8"));
    const all = (pattern: RegExp) => [...new Set(sources.flatMap((text) => text.match(pattern) ?? []))].sort();
    const secrets = sources.flatMap((text) => {
        const token = /__pulumiType = '(\w+:[^']+)'/.exec(text)?.[1];
        const names = /additionalSecretOutputs: (\[[^\]]*\])/.exec(text)?.[1] ?? "[]";
        return token === undefined ? [] : [[token, JSON.parse(names)] as [string, string[]]];
    });
    return {
        resources: all(/(?<=__pulumiType = ')\w+:[^']+/g),
        functions: all(/(?<=runtime\.invoke\(")[^"]+/g),
        secrets: Object.fromEntries(secrets),
    };
}

const fileOf = (token: string) => `${token.split(":")[1]!.split("/")[1]}.d.ts`;
const nameOf = (token: string) => token.split(":")[2]!;

describe.each<[string, Plugin]>([
    ["@pulumi/random", random],
    ["@pulumi/tls", tls],
])("the stand-in for %s", (sdk, plugin) => {
    const declared = declaredTokens(sdk);

    test("stands in for the version that the project uses", () => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        expect(plugin.version).toBe((require(`${sdk}/package.json`) as { version: string }).version);
    });

    test("has every resource and function of the npm package", () => {
        expect(Object.keys(plugin.resources).sort()).toEqual(declared.resources);
        expect(Object.keys(plugin.functions ?? {}).sort()).toEqual(declared.functions);
    });

    test.each(declared.resources)("%s has the official inputs, outputs and secrets", (token) => {
        const type = plugin.resources[token]!;
        const args = sdkMembers(sdk, fileOf(token), `${nameOf(token)}Args`);
        expectSame(type.inputs, args);
        const outputs = new Set([...Object.keys(type.inputs), ...Object.keys(type.outputs)]);
        expect([...outputs].sort()).toEqual(Object.keys(sdkMembers(sdk, fileOf(token), nameOf(token))).sort());

        const secret = Object.entries({ ...type.inputs, ...type.outputs }).filter(([, field]) => field.secret);
        expect(secret.map(([name]) => name).sort()).toEqual(declared.secrets[token]);
    });
});

test.each(["CertRequestSubject", "SelfSignedCertSubject"])("%s has the official attributes", (name) => {
    const type = tls.resources[name === "CertRequestSubject" ? certRequest : selfSigned]!;
    expectSame(type.inputs.subject!.fields!, sdkMembers("@pulumi/tls", "types/input.d.ts", name));
});

test.each(["getPublicKey", "getCertificate"])("%s has the official inputs", (name) => {
    const args = `${name[0]!.toUpperCase()}${name.slice(1)}Args`;
    expectSame(tls.functions![`tls:index/${name}:${name}`]!.inputs, sdkMembers("@pulumi/tls", `${name}.d.ts`, args));
});

const certRequest = "tls:index/certRequest:CertRequest";
const selfSigned = "tls:index/selfSignedCert:SelfSignedCert";
