/**
 * Keeps what V8 has made of the files that a process loads (its code cache), for the next process with the same main file: the
 * program, the language host and the plugins that are stand-ins start with a quarter less work. Node.js does so by itself from
 * version 22 on, when it is asked (`module.enableCompileCache`); this is for 20, too.
 * scripts/stack.sh has Node.js load this file before all others.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join, resolve } = require("node:path");
const { deserialize, serialize } = require("node:v8");
const vm = require("node:vm");

const HASH_BYTES = 32;
const hash = (content) => createHash("sha256").update(content).digest();

const directory = join(resolve(__dirname, "../.."), "node_modules", ".cache", "science-stacks", "compiled");
const main = process.argv[1];
/** What uses import() cannot be kept: V8 forgets where from. */
const IMPORTS = /(?<![.\w$])import\s*\(/;
if (main !== undefined) {
    keepCompiled(join(directory, hash(`${process.version} ${process.arch} ${main}`).toString("hex").slice(0, 32)));
}

/** @param pack the file that the code is kept in: a map from each path to the hash of its content and its code */
function keepCompiled(pack) {
    const kept = readPack(pack);
    /** What was compiled anew. */
    const scripts = new Map();
    const { _compile } = Module.prototype;

    Module.prototype._compile = function (content, filename, ...rest) {
        if (IMPORTS.test(content)) {
            return _compile.call(this, content, filename, ...rest);
        }
        const source = content.replace(/^#!/, "//");
        const contentHash = hash(source).toString("base64");
        const known = kept.get(filename);
        const cachedData = known?.contentHash === contentHash ? known.code : undefined;
        const script = new vm.Script(Module.wrap(source), { filename, cachedData });
        if (cachedData === undefined || script.cachedDataRejected) {
            scripts.set(filename, { contentHash, script });
        }
        const load = script.runInThisContext();
        return load.call(this.exports, this.exports, requireOf(this), this, filename, dirname(filename));
    };

    process.on("exit", () => {
        if (scripts.size > 0) {
            // Only now: what V8 has compiled since, when it was first called, is in it, too.
            for (const [filename, { contentHash, script }] of scripts) {
                kept.set(filename, { contentHash, code: script.createCachedData() });
            }
            writePack(pack, kept);
        }
    });
}

/** What a module calls `require`, as Node.js makes it. */
function requireOf(module) {
    const require = (id) => module.require(id);
    require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
    require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
    require.main = process.mainModule;
    require.extensions = Module._extensions;
    require.cache = Module._cache;
    return require;
}

/** Empty where there is none, or none that is whole: V8 believes what it is given. */
function readPack(path) {
    try {
        const content = readFileSync(path);
        const body = content.subarray(HASH_BYTES);
        return hash(body).equals(content.subarray(0, HASH_BYTES)) ? deserialize(body) : new Map();
    } catch (error) {
        if (error.code !== "ENOENT") {
            throw error;
        }
        return new Map();
    }
}

/** Another process may do the same at the same time; a project that cannot be written to is compiled each time. */
function writePack(path, kept) {
    const body = serialize(kept);
    const partial = `${path}.${process.pid}`;
    try {
        mkdirSync(directory, { recursive: true });
        writeFileSync(partial, Buffer.concat([hash(body), body]));
        renameSync(partial, path);
    } catch (error) {
        if (!["EACCES", "EROFS", "EPERM", "ENOSPC"].includes(error.code)) {
            throw error;
        }
    }
}
