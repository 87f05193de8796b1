import { revisionOf, type StepProgram } from "../guest/program";
import { environmentRevision, indexParameters, lockFile, VENV_LIBRARY, type PackageIndex } from "../guest/python";
import { guestScript } from "../guest/shell";
import { softwareFiles, TOOLS } from "./render";

/** What Debian gives: the web server, the libraries with their bindings, and what makes a virtual environment. The same on Debian 12 and 13. */
export const EOXSERVER_PACKAGES = [
    "apache2",
    "libapache2-mod-wsgi-py3",
    "logrotate",
    "python3-gdal",
    "python3-mapscript",
    "python3-numpy",
    "python3-psycopg2",
    "python3-venv",
] as const;

/** The version of EOxServer in the lock file. */
export function eoxserverVersion(): string {
    const version = /^eoxserver==(\S+)/m.exec(lockFile("eoxserver", "eoxserver"))?.[1];
    if (version === undefined) {
        throw new Error("the lock file of EOxServer does not name a version of eoxserver");
    }
    return version;
}

/** The directory of the virtual environment: another one for each version and each list of packages. */
export function softwareDirectory(): string {
    return `/opt/eoxserver/${eoxserverVersion()}-${environmentRevision(lockFile("eoxserver", "eoxserver"))}`;
}

/** Differs when the unit of the back ends, or the tools that the steps of an instance call, differ. */
export function toolsRevision(): string {
    const files = ["templates/eoxserver@.service", ...TOOLS];
    return revisionOf(files.map((name) => guestScript(`eoxserver/${name}`)).join(""));
}

/** The program of the step that installs the software. */
export function softwareProgram(index: PackageIndex = {}): StepProgram {
    return {
        script: "eoxserver/software.sh",
        parameters: { directory: softwareDirectory(), previous_kept: 1, ...indexParameters(index) },
        files: { ...VENV_LIBRARY, ...softwareFiles() },
    };
}
