/**
 * What @pulumi/pulumi does for who looks into itself, and nobody sees otherwise: it keeps with each promise the call stack that made it,
 * tells the engine the call stack of each resource, and sends messages of each that only `--debug` shows. It is more than a third of
 * what the program of many machines does.
 * PULUMI_DEBUG_PROMISE_LEAKS, the SDK's own switch, gives back all of it.
 */
if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
    const debuggable = require("@pulumi/pulumi/runtime/debuggable");
    const log = require("@pulumi/pulumi/log");
    const { Resource } = require("@pulumi/pulumi/resource");
    const { getStore } = require("@pulumi/pulumi/runtime/state");
    const { debuggablePromise } = debuggable;

    // The first one has the SDK look at the program's end for promises that nothing has kept; the others are only among them.
    debuggable.debuggablePromise = (...args) => {
        debuggable.debuggablePromise = leakCandidate;
        return debuggablePromise(...args);
    };
    const leakCandidate = (promise) => {
        const { leakCandidates } = getStore();
        leakCandidates.add(promise);
        return promise.then(
            (value) => {
                leakCandidates.delete(promise);
                return value;
            },
            (error) => {
                leakCandidates.delete(promise);
                throw error;
            },
        );
    };
    log.debug = () => Promise.resolve();
    Resource.callsites = () => [];
}
