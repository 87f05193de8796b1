/**
 * What packages load at their start, and this project never uses, is loaded when it is first used: of @pulumi/pulumi those that
 * turn functions into text (for cloud functions), the Automation API, and the exporters of traces; of zod the languages of its
 * messages. That is most of their start-up time.
 * scripts/stack.sh has Node.js load this file before all others; `pulumi up` by itself has the first part of it, by main.js.
 */
const Module = require("node:module");

/** Files of packages, and what they load too early. */
const LAZY = {
    "@pulumi/pulumi/runtime/closure/codePaths.js": (request) => request === "@npmcli/arborist",
    "@pulumi/pulumi/typescript-shim.js": (request) => request === "typescript",
    "@pulumi/pulumi/index.js": (request) => request === "./automation",
    "@pulumi/pulumi/cmd/run/tracing.js": (request) =>
        request.startsWith("@opentelemetry/") && request !== "@opentelemetry/api",
    "@pulumi/pulumi/cmd/run/index.js": (request) => request in INSTEAD,
    "zod/v4/classic/external.cjs": (request) => request === "../locales/index.cjs",
};
/** What is done at once when it is loaded, and has something else in its place. */
const INSTEAD = {
    // Switches on Node.js's debugger, for functions that are turned into text; which asks for it again when it is needed.
    "../../runtime/closure/v8Hooks": { isInitializedAsync: () => Promise.resolve() },
    // Reads the source map of each file of the SDK that an error passes; load-typescript.cjs maps what is the project's.
    "source-map-support/register": {},
};
const PACKAGES = "/node_modules/";
const load = Module._load;

Module._load = function (request, parent, isMain) {
    const at = parent?.filename?.lastIndexOf(PACKAGES) ?? -1;
    if (at < 0 || LAZY[parent.filename.slice(at + PACKAGES.length)]?.(request) !== true) {
        return load.call(this, request, parent, isMain);
    }
    if (request in INSTEAD) {
        return INSTEAD[request];
    }
    let loaded;
    return new Proxy(
        {},
        {
            // The SDK's import helper takes a module with this mark as it is, without looking at what is in it.
            get: (_, name) => name === "__esModule" || (loaded ??= load.call(this, request, parent, isMain))[name],
        },
    );
};
