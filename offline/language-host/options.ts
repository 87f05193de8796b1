/** The keys under `runtime.options` in Pulumi.yaml and PulumiPolicy.yaml that concern how Node.js is started. */
export interface RuntimeOptions {
    /** Load TypeScript through ts-node. @default true */
    typescript: boolean;
    /** Arguments of Node.js itself, before the program. @default none */
    nodeargs: string[];
    /** The compiler settings that ts-node uses. @default tsconfig.json beside Pulumi.yaml */
    tsconfig: string | undefined;
}

/** @throws Error naming the option that has a wrong type, or a value that this host does not know */
export function readOptions(options: Record<string, unknown>): RuntimeOptions {
    const { typescript = true, nodeargs, tsconfig, packagemanager = "npm" } = options;
    if (typeof typescript !== "boolean") {
        throw new Error(`runtime option typescript is ${JSON.stringify(typescript)}: it must be true or false`);
    }
    if (nodeargs !== undefined && typeof nodeargs !== "string") {
        throw new Error(`runtime option nodeargs is ${JSON.stringify(nodeargs)}: it must be a string`);
    }
    if (tsconfig !== undefined && typeof tsconfig !== "string") {
        throw new Error(`runtime option tsconfig is ${JSON.stringify(tsconfig)}: it must be a path`);
    }
    if (packagemanager !== "npm") {
        throw new Error(
            `runtime option packagemanager is ${JSON.stringify(packagemanager)}: the stand-in knows npm only`,
        );
    }
    return { typescript, nodeargs: splitWords(nodeargs ?? ""), tsconfig };
}

/**
 * Splits a command line as a shell does: by white space, with single quotes, double quotes and backslashes.
 * @throws Error when a quote is not closed
 */
export function splitWords(line: string): string[] {
    const words: string[] = [];
    let word: string | undefined;
    let quote = "";
    for (let position = 0; position < line.length; position++) {
        const character = line.charAt(position);
        if (character === "\\" && quote !== "'") {
            word = (word ?? "") + line.charAt(++position);
        } else if (quote !== "") {
            if (character === quote) {
                quote = "";
            } else {
                word += character;
            }
        } else if (character === "'" || character === '"') {
            quote = character;
            word ??= "";
        } else if (/\s/.test(character)) {
            if (word !== undefined) {
                words.push(word);
                word = undefined;
            }
        } else {
            word = (word ?? "") + character;
        }
    }
    if (quote !== "") {
        throw new Error(`runtime option nodeargs has a quote that is not closed: ${line}`);
    }
    return word === undefined ? words : [...words, word];
}
