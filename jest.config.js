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

const MINUTE = 60_000;
/**
 * After which a test counts as hung. How long one takes depends on the host and on what else it does: what is to be quick is in
 * bench/. The tests of faults say it themselves: some take hours.
 */
const HUNG_AFTER = {
    unit: MINUTE,
    program: 5 * MINUTE,
    offline: 15 * MINUTE,
    guest: 15 * MINUTE,
    e2e: 15 * MINUTE,
    faults: MINUTE,
};

module.exports = {
    projects: Object.entries(HUNG_AFTER).map(([name, milliseconds]) =>
        // jest has `testTimeout` for all projects together alone.
        kind(name, { globals: { HUNG_AFTER: milliseconds }, setupFilesAfterEnv: ["<rootDir>/test/hung-after.js"] }),
    ),
};
