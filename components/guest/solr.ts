import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import type { Signed } from "../stack-authority";
import { Archive } from "./archive";
import { pemFile, SecretFiles, secretFile, secretPath } from "./config-files";
import type { DataVolume } from "./data-volume";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import {
    coreProgram,
    PASSWORD,
    SERVER_AUTHORITY,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    serverProgram,
    SOLR_USER,
    solrUrl,
} from "./solr-files";

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
    after?: readonly pulumi.Resource[];
    /** Memory for Java's heap, in MiB. @default 512 */
    heapMiB?: number;
    /** Name of the core. @default "ckan" */
    core?: string;
    /** Address of Apache's solr-9.9.0-slim.tgz. @default the one of Apache's archive */
    archiveUrl?: string;
    /** Address of an HTTP proxy for what this host downloads. @default none */
    proxy?: string;
    /**
     * What it shows at the machine's private address, where other machines of the stack use it, by TLS and with a password alone.
     * @default it is for its own machine, on the loopback address
     */
    certificate?: Signed;
}

/** What a product needs to use a Solr core. */
export interface SearchEndpoint {
    /** Address of the core, e.g. `http://127.0.0.1:8983/solr/ckan`. */
    url: pulumi.Input<string>;
    /** Who may ask it; the password is secret. @default everyone */
    login?: { user: string; password: pulumi.Output<string> };
    /** The authority that has signed its certificate, as PEM. @default those that the machine trusts */
    authority?: pulumi.Output<string>;
    /** The stack's own: another one when the machine is, and with it perhaps the index. @default a server that is not the stack's */
    own?: pulumi.Output<string>;
    /** The core answers: what everything that connects waits for; none for a server that is not the stack's. */
    running: pulumi.Resource[];
}

/**
 * Solr 9.9.0 for its machine, or for others of the stack, with one core on the data volume. Its unit is active when the core answers.
 * The schema is the one that the product brings; that Solr has it is asked of Solr.
 * Guide: DCOR "Ubuntu and CKAN", and the part on Solr's start, which is waited for there by sleeping 250 s.
 */
export class Solr extends pulumi.ComponentResource {
    public readonly endpoint: SearchEndpoint;
    /** The core answers, with the schema that it was given. */
    public readonly running: InstallStep;

    constructor(name: string, args: SolrArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:Solr", name, {}, opts);

        const { machine, packages, data, schema, after = [], heapMiB = 512, core = "ckan", certificate } = args;
        const child = { parent: this };
        const network = pulumi.output(certificate && machine.privateAddress);
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
        const protection = certificate && this.protect(name, args, certificate);
        // Java starts while the product that brings the schema is being installed.
        const server = new InstallStep(
            `${name}-server`,
            {
                machine,
                program: pulumi
                    .all([archive.path, network, protection?.secrets.revision])
                    .apply(([path, known, revision]) =>
                        serverProgram({
                            ...{ archive: path, heapMiB },
                            ...(known && revision && { shown: { network: known, revision } }),
                        }),
                    ),
                removable: true,
            },
            { ...child, dependsOn: [packages, archive, data.mounted, ...(protection ? [protection.secrets] : [])] },
        );
        this.running = new InstallStep(
            `${name}-core`,
            {
                machine,
                program: pulumi
                    .all([schema.path, schema.revision, network])
                    .apply(([path, revision, known]) => coreProgram({ schema: path, revision, core, network: known })),
                removable: true,
            },
            { ...child, dependsOn: [server, ...after] },
        );

        this.endpoint = {
            url: network.apply((known) => `${solrUrl(known)}/solr/${core}`),
            ...(protection && { login: { user: SOLR_USER, password: protection.password } }),
            ...(certificate && { authority: certificate.authorityPem }),
            own: machine.identity,
            running: [this.running],
        };
        this.registerOutputs();
    }

    /** What lets in those alone who have the password, by TLS. */
    private protect(name: string, { machine, packages }: SolrArgs, certificate: Signed) {
        const child = { parent: this };
        const secret = password(`${name}-password`, child);
        const key = { mode: "600" };
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    [secretPath(PASSWORD)]: secretFile(secret),
                    [SERVER_CERTIFICATE]: pemFile(certificate.certificatePem),
                    [SERVER_KEY]: pemFile(certificate.privateKeyPem, key),
                    [SERVER_AUTHORITY]: pemFile(certificate.authorityPem),
                },
            },
            { ...child, dependsOn: packages },
        );
        return { password: secret, secrets };
    }

    static readonly packages: PackageSet = {
        packages: ["curl", "default-jre-headless"],
        // Java's package links its manuals, and fails in a system without manuals where their directory is not there.
        files: { "/usr/share/man/man1/README": { content: "This directory is one that Java's package needs.\n" } },
    };

    /** With what it needs for other machines: what its key store is made with, and its schema brought by. */
    static readonly packagesForMachines: PackageSet = {
        ...Solr.packages,
        packages: [...Solr.packages.packages, "ca-certificates", "openssl", "python3-venv"],
    };
}
