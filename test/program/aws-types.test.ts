import { spawnSync } from "node:child_process";
import { writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { configured, program, withManaged } from "./aws-stacks";
import { opened } from "./policy";
import { record, type Recorded } from "./recorder";

/** `aws:ec2/instance:Instance` as the package calls its class: module `ec2`, class `Instance`. */
function classOf(type: string): { module: string; name: string } {
    const [, module = "", name = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
    return { module, name };
}

/** A program that gives each class of the package the arguments that a stack gave it, as literals. */
function literals(resources: readonly Recorded[]): string {
    const aws = resources.filter(({ type }) => type.startsWith("aws:"));
    const modules = [...new Set(aws.map(({ type }) => classOf(type).module))];
    return [
        ...modules.map((module) => `import type * as ${module} from "@pulumi/aws/${module}";`),
        ...aws.map(({ type, inputs }, index) => {
            const { module, name } = classOf(type);
            return `export const resource${index}: ${module}.${name}Args = ${JSON.stringify(opened(inputs))};`;
        }),
    ].join("\n");
}

/** What the compiler has against a program. */
function complaints(text: string): string[] {
    const file = join(__dirname, `aws-literals-${process.pid}.ts`);
    writeFileSync(file, text);
    try {
        const options = { strict: true, skipLibCheck: true, noEmit: true, types: [], esModuleInterop: true };
        return ts
            .getPreEmitDiagnostics(ts.createProgram([file], options))
            .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    } finally {
        rmSync(file);
    }
}

test("every argument of every resource of AWS is one that its package declares, of the type that it declares", async () => {
    const kmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/a";
    const machine = { dns: { zoneId: "Z0123456789ABC", name: "maps.example.org" }, kmsKeyArn };
    const balanced = {
        "science-stacks:serverName": "omero.example.org",
        "science-stacks:loadBalancer": { hostedZoneId: "Z0123456789ABC" },
    };
    const recorded = [
        await record(program(configured("eoxserver-prod", machine)), false),
        await record(program(configured("dcor-prod")), false),
        await record(program(withManaged("eoxserver-prod", { rds: {} }, { kmsKeyArn })), false),
        await record(program(withManaged("omero-web-prod", { elasticache: {} }, { kmsKeyArn })), false),
        await record(program(withManaged("dcor-prod", { rds: {}, elasticache: {} })), false),
        await record(program(configured("omero-web-prod", {}, balanced)), false),
    ];
    const text = literals(recorded.flatMap(({ resources }) => resources));
    expect(text.match(/^export const/gm)?.length).toBeGreaterThan(140);
    expect(complaints(text)).toEqual([]);
    for (const key of ["instanceType", "storageEncrypted", "transitEncryptionMode", "dropInvalidHeaderFields"]) {
        const wrong = key.slice(0, -1);
        expect(complaints(text.replace(`"${key}"`, `"${wrong}"`))).toEqual([expect.stringContaining(wrong)]);
    }
});

test("a stack that is not on AWS does not load the package of AWS", () => {
    const load = `
        require("./scripts/host/load-typescript.cjs");
        require("./stacks/dcor.ts");
        require("./stacks/eoxserver.ts");
        require("./stacks/omero-web.ts");
        const loaded = () => Object.keys(require.cache).filter((path) => path.includes("/@pulumi/aws/")).length;
        const before = loaded();
        require("./components/machine/aws.ts");
        console.log(JSON.stringify([before, loaded() > 0]));`;
    const { stdout } = spawnSync(process.execPath, ["-e", load], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual([0, true]);
});
