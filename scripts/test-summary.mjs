/**
 * Sums up jest's JSON reports, test-summary.mjs REPORT...: what failed by name, then the line "N passed, N failed".
 * Exit status 1 when a test failed or none was run. A file that could not be run counts as one that failed.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));
const files = reports.flatMap(({ testResults }) => testResults);

for (const { name, assertionResults, status } of files) {
    const failed = assertionResults.filter((test) => test.status === "failed").map(({ fullName }) => fullName);
    if (status === "failed" && failed.length === 0) {
        failed.push("could not be run");
    }
    failed.forEach((test) => console.log(`FAILED ${relative(".", name)}: ${test}`));
}

const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const failed = sum(({ numFailedTests, numRuntimeErrorTestSuites }) => numFailedTests + numRuntimeErrorTestSuites);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
