import type { StepProgram } from "../guest/program";
import { environmentRevision, indexParameters, lockFile, type PackageIndex } from "../guest/python";
import { guestScript } from "../guest/shell";

/** The guide's virtual environment: a link to the one that runs. */
export const VENV = "/usr/lib/ckan/default";

/** The plugins, in their order: dc_view works on what dc_serve condenses. Each is loaded once as part of the installation. */
export const PLUGINS = [
    "stats",
    "text_view",
    "image_view",
    "dcor_depot",
    "dcor_schemas",
    "dc_serve",
    "dc_view",
    "dc_log_view",
    "dcor_theme",
] as const;

/** Where the Python packages of a virtual environment lie, with Debian 12's Python. */
export const sitePackages = (directory: string) => `${directory}/lib/python3.11/site-packages`;

/** Debian's packages: what CKAN loads, what the sources of psycopg2 and uWSGI are built with. Guide: "Ubuntu and CKAN". */
export const BUILD_PACKAGES = [
    "gcc",
    "libmagic1",
    "libpcre3-dev",
    "libpq-dev",
    "libpq5",
    "python3-dev",
    "python3-venv",
] as const;

/** What the guide calls useful, but not required; by the names that Debian 12 has for it. */
export const OPERATOR_TOOLS = ["aptitude", "net-tools", "plocate", "screen", "python-is-python3"] as const;

/** Versions of CKAN that have lock files, each with the extensions that it was tried with; the first is the newest. */
export const VERSIONS = ["2.11.6", "2.11.3"] as const;
export type CkanVersion = (typeof VERSIONS)[number];

/** The pinned packages of a version. */
export const requirements = (version: CkanVersion) => lockFile("dcor", version);

/** The directory of the virtual environment: another one for each list of packages, and one for what developers change. */
export function softwareDirectory(version: CkanVersion, development = false): string {
    const revision = environmentRevision(requirements(version), guestScript("dcor/finish-software.py"));
    return `/usr/lib/ckan/${version}-${revision}${development ? "-development" : ""}`;
}

/** CKAN's own schema for Solr, in the virtual environment that is installed. */
export const solrSchema = (directory: string) => `${sitePackages(directory)}/ckan/config/solr/schema.xml`;

/** The program of the step that installs the software. */
export function softwareProgram(version: CkanVersion, directory: string, index: PackageIndex = {}): StepProgram {
    const library = "/usr/local/lib/science-stacks/dcor";
    return {
        script: "dcor/software.sh",
        parameters: { directory, plugins: [...PLUGINS], ...indexParameters(index) },
        files: {
            [`${library}/answers.sh`]: { content: guestScript("dcor/answers.sh") },
            [`${library}/requirements.txt`]: { content: requirements(version) },
            [`${library}/finish-software.py`]: { content: guestScript("dcor/finish-software.py") },
        },
    };
}
