/** One project a kind of test: `jest --selectProjects unit program` is the quick loop. */
const base = {
    testEnvironment: "node",
    // Pulumi's runtime keeps its state on the global object, and reads it again after a test file has ended.
    testEnvironmentOptions: { globalsCleanup: "off" },
    // quick-lru, which geotiff reads with, is the one package that comes as an ES module alone.
    transform: {
        "\\.ts$|/quick-lru/": [
            "@swc/jest",
            { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
        ],
    },
    transformIgnorePatterns: ["/node_modules/(?!quick-lru/)"],
};
const kind = (name, options) => ({
    ...base,
    displayName: name,
    testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
    ...options,
});

module.exports = {
    projects: ["unit", "program", "offline", "guest", "e2e", "faults"].map((name) => kind(name)),
};
