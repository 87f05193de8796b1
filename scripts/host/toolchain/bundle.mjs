/**
 * Lays the stand-ins: bundle.mjs CLI-DIRECTORY PART..., where a part is `language-host` or `plugin=version`.
 * Each is bundled into one file, which starts in a fraction of the time that its many modules take. The files are named
 * by their content, so that an update that runs keeps its own; what starts them is laid last, whole or not at all.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const home = process.env.PULUMI_HOME;
const [cliDirectory, ...parts] = process.argv.slice(2);

for (const part of parts) {
    const [name, version] = part.split("=");
    if (version === undefined) {
        const bundle = await bundled(name, `offline/${name}/index.ts`);
        writeStarter(join(cliDirectory, "pulumi-language-nodejs"), bundle);
    } else {
        const directory = join(home, "plugins", `resource-${name}-v${version}`);
        const bundle = await bundled(name, `offline/plugins/${name}/index.ts`);
        if (!existsSync(join(directory, "stand-in"))) {
            // An official plugin, or half of one, must not stay below a stand-in.
            rmSync(directory, { recursive: true, force: true });
            mkdirSync(directory, { recursive: true });
            writeFileSync(join(directory, "stand-in"), "");
        }
        writeStarter(join(directory, `pulumi-resource-${name}`), bundle);
    }
}

/** @returns the path of the bundle */
async function bundled(name, entryPoint) {
    const { outputFiles } = await build({
        entryPoints: [entryPoint],
        bundle: true,
        platform: "node",
        target: "node20",
        minifySyntax: true,
        legalComments: "eof",
        // Native parts of ssh2 only make it faster, and are not everywhere: it does without.
        external: ["*.node"],
        write: false,
        logLevel: "error",
    });
    const [{ contents }] = outputFiles;
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 16);
    const path = resolve(home, "stand-ins", `${name}-${hash}.cjs`);
    mkdirSync(resolve(home, "stand-ins"), { recursive: true });
    writeWhole(path, contents, 0o644);
    return path;
}

/** The engine starts plugins by name; a shell that replaces itself costs a millisecond. */
function writeStarter(path, bundle) {
    const quoted = [process.execPath, bundle].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    writeWhole(path, `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`, 0o755);
}

function writeWhole(path, contents, mode) {
    const partial = `${path}.${process.pid}.partial`;
    writeFileSync(partial, contents);
    chmodSync(partial, mode);
    renameSync(partial, path);
}
