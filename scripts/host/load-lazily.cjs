/**
 * What @pulumi/pulumi loads at its start, and this project never uses, is loaded when it is first used: packages that turn
 * functions into text (for cloud functions), the Automation API, and the exporters of traces. That is most of its start-up time.
 * scripts/stack.sh has Node.js load this file before all others; `pulumi up` by itself has the first part of it, by main.js.
 */
const Module = require("node:module");

/** Files of the SDK, and what they load too early. */
const LAZY = {
    "/runtime/closure/codePaths.js": (request) => request === "@npmcli/arborist",
    "/typescript-shim.js": (request) => request === "typescript",
    "/index.js": (request) => request === "./automation",
    "/cmd/run/tracing.js": (request) => request.startsWith("@opentelemetry/") && request !== "@opentelemetry/api",
    "/cmd/run/index.js": (request) => request === V8_HOOKS,
};
/** Switches on Node.js's debugger, for functions that are turned into text; which asks for it again when it is needed. */
const V8_HOOKS = "../../runtime/closure/v8Hooks";
const SDK = "/node_modules/@pulumi/pulumi";
const load = Module._load;

Module._load = function (request, parent, isMain) {
    const at = parent?.filename?.lastIndexOf(SDK) ?? -1;
    if (at < 0 || LAZY[parent.filename.slice(at + SDK.length)]?.(request) !== true) {
        return load.call(this, request, parent, isMain);
    }
    if (request === V8_HOOKS) {
        return { isInitializedAsync: () => Promise.resolve() };
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
