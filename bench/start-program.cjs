/**
 * start-program.cjs STACK: runs the program of a stack under mocks, loaded as Pulumi loads it.
 * start-program.cjs FILE.ts: the same for a program of another project, its TypeScript loaded by the SDK's own way.
 */
const [given] = process.argv.slice(2);

if (given.endsWith(".ts")) {
    const pulumi = require("@pulumi/pulumi");
    const { tsnodeRequire, typescriptRequire } = require("@pulumi/pulumi/tsutils").typeScriptRequireStrings();
    // What cmd/run of the SDK registers for a project without options.
    const compilerOptions = { target: "ES2020", module: "commonjs", moduleResolution: "node", sourceMap: "true" };
    require(tsnodeRequire).register({ compiler: typescriptRequire, compilerOptions });
    const mocks = { newResource: ({ inputs }) => ({ id: undefined, state: inputs }), call: () => ({}) };
    Promise.resolve(pulumi.runtime.setMocks(mocks, "empty", "empty", true))
        .then(() => pulumi.runtime.runInPulumiStack(() => Promise.resolve(require(given))))
        .then(() => pulumi.runtime.disconnect());
} else {
    require("../scripts/host/load-program.cjs");
    require("../scripts/cost/stack-resources.ts").stackResources(given);
}
