import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A provider plugin that an npm package asks for by its `pulumi` key. */
export interface RequiredPackage {
    name: string;
    /** Version of the plugin, with a leading v. */
    version: string;
    /** Where to download it from, when not from the usual place. */
    server: string;
}

/** What this host reads of a package.json. */
export interface Manifest {
    name?: string;
    version?: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
    pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

/** An installed npm package: its folder and what its package.json says. */
export interface InstalledPackage {
    directory: string;
    manifest: Manifest;
}

/**
 * The provider plugins that the packages installed for a program ask for.
 * It follows the dependencies that package.json files name, rather than looking into each folder of node_modules.
 */
export function requiredPackages(directory: string): RequiredPackage[] {
    const found = new Map<string, RequiredPackage>();
    for (const { manifest } of installedPackages(directory, { transitive: true })) {
        const { pulumi } = manifest;
        if (pulumi?.resource === true) {
            const name = pulumi.name ?? (manifest.name ?? "").replace(/^@pulumi\//, "");
            const version = `v${(pulumi.version ?? manifest.version ?? "").replace(/^v/, "")}`;
            found.set(`${name}@${version}`, { name, version, server: pulumi.server ?? "" });
        }
    }
    return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The packages that a program's package.json names and that are installed, with or without what those need in turn. */
export function installedPackages(directory: string, options: { transitive: boolean }): InstalledPackage[] {
    const root = nearestManifest(directory);
    if (!root) {
        return [];
    }
    const found = new Map<string, InstalledPackage>();
    const { devDependencies = {} } = root.manifest;
    const pending = [
        ...dependenciesOf(root),
        ...Object.keys(devDependencies).map((name) => ({ name, from: root.directory })),
    ];
    for (let dependency = pending.pop(); dependency; dependency = pending.pop()) {
        const installed = locate(dependency.name, dependency.from);
        if (!installed || found.has(installed.directory)) {
            continue;
        }
        found.set(installed.directory, installed);
        if (options.transitive && mayNeedPlugins(installed, devDependencies)) {
            pending.push(...dependenciesOf(installed));
        }
    }
    return [...found.values()];
}

/** The SDK itself and the tools of development pull in most of node_modules, and none of that asks for a plugin. */
function mayNeedPlugins({ manifest: { name = "" } }: InstalledPackage, tools: Record<string, string>): boolean {
    return name !== "@pulumi/pulumi" && !(name in tools);
}

/** The package whose package.json is in the directory or the nearest one above it. */
export function nearestManifest(directory: string): InstalledPackage | undefined {
    for (let current = directory; ; current = dirname(current)) {
        const manifest = readManifest(current);
        if (manifest) {
            return { directory: current, manifest };
        }
        if (current === dirname(current)) {
            return undefined;
        }
    }
}

function dependenciesOf({ manifest, directory }: InstalledPackage): { name: string; from: string }[] {
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    return names.map((name) => ({ name, from: directory }));
}

/** Finds a package as Node.js does: in node_modules of the folder, then of each folder above. */
function locate(name: string, from: string): InstalledPackage | undefined {
    for (let current = from; ; current = dirname(current)) {
        const directory = join(current, "node_modules", name);
        const manifest = readManifest(directory);
        if (manifest) {
            return { directory, manifest };
        }
        if (current === dirname(current)) {
            return undefined;
        }
    }
}

function readManifest(directory: string): Manifest | undefined {
    const path = join(directory, "package.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Manifest) : undefined;
}
