import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Asset } from "../base";

/**
 * The files under a directory that the patterns choose, by their path relative to it.
 *
 * The patterns apply in their order; one that begins with "!" takes files out again. `*` stands for anything but "/",
 * `**` for anything, `?` for one character, `[ab]` and `[!ab]` for one of a set, `{a,b}` for either.
 */
export async function filesByGlobs(directory: string, patterns: readonly string[]): Promise<Record<string, Asset>> {
    const rules = patterns.map((pattern) => ({
        excludes: pattern.startsWith("!"),
        expression: globExpression(pattern.replace(/^!/, "")),
    }));
    const chosen = (await filesUnder(directory, "")).filter((path) =>
        rules.reduce((is, rule) => (rule.expression.test(path) ? !rule.excludes : is), false),
    );
    const assets: Record<string, Asset> = {};
    for (const path of chosen.sort()) {
        const file = join(directory, path);
        assets[path] = new Asset({ path: file }, await hashOfFile(file));
    }
    return assets;
}

async function filesUnder(directory: string, above: string): Promise<string[]> {
    const entries = await readdir(join(directory, above), { withFileTypes: true });
    const nested = entries.map((entry) => {
        const path = above === "" ? entry.name : `${above}/${entry.name}`;
        return entry.isDirectory() ? filesUnder(directory, path) : Promise.resolve([path]);
    });
    return (await Promise.all(nested)).flat();
}

async function hashOfFile(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex");
}

/** The regular expression for one pattern. Exported for its test. */
export function globExpression(pattern: string): RegExp {
    const tokens = pattern.match(/\\.|\*+|\?|\[!?[^\]]+\]|[{},]|[^]/g) ?? [];
    let depth = 0;
    const parts = tokens.map((token) => {
        if (token.startsWith("*")) {
            return token.length > 1 ? ".*" : "[^/]*";
        }
        if (token === "?") {
            return "[^/]";
        }
        if (token.length > 2 && token.startsWith("[")) {
            const set = token.slice(1, -1).replace(/^!/, "^").replace(/\\/g, "\\\\");
            return `[${set}]`;
        }
        if (token === "{") {
            depth++;
            return "(?:";
        }
        if (token === "}" && depth > 0) {
            depth--;
            return ")";
        }
        if (token === "," && depth > 0) {
            return "|";
        }
        return token.replace(/^\\/, "").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
    });
    return new RegExp(`^${parts.join("")}$`, "s");
}
