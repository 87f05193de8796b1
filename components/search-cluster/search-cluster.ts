import * as pulumi from "@pulumi/pulumi";
import { Archive } from "../guest/archive";
import { pemFile, SecretFiles, secretFile, secretPath } from "../guest/config-files";
import type { DataVolume } from "../guest/data-volume";
import { inTurn } from "../guest/in-turn";
import { InstallStep } from "../guest/install-step";
import type { Packages } from "../guest/packages";
import type { SolrArgs } from "../guest/solr";
import { PASSWORD, SERVER_AUTHORITY, SERVER_CERTIFICATE, SERVER_KEY } from "../guest/solr-files";
import type { Machine } from "../machine/machine";
import { MemberCertificates } from "../member-certificates";
import { password } from "../password";
import type { Signed } from "../stack-authority";
import { memberIds, type SearchMember } from "./member";
import { CHECK_PASSWORD, collectionProgram, memberProgram, runningProgram, settingsProgram } from "./member-files";

/** One of several machines of Solr. */
export interface SearchMachine {
    /** What the other members call it. */
    name: string;
    machine: Machine;
    packages: Packages;
    /** The volume that holds a replica of the index, and what ZooKeeper keeps. */
    data: DataVolume;
    /** Its firewall. */
    closed: pulumi.Resource;
}

export interface SearchClusterArgs extends Pick<SolrArgs, "schema" | "after" | "heapMiB" | "archiveUrl" | "proxy"> {
    /** The schema is on the first of them. */
    machines: readonly SearchMachine[];
}

/** A member, as its first step leaves it. */
interface Member {
    archive: Archive;
    passwords: SecretFiles;
    data: InstallStep;
}

/**
 * Solr on several machines, each with the whole index: SolrCloud, with a ZooKeeper on the same machines, which has them agree which of
 * them leads. Who uses it comes to one of them by a `SearchBalancer`, and writes to all.
 */
export class SearchCluster extends pulumi.ComponentResource {
    public readonly members: pulumi.Output<SearchMember[]>;
    /** Secret. The password of those who use it. */
    public readonly password: pulumi.Output<string>;
    /** Secret. That of those who ask a member how it is, and nothing else. */
    public readonly checkPassword: pulumi.Output<string>;
    /** The authority that has signed the certificates of the members, as PEM. */
    public readonly authority: pulumi.Output<string>;
    /** Each member has the index, with the schema that it was given. */
    public readonly running: InstallStep;

    constructor(
        name: string,
        private readonly args: SearchClusterArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:search-cluster:SearchCluster", name, {}, opts);

        const { machines } = args;
        const child = { parent: this };
        const ids = memberIds(machines.map((each) => each.name));
        const addresses = machines.map((each) => each.machine.privateAddress);
        this.members = pulumi
            .all(addresses)
            .apply((known) =>
                machines.map((each, index) => ({ name: each.name, address: known[index]!, id: ids.get(each.name)! })),
            );
        const { authorityPem, certificates } = new MemberCertificates(
            `${name}-tls`,
            { members: Object.fromEntries(machines.map((each, index) => [each.name, addresses[index]!])) },
            child,
        );
        this.authority = authorityPem;
        this.password = password(`${name}-password`, child);
        this.checkPassword = password(`${name}-check-password`, child);

        const members = machines.map((each, index) => this.data(each, index, certificates[each.name]!));
        const known = this.settings(members);
        const running = this.inTurn(members, known);
        this.running = this.collection(name, running);
        this.registerOutputs();
    }

    /** Its software and its settings are there, and ZooKeeper runs. */
    private data({ name, machine, packages, data }: SearchMachine, index: number, shown: Signed): Member {
        const { machines, heapMiB = 512, archiveUrl, proxy } = this.args;
        const child = { parent: this };
        const archive = new Archive(
            `${name}-solr-archive`,
            {
                ...{ machine, script: "solr.sh", recipe: "offline/solr" },
                parameters: { url: archiveUrl ?? "", proxy: proxy ?? "" },
            },
            child,
        );
        const certificate = new SecretFiles(
            `${name}-solr-certificate`,
            {
                machine,
                files: {
                    [SERVER_CERTIFICATE]: pemFile(shown.certificatePem),
                    [SERVER_KEY]: pemFile(shown.privateKeyPem, { mode: "600" }),
                    [SERVER_AUTHORITY]: pemFile(this.authority),
                },
            },
            { ...child, dependsOn: packages },
        );
        const passwords = new SecretFiles(
            `${name}-solr-passwords`,
            {
                machine,
                files: {
                    [secretPath(PASSWORD)]: secretFile(this.password),
                    [secretPath(CHECK_PASSWORD)]: secretFile(this.checkPassword),
                },
            },
            { ...child, dependsOn: packages },
        );
        const step = new InstallStep(
            `${name}-solr-data`,
            {
                machine,
                program: pulumi
                    .all([this.members, archive.path, certificate.revision, passwords.revision])
                    .apply(([members, path, revision, ofPasswords]) => {
                        const own = members[index]!;
                        const program = memberProgram({ own, members, archive: path, heapMiB, revision });
                        return { ...program, parameters: { ...program.parameters, passwords: ofPasswords } };
                    }),
                removable: true,
            },
            {
                ...child,
                // The members reach each other when the firewall of each is there.
                dependsOn: [
                    ...[archive, certificate, passwords, data.mounted],
                    ...machines.map(({ closed }) => closed),
                ],
            },
        );
        return { archive, passwords, data: step };
    }

    /** What all members read in ZooKeeper. */
    private settings(members: readonly Member[]): InstallStep {
        const [{ name, machine }, { passwords }] = [this.args.machines[0]!, members[0]!];
        return new InstallStep(
            `${name}-solr-settings`,
            { machine, program: passwords.revision.apply(settingsProgram) },
            { parent: this, dependsOn: members.map(({ data }) => data) },
        );
    }

    /** One member after the other takes up what changed. */
    private inTurn(members: readonly Member[], known: InstallStep): readonly InstallStep[] {
        return inTurn<SearchMachine, InstallStep>(this.args.machines, ({ name, machine }, before, index) => {
            const { data, archive } = members[index]!;
            const program = pulumi.all([data.revision, archive.path]).apply((its) => runningProgram(...its));
            return new InstallStep(
                `${name}-solr-member`,
                { machine, program },
                { parent: this, dependsOn: [known, ...before] },
            );
        });
    }

    private collection(name: string, running: readonly InstallStep[]): InstallStep {
        const { machines, schema, after = [] } = this.args;
        return new InstallStep(
            `${name}-collection`,
            {
                machine: machines[0]!.machine,
                program: pulumi
                    .all([schema.path, schema.revision, this.members])
                    .apply((known) => collectionProgram(...known)),
                removable: true,
            },
            { parent: this, dependsOn: [...running, ...after] },
        );
    }
}
