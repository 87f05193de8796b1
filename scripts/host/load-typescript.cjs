/**
 * Lets Node.js load the project's TypeScript: each file is compiled by itself, without a check of types, and the result is
 * kept under a name made from its content. An unchanged file costs a read, where other loaders take half a second.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join, relative, resolve } = require("node:path");

const project = resolve(__dirname, "../..");
const cache = join(project, "node_modules", ".cache", "science-stacks", "typescript");
/** Part of each name: the compiler and how it is called. */
const compiler = `${readFileSync(join(project, "node_modules/esbuild/package.json"), "utf8").match(/"version": "(.*?)"/)[1]} 1`;
/** What was compiled here, for the line numbers of error messages. */
const loaded = new Map();

require.extensions[".ts"] = (module, path) => {
    const code = compiled(path);
    loaded.set(path, code);
    module._compile(code, path);
};

function compiled(path) {
    const source = readFileSync(path, "utf8");
    const name = relative(project, path);
    const hash = createHash("sha256").update(`${compiler}\0${name}\0${source}`).digest("hex");
    const kept = join(cache, `${hash.slice(0, 32)}.js`);
    try {
        return readFileSync(kept, "utf8");
    } catch (error) {
        if (error.code !== "ENOENT") {
            throw error;
        }
    }
    const { code } = require("esbuild").transformSync(source, {
        loader: "ts",
        format: "cjs",
        platform: "node",
        target: "node20",
        // import() of TypeScript must come here, too.
        supported: { "dynamic-import": false },
        sourcefile: path,
        sourcemap: "inline",
        sourcesContent: false,
    });
    keep(kept, code);
    return code;
}

/** Another process may do the same at the same time; a project that cannot be written to is compiled each time. */
function keep(path, code) {
    const partial = `${path}.${process.pid}`;
    try {
        mkdirSync(cache, { recursive: true });
        writeFileSync(partial, code);
        renameSync(partial, path);
    } catch (error) {
        if (!["EACCES", "EROFS", "EPERM"].includes(error.code)) {
            throw error;
        }
    }
}

// The line numbers of error messages are those of the TypeScript. Nothing else is mapped: the SDK makes thousands of errors
// only to know where a call came from, and to map each takes longer than all the rest; and with the file names in the SDK's
// own maps, Node.js 20 runs out of memory when it shows an error (util.inspect does not end at node_modules/@pulumi/x.ts).
const { install, wrapCallSite } = createRequire(require.resolve("@pulumi/pulumi/package.json"))("source-map-support");
install({ handleUncaughtExceptions: false, environment: "node", retrieveFile: (path) => loaded.get(path) ?? null });
Error.prepareStackTrace = (error, frames) => {
    const isMarker = error.message === "";
    const lines = frames.map((frame) => (!isMarker && loaded.has(frame.getFileName()) ? wrapCallSite(frame) : frame));
    return [Error.prototype.toString.call(error), ...lines].join("\n    at ");
};
