import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as eoxserver from "../components/eoxserver/software";
import { requirements, VERSIONS } from "../components/omero-web/software";
import { runHostScript } from "../test/guest/guest";
import { dcorFiles, dcorInputs } from "./dcor/files";

/** How one product is installed in each of the three ways. */
export interface Product {
    title: string;
    /** Keys of the stack's configuration. */
    configuration: Record<string, unknown>;
    /** One setting that is changed after the installation: for a stack, and as a variable of the playbook. */
    change: { what: string; configuration: Record<string, unknown>; variables: Record<string, unknown> };
    /** Files that the floor and the playbook work with, by name: the same pinned packages that our way installs. */
    inputs(): Record<string, string | Buffer>;
    /** Configuration that the playbook lays as it is, by its path on a machine with this address. @default none: it has its own */
    filesOfAnsible?: (address: string, variables: Record<string, unknown>) => Record<string, string>;
    /** Size of a second volume of the guests of the floor and the playbook, for scratch space. @default none */
    scratchGiB?: number;
    /** Rows of `verify` that the playbook's machine is asked; the others look into how this project lays out a machine. */
    rowsOfAnsible: readonly string[];
    /** Pages that our installation is asked for under load, by what they are; paths below its address. @default none */
    pages?: Record<string, string>;
    /** What a fresh installation of ours is to take at most, of another's time. */
    targets: { floor: number; ansible?: number; unchanged: number };
}

/** The wheel of IcePy from the cache; built, once, where it is not there. */
function icePy(): Record<string, Buffer> {
    const path = runHostScript("ice-py.sh", ["make"], { release: "debian-12" });
    return { [basename(path)]: readFileSync(path) };
}

const machine = { platform: "local" };
const apps = ["figure", "iviewer"] as const;

export const PRODUCTS = {
    eoxserver: {
        title: "EOxServer",
        configuration: { machine, product: "eoxserver", instances: ["instance00"] },
        change: {
            what: "processes of the instance, 10 to 9",
            configuration: { eoxserver: { processes: 9 } },
            variables: { processes: 9 },
        },
        inputs: () => ({ "requirements.txt": eoxserver.requirements(eoxserver.VERSIONS[0]) }),
        rowsOfAnsible: ["E02", "E03", "E04", "E06", "E08", "E09", "E11", "E12", "E13", "E14"],
        targets: { floor: 1.15, ansible: 0.8, unchanged: 0.15 },
    },
    "omero-web": {
        title: "OMERO.web",
        configuration: { machine, product: "omero-web", omeroWeb: { apps } },
        change: {
            what: "age of a session, 86400 s to 43200 s",
            configuration: { omeroWeb: { apps, sessionCookieAgeSeconds: 43200 } },
            variables: { session_age: 43200 },
        },
        inputs: () => ({
            "requirements.txt": requirements({ version: VERSIONS[0], apps, workerProfile: "standard" }),
            ...icePy(),
        }),
        rowsOfAnsible: ["O01", "O02", "O03", "O09", "O11", "O12", "O14", "O16"],
        pages: {
            "the log-in page, by Gunicorn": "webclient/login/",
            "a static file, by nginx": "static/webclient/css/layout.css",
        },
        targets: { floor: 1.15, unchanged: 0.15 },
    },
    dcor: {
        title: "DCOR",
        configuration: { machine, product: "dcor" },
        change: {
            what: "search engines, welcome to not",
            configuration: { dcor: { robots: false } },
            variables: { robots: false },
        },
        inputs: dcorInputs,
        filesOfAnsible: dcorFiles,
        scratchGiB: 10,
        rowsOfAnsible: [
            "D01",
            "D02",
            "D03",
            "D04",
            "D05",
            "D06",
            "D07",
            "D08",
            "D09",
            "D11",
            "D12",
            "D13",
            "D14",
            "D15",
            "D16",
            "D17",
        ],
        targets: { floor: 1.1, ansible: 0.7, unchanged: 0.1 },
    },
} as const satisfies Record<string, Product>;

export type ProductName = keyof typeof PRODUCTS;
