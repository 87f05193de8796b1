/**
 * Exit status 0 when node_modules holds what package-lock.json says, version by version, so that a checkout in which
 * somebody ran `npm install` is left as it is.
 */
import { readFileSync } from "node:fs";

const packages = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

function isInstalled() {
    let installed;
    try {
        installed = packages("node_modules/.package-lock.json");
    } catch (error) {
        if (error.code === "ENOENT") {
            return false;
        }
        throw error;
    }
    return Object.entries(packages("package-lock.json")).every(
        ([path, { version, integrity, optional }]) =>
            path === "" ||
            (optional && installed[path] === undefined) ||
            (installed[path]?.version === version && installed[path]?.integrity === integrity),
    );
}

process.exitCode = isInstalled() ? 0 : 1;
