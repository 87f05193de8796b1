import { environmentRevision, indexParameters, lockFile, type PackageIndex } from "../guest/python";
import type { StepProgram } from "../guest/program";
import { guestScript } from "../guest/shell";
import { APPS, type AppName } from "./apps";

/** Versions of OMERO.web that have lock files; the first is the newest. */
export const VERSIONS = ["5.33.2", "5.33.1", "5.29.3"] as const;
export type OmeroWebVersion = (typeof VERSIONS)[number];

export interface SoftwareSettings {
    version: OmeroWebVersion;
    apps: readonly AppName[];
    workerProfile: "standard" | "downloads";
}

const lock = (name: string) => lockFile("omero-web", name);

/** The pinned packages of a version with its apps. */
export function requirements({ version, apps, workerProfile }: SoftwareSettings): string {
    const parts = [...(workerProfile === "downloads" ? ["downloads"] : []), ...apps].sort();
    return [lock(version), ...parts.map((part) => lock(`${version}-${part}`))].join("");
}

/** The directory of the virtual environment: another one for each list of packages and each IcePy. */
export function softwareDirectory(settings: SoftwareSettings, icePy: string): string {
    return `/opt/omero/web/venv3-${settings.version}-${environmentRevision(requirements(settings), icePy)}`;
}

/** What Debian gives. */
export const OMERO_WEB_PACKAGES = ["libbz2-1.0", "libssl3", "python3-venv"] as const;

/** The program of the step that installs the software. @param icePy path of IcePy's wheel in the guest */
export function softwareProgram(settings: SoftwareSettings, icePy: string, index: PackageIndex = {}): StepProgram {
    const library = "/usr/local/lib/science-stacks/omero-web";
    return {
        script: "omero-web/software.sh",
        parameters: {
            directory: softwareDirectory(settings, icePy),
            ice_py: icePy,
            import_all: [
                "omeroweb",
                "django_redis",
                "whitenoise",
                ...settings.apps.map((name) => APPS[name].module),
            ].join(" "),
            ...indexParameters(index),
        },
        files: {
            [`${library}/requirements.txt`]: { content: requirements(settings) },
            [`${library}/load-configuration.py`]: { content: guestScript("omero-web/load-configuration.py") },
        },
    };
}
