import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { InputField } from "../../offline/plugins/base";

/** What an npm package declares of one property; the packages are generated from the official plugins' schemas. */
export interface Member {
    types: InputField["type"][];
    isOptional: boolean;
}

/**
 * The properties of an interface, or those of a class that are its outputs.
 * @param file of a declaration, in the package
 */
export function sdkMembers(sdk: string, file: string, name: string): Record<string, Member> {
    const path = join(dirname(require.resolve(`${sdk}/package.json`)), file);
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
    const result: Record<string, Member> = {};
    const visit = (node: ts.Node): void => {
        if ((ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && node.name?.text === name) {
            for (const member of node.members) {
                if ((ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) && member.type) {
                    const isOptional = member.questionToken !== undefined;
                    result[member.name.getText()] = { types: fieldTypes(member.type.getText()), isOptional };
                }
            }
        }
        ts.forEachChild(node, visit);
    };
    visit(source);
    return result;
}

function fieldTypes(declared: string): InputField["type"][] {
    const bare = declared.replace(/pulumi\.(Input|Output)<|>| \| undefined/g, "").trim();
    if (bare.endsWith("[]")) {
        return ["list"];
    }
    const simple: Record<string, InputField["type"][]> = {
        string: ["string"],
        boolean: ["boolean"],
        number: ["integer", "number"],
    };
    return simple[bare] ?? ["object"];
}
