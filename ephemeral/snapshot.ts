import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assignments } from "../components/guest/shell";
import { keysOf } from "./configuration";

const project = join(__dirname, "..");
/** Everything that decides what an installed machine is, besides the configuration and the image. */
const SOURCES = ["components", "offline", "scripts/guest", "scripts/host", "stacks/config", "package-lock.json"];
const WEEK = 7 * 24 * 60 * 60 * 1000;

/**
 * The name of the snapshot that a stack of this configuration begins with: another one when anything differs that goes into the
 * machine, and each week, for the sake of Debian's updates. Undefined on platforms that have none.
 */
export function snapshotName(product: string, configuration: string): string | undefined {
    const { machine, mirrors = {} } = keysOf(configuration) as {
        machine: { platform: string; image?: string };
        mirrors?: { apt?: string; aptSecurity?: string; proxy?: string };
    };
    if (machine.platform !== "local") {
        return undefined;
    }
    const { apt = "", aptSecurity = "", proxy = "" } = mirrors;
    const release = machine.image ?? "debian-12";
    const image = execFileSync("bash", ["scripts/host/base-image.sh"], {
        cwd: project,
        input: assignments({ release, mirror: apt, security_mirror: aptSecurity, proxy }),
        stdio: ["pipe", "pipe", "inherit"],
        encoding: "utf8",
    });
    const digest = createHash("sha256").update(JSON.stringify([configuration, image, Math.floor(Date.now() / WEEK)]));
    const stacks = readdirSync(join(project, "stacks")).filter((file) => file.endsWith(".ts"));
    for (const path of [...SOURCES, ...stacks.map((file) => `stacks/${file}`)].flatMap(filesOf)) {
        digest.update(`\0${path}\0`).update(readFileSync(join(project, path)));
    }
    return `${product}-${digest.digest("hex").slice(0, 16)}`;
}

/** The files at or below a path of the project. */
function filesOf(path: string): string[] {
    return path.includes(".")
        ? [path]
        : readdirSync(join(project, path), { recursive: true, withFileTypes: true })
              .filter((entry) => entry.isFile())
              .map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1))
              .sort();
}

export function hasSnapshot(name: string): boolean {
    return snapshotScript("has", name) === 0;
}

/** Makes a snapshot of a stack's machine and its disks, which are gone then. Gives the exit status; what failed has been said. */
export function makeSnapshot(machine: string, name: string): number {
    return snapshotScript("make", machine, name);
}

function snapshotScript(...args: string[]): number {
    return spawnSync("bash", ["scripts/host/snapshot.sh", ...args], { cwd: project, stdio: "inherit" }).status ?? 1;
}
