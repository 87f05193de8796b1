import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { InputField, InputFields } from "../../offline/plugins/base";
import { plugin } from "../../offline/plugins/command/plugin";

/** The npm package's own declarations, which are generated from the official plugin's schema. */
const sdk = dirname(require.resolve("@pulumi/command/package.json"));

interface Member {
    type: string;
    optional: boolean;
}

/** The fields of an interface, or the read-only ones of a class. */
function members(file: string, name: string): Record<string, Member> {
    const text = readFileSync(join(sdk, file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const result: Record<string, Member> = {};
    const visit = (node: ts.Node): void => {
        if ((ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && node.name?.text === name) {
            for (const member of node.members) {
                if ((ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) && member.type) {
                    const optional = member.questionToken !== undefined;
                    result[member.name.getText()] = { type: member.type.getText(), optional };
                }
            }
        }
        ts.forEachChild(node, visit);
    };
    visit(source);
    expect(Object.keys(result)).not.toHaveLength(0);
    return result;
}

function typeOf(declared: string): InputField["type"][] {
    const inner = declared.replaceAll("pulumi.Input<", "").replace(/>+$/, "");
    if (/\[\]/.test(declared)) {
        return ["list"];
    }
    if (/asset\.Asset/.test(declared)) {
        return ["asset or archive"];
    }
    if (/^enums\.|^string/.test(inner)) {
        return ["string"];
    }
    if (inner === "number") {
        return ["number", "integer"];
    }
    return inner === "boolean" ? ["boolean"] : ["object"];
}

function compare(fields: InputFields, declared: Record<string, Member>): void {
    expect(Object.keys(fields).sort()).toEqual(Object.keys(declared).sort());
    for (const [name, { type, optional }] of Object.entries(declared)) {
        expect([name, typeOf(type)]).toEqual([name, expect.arrayContaining([fields[name]?.type])]);
        expect([name, fields[name]?.required ?? false]).toEqual([name, !optional]);
    }
}

describe.each([
    ["command:local:Command", "local/command.d.ts", "Command"],
    ["command:remote:Command", "remote/command.d.ts", "Command"],
    ["command:remote:CopyToRemote", "remote/copyToRemote.d.ts", "CopyToRemote"],
    ["command:remote:CopyFile", "remote/copyFile.d.ts", "CopyFile"],
])("%s", (token, file, name) => {
    const type = plugin.resources[token];

    test("has the inputs of the official plugin, with their types", () => {
        compare(type?.inputs ?? {}, members(file, `${name}Args`));
    });

    test("has the outputs of the official plugin", () => {
        const outputs = [...Object.keys(type?.inputs ?? {}), ...Object.keys(type?.outputs ?? {})];
        expect(outputs.sort()).toEqual(Object.keys(members(file, name)).sort());
    });

    test("is replaced by a change of its triggers", () => {
        expect(type?.inputs.triggers?.replace).toBe(true);
    });
});

test("local.run has the inputs of the official plugin", () => {
    compare(plugin.functions?.["command:local:run"]?.inputs ?? {}, members("local/run.d.ts", "RunArgs"));
});

describe.each([
    ["the connection", "ConnectionArgs", "connectionArgsProvideDefaults"],
    ["its proxy", "ProxyConnectionArgs", "proxyConnectionArgsProvideDefaults"],
])("%s", (_, name, defaults) => {
    const connection = plugin.resources["command:remote:Command"]?.inputs.connection?.fields ?? {};
    const fields = name === "ConnectionArgs" ? connection : (connection.proxy?.fields ?? {});

    test("has the settings of the official plugin", () => {
        compare(fields, members("types/input.d.ts", name));
    });

    test("has the defaults of the npm package", () => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        const { remote } = require("@pulumi/command/types/input") as {
            remote: Record<string, (given: object) => object>;
        };
        const ours = Object.entries(fields).filter(([, field]) => field.default !== undefined);
        const theirs = Object.entries(remote[defaults]?.({}) ?? {}).filter(([, value]) => value !== undefined);
        expect(Object.fromEntries(ours.map(([key, field]) => [key, field.default]))).toEqual(
            Object.fromEntries(theirs),
        );
    });
});

test("the plugin stands in for the version that the project uses, which is 1.x", () => {
    const { version } = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8")) as { version: string };
    expect(version).toMatch(/^1\./);
    expect(plugin.version).toBe(version);
});
