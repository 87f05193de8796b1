import { resolve } from "node:path";
import { build } from "esbuild";

/** The files that a plugin runs when it starts: those it imports at once, not those it imports when they are needed. */
async function loadedAtStart(entry: string): Promise<string[]> {
    const { metafile } = await build({
        entryPoints: [resolve(__dirname, "../..", entry)],
        ...{ bundle: true, splitting: true, format: "esm", platform: "node", outdir: "unused", write: false },
        metafile: true,
        logLevel: "error",
    });
    const loaded = new Set<string>();
    const visit = (output: string): void => {
        const { inputs, imports } = metafile.outputs[output]!;
        Object.keys(inputs).forEach((input) => loaded.add(input));
        imports
            .filter(({ kind, external }) => kind === "import-statement" && !external)
            .forEach(({ path }) => visit(path));
    };
    visit(Object.keys(metafile.outputs).find((output) => metafile.outputs[output]?.entryPoint)!);
    return [...loaded];
}

test.each(["random", "tls"])(
    "the plugin %s starts without the libraries that only some resources need",
    async (name) => {
        const loaded = await loadedAtStart(`offline/plugins/${name}/index.ts`);
        expect(loaded).toContain(`offline/plugins/${name}/plugin.ts`);
        const heavy = loaded.filter((path) =>
            /node_modules\/(@peculiar|sshpk|bcryptjs|unique-names-generator)\//.test(path),
        );
        expect(heavy).toEqual([]);
    },
);
