import * as pulumi from "@pulumi/pulumi";
import { pemFile, SecretFiles } from "../guest/config-files";
import type { DataVolume } from "../guest/data-volume";
import type { InstallStep } from "../guest/install-step";
import type { Packages, PackageSet } from "../guest/packages";
import { PostgreSql, type PostgreSqlImage } from "../guest/postgresql";
import { ADMINISTRATOR, createAdministrator } from "../guest/postgresql-administrator";
import { POSTGRESQL_PORT } from "../guest/postgresql-server";
import type { Machine } from "../machine/machine";
import { MemberCertificates } from "../member-certificates";
import { password } from "../password";
import { Etcd } from "./etcd";
import { ETCD_UNIT_FILES } from "./etcd-files";
import { AUTHORITY, CERTIFICATE, ETCD_KEY, ETCD_PEER_PORT, ETCD_PORT, PATRONI_PORT, POSTGRESQL_KEY } from "./member";
import { Patroni } from "./patroni";
import { PATRONI_UNIT_FILES } from "./patroni-files";

/** A machine of a database cluster. */
export interface ClusterMachine {
    /** What the other members call it. */
    name: string;
    machine: Machine;
    /** The release that runs on the machine. */
    image: PostgreSqlImage;
    packages: Packages;
    /** The volume that holds the server's cluster, and etcd's data, so that they outlive the machine. */
    data: DataVolume;
    /** Its firewall. */
    closed: pulumi.Resource;
}

export interface DatabaseClusterArgs {
    machines: readonly ClusterMachine[];
    /** The machines of the stack that use it. */
    clients: readonly Machine[];
    /** What must be there before it is said anew who comes in. */
    after: readonly pulumi.Resource[];
    /** Extensions that their databases have. */
    extensions: readonly "postgis"[];
    /** Memory for shared buffers of each, in MiB. @default 256 */
    sharedBuffersMiB?: number;
}

/**
 * PostgreSQL on several machines, of which one writes and the others have what it wrote: Patroni sees to it that there is one, and
 * that what was acknowledged is on two. Who uses it names all of them, and comes to the one that writes.
 */
export class DatabaseCluster extends pulumi.ComponentResource {
    /** `postgresql://…`, with all members, for `PostgreSqlElsewhere`. */
    public readonly url: pulumi.Output<string>;
    /** Secret. The password of the administrator in it. */
    public readonly password: pulumi.Output<string>;
    /** The authority that has signed the certificates of the members, as PEM. */
    public readonly authority: pulumi.Output<string>;
    /** The administrator comes in on each machine, in their order: what everything that connects waits for. */
    public readonly running: readonly InstallStep[];

    constructor(name: string, args: DatabaseClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:database-cluster:DatabaseCluster", name, {}, opts);

        const { machines, clients, extensions, sharedBuffersMiB = 256 } = args;
        const child = { parent: this };
        const addresses = machines.map((each) => each.machine.privateAddress);
        const members = pulumi
            .all(addresses)
            .apply((known) => known.map((address, index) => ({ name: machines[index]!.name, address })));
        const shown = new MemberCertificates(
            `${name}-tls`,
            { members: Object.fromEntries(machines.map((each, index) => [each.name, addresses[index]!])) },
            child,
        );
        const certificates = machines.map(({ name: member, machine, packages }) => {
            const { certificatePem, privateKeyPem } = shown.certificates[member]!;
            const key = (owner: string) => pemFile(privateKeyPem, { owner: `root:${owner}`, mode: "640" });
            const files = {
                [AUTHORITY]: pemFile(shown.authorityPem),
                [CERTIFICATE]: pemFile(certificatePem),
                ...{ [ETCD_KEY]: key("etcd"), [POSTGRESQL_KEY]: key("postgres") },
            };
            return new SecretFiles(
                `${member}-certificate-files`,
                { machine, files },
                { ...child, dependsOn: packages },
            );
        });
        const etcd = new Etcd(`${name}-etcd`, { machines, members, certificates }, child);
        const patroni = new Patroni(
            `${name}-patroni`,
            { machines, members, clients, certificates, sharedBuffersMiB, after: [...etcd.running, ...args.after] },
            child,
        );

        // Its name says that it is rotated with the passwords of databases.
        this.password = password(`${name}-server-administrator-password`, child);
        this.running = machines.map(({ name: member, machine, image }) =>
            createAdministrator(
                member,
                { machine, image, password: this.password, extensions, backsUp: true, after: patroni.running },
                child,
            ),
        );
        this.url = pulumi
            .all(addresses)
            .apply((known) => known.map((address) => `${address}:${POSTGRESQL_PORT}`).join(","))
            .apply((hosts) => `postgresql://${ADMINISTRATOR}@${hosts}/postgres`);
        this.authority = shown.authorityPem;
        this.registerOutputs({ url: this.url });
    }

    /** The port that clients come to; and those of the members for each other. */
    static readonly ports = { clients: POSTGRESQL_PORT, members: [ETCD_PORT, ETCD_PEER_PORT, PATRONI_PORT] };

    /** Debian's packages; neither of them begins by itself. */
    static packages(image: PostgreSqlImage, extensions: readonly "postgis"[]): PackageSet {
        const server = PostgreSql.packages(image, extensions);
        return {
            packages: [...server.packages, "etcd-client", "etcd-server", "patroni", "python3-etcd"],
            files: { ...server.files, ...ETCD_UNIT_FILES, ...PATRONI_UNIT_FILES },
        };
    }
}
