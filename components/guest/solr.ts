import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { Archive } from "./archive";
import type { DataVolume } from "./data-volume";
import { hardening } from "./hardening";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { GuestFile, StepProgram } from "./program";
import { guestScript } from "./shell";
import { renderTemplate } from "./template";

export interface SolrArgs {
    machine: Machine;
    packages: Packages;
    /** The volume that holds the index. */
    data: DataVolume;
    /** The schema of the core. */
    schema: {
        /** Path of the schema in the guest, e.g. CKAN's, in its virtual environment. */
        path: pulumi.Input<string>;
        /** Differs when what is at the path may differ: the revision of the step that installs it. */
        revision: pulumi.Input<string>;
    };
    /** What the schema's file comes from. @default nothing to wait for */
    after?: pulumi.Resource[];
    /** Memory for Java's heap, in MiB. @default 512 */
    heapMiB?: number;
    /** Name of the core. @default "ckan" */
    core?: string;
    /** Address of Apache's solr-9.9.0-slim.tgz. @default the one of Apache's archive */
    archiveUrl?: string;
    /** Address of an HTTP proxy for what this host downloads. @default none */
    proxy?: string;
}

/** What a product needs to use a Solr core. */
export interface SearchEndpoint {
    /** Address of the core, e.g. `http://127.0.0.1:8983/solr/ckan`. */
    url: string;
    core: string;
    /** The core answers: what everything that connects waits for; none for a server that is not the stack's. */
    running: pulumi.Resource[];
}

export const SOLR_PORT = 8983;

/** Where a core has its index, which Solr makes when there is none. */
export const indexDirectory = (core: string) => `/data/solr/${core}/data`;

/** Where a core says that its schema has changed since its index was built; who has rebuilt it takes the file away. */
export const rebuildMark = (core: string) => `/data/solr/${core}/rebuild-index`;

/**
 * Solr 9.9.0 on the machine's loopback address, with one core on the data volume. Its unit is active when the core answers.
 * The schema is the one that the product brings; that Solr has it is asked of Solr.
 * Guide: DCOR "Ubuntu and CKAN", and the part on Solr's start, which is waited for there by sleeping 250 s.
 */
export class Solr extends pulumi.ComponentResource {
    public readonly endpoint: SearchEndpoint;
    /** The core answers, with the schema that it was given. */
    public readonly running: pulumi.Resource;

    constructor(name: string, args: SolrArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:Solr", name, {}, opts);

        const { machine, packages, data, schema, after = [], heapMiB = 512, core = "ckan" } = args;
        const child = { parent: this };
        const archive = new Archive(
            `${name}-archive`,
            {
                machine,
                script: "solr.sh",
                recipe: "offline/solr",
                parameters: { url: args.archiveUrl ?? "", proxy: args.proxy ?? "" },
            },
            child,
        );
        // Java starts while the product that brings the schema is being installed.
        const server = new InstallStep(
            `${name}-server`,
            {
                machine,
                program: archive.path.apply((path) => serverProgram({ archive: path, heapMiB })),
                removable: true,
            },
            { ...child, dependsOn: [packages, archive, data.mounted] },
        );
        this.running = new InstallStep(
            `${name}-core`,
            {
                machine,
                program: pulumi
                    .all([schema.path, schema.revision])
                    .apply(([path, revision]) => coreProgram({ schema: path, revision, core })),
                removable: true,
            },
            { ...child, dependsOn: [server, ...after] },
        );

        this.endpoint = { url: `http://127.0.0.1:${SOLR_PORT}/solr/${core}`, core, running: [this.running] };
        this.registerOutputs();
    }

    static readonly packages: PackageSet = {
        packages: ["curl", "default-jre-headless"],
        // Java's package links its manuals, and fails in a system without manuals where their directory is not there.
        files: { "/usr/share/man/man1/README": { content: "This directory is one that Java's package needs.\n" } },
    };
}

const template = (name: string) => guestScript(`solr/templates/${name}`);
const owned = (content: string): GuestFile => ({ content, owner: "solr:solr" });
const HOME = "/data/solr";

/** The program of the step that installs Solr and starts it. @param settings path of the archive in the guest; Java's heap */
export function serverProgram({ archive, heapMiB }: { archive: string; heapMiB: number }): StepProgram {
    return {
        script: "solr/server.sh",
        parameters: { archive },
        files: {
            "/etc/solr/log4j2.xml": { content: template("log4j2.xml") },
            "/etc/systemd/system/solr.service": {
                content: renderTemplate("solr/templates/solr.service.eta", { port: SOLR_PORT, heapMiB }),
            },
            ...hardening("solr.service"),
            [`${HOME}/solr.xml`]: owned(template("solr.xml")),
        },
        notify: ["solr.service:restart"],
    };
}

export interface CoreSettings {
    core: string;
    /** Path of the schema in the guest. */
    schema: string;
    /** Of what the schema comes from. */
    revision: string;
}

/** The program of the step that makes the core. */
export function coreProgram({ core, schema, revision }: CoreSettings): StepProgram {
    const conf = `${HOME}/${core}/conf`;
    return {
        script: "solr/core.sh",
        parameters: { port: SOLR_PORT, core, schema, schema_of: revision },
        files: {
            "/usr/local/lib/science-stacks/solr/check-schema.py": { content: guestScript("solr/check-schema.py") },
            "/etc/systemd/system/solr.service.d/core.conf": {
                content: renderTemplate("solr/templates/core.conf.eta", { port: SOLR_PORT, core }),
            },
            [`${conf}/solrconfig.xml`]: owned(template("solrconfig.xml")),
            // CKAN's schema names them, and wants nothing in them.
            ...Object.fromEntries(
                ["stopwords", "synonyms", "protwords"].map((name) => [`${conf}/${name}.txt`, owned("# None.\n")]),
            ),
        },
        notify: ["solr.service:reload"],
    };
}
