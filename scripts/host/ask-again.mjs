/**
 * Makes the health checks of a stack again, as they are in its state (the file that is given): for machines that were only
 * started, where Pulumi has nothing to do. Exit status 1 when one fails; what it says is on standard error.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { checkpoint } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const checks = checkpoint.latest.resources
    .map(({ inputs }) => inputs)
    .filter((inputs) => inputs?.create?.toString().endsWith("scripts/host/health-check.mjs"));

for (const { create, stdin } of checks) {
    const { status } = spawnSync(create, {
        shell: true,
        cwd: "stacks",
        input: stdin,
        stdio: ["pipe", "ignore", "inherit"],
    });
    if (status !== 0) {
        process.exitCode = 1;
    }
}
