import { revisionOf, type StepProgram } from "../guest/program";
import { environmentRevision, indexParameters, lockFile, type PackageIndex } from "../guest/python";
import { guestScript } from "../guest/shell";
import { softwareFiles, TOOLS } from "./render";

/** Versions of EOxServer that have lock files; the first is the newest. */
export const VERSIONS = ["1.5.5", "1.5.0"] as const;
export type EoxServerVersion = (typeof VERSIONS)[number];

/**
 * What Debian gives the back ends: the web server's programs, what it knows of files by their names, the libraries with their
 * bindings, and what makes a virtual environment. The same on Debian 12 and 13.
 */
export const BACKEND_PACKAGES = [
    "apache2-bin",
    "libapache2-mod-wsgi-py3",
    "logrotate",
    "media-types",
    "python3-gdal",
    "python3-mapscript",
    "python3-numpy",
    "python3-psycopg2",
    "python3-venv",
] as const;

/** The web server of the site. */
export const SITE_PACKAGE = "apache2";

/** What a machine needs that has both: the web server brings its programs. */
export const EOXSERVER_PACKAGES = [
    SITE_PACKAGE,
    ...BACKEND_PACKAGES.filter((name) => !["apache2-bin", "media-types"].includes(name)),
];

/** The pinned packages of a version. */
export const requirements = (version: EoxServerVersion) => lockFile("eoxserver", version);

/** The directory of the virtual environment: another one for each version and each list of packages. */
export function softwareDirectory(version: EoxServerVersion): string {
    return `/opt/eoxserver/${version}-${environmentRevision(requirements(version))}`;
}

/** Differs when the unit of the back ends, or the tools that the steps of an instance call, differ. */
export function toolsRevision(): string {
    const files = ["templates/eoxserver@.service", ...TOOLS];
    return revisionOf(files.map((name) => guestScript(`eoxserver/${name}`)).join(""));
}

/** The program of the step that installs the software. */
export function softwareProgram(version: EoxServerVersion, index: PackageIndex = {}): StepProgram {
    return {
        script: "eoxserver/software.sh",
        parameters: { directory: softwareDirectory(version), ...indexParameters(index) },
        files: softwareFiles(requirements(version)),
    };
}
