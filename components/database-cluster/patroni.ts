import * as pulumi from "@pulumi/pulumi";
import { inTurn } from "../guest/in-turn";
import { InstallStep } from "../guest/install-step";
import { PostgreSql } from "../guest/postgresql";
import type { Machine } from "../machine/machine";
import type { ClusterMachine } from "./database-cluster";
import type { SecretFiles } from "../guest/config-files";
import type { Member } from "./member";
import { PATRONI_UNIT, patroniFiles } from "./patroni-files";

export interface PatroniArgs {
    machines: readonly ClusterMachine[];
    members: pulumi.Output<Member[]>;
    /** The machines of the stack that use the server. */
    clients: readonly Machine[];
    /** Of each machine, in their order: its certificate. */
    certificates: readonly SecretFiles[];
    /** Memory for shared buffers, in MiB. */
    sharedBuffersMiB: number;
    /** What must be there before: etcd runs. */
    after: readonly pulumi.Resource[];
}

const NOTIFY = [`${PATRONI_UNIT}:reload`];

/**
 * Patroni on each machine of a database cluster, with the PostgreSQL that it starts, follows and promotes.
 * Those that have data are started first; the others are made from them. A cluster is initialised where nobody has one.
 */
export class Patroni extends pulumi.ComponentResource {
    /** Of each machine, in their order: PostgreSQL is leader there, or has all that its leader writes. */
    public readonly running: readonly InstallStep[];

    constructor(name: string, args: PatroniArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:database-cluster:Patroni", name, {}, opts);

        const { machines, members, certificates, sharedBuffersMiB, after } = args;
        const child = { parent: this };
        const stack = pulumi.getStack();
        const clients = pulumi.all(args.clients.map((client) => client.privateAddress));

        const data = machines.map(({ name: member, machine, image }, index) => {
            const version = PostgreSql.versionOf(image);
            return new InstallStep(
                `${member}-patroni-data`,
                {
                    machine,
                    program: pulumi
                        .all([members, clients, certificates[index]!.revision])
                        .apply(([all, addresses, revision]) => ({
                            script: "patroni/data.sh",
                            parameters: { version, stack },
                            files: patroniFiles({
                                ...{ own: all[index]!, members: all, stack, version, sharedBuffersMiB },
                                ...{ clients: addresses, certificates: revision },
                            }),
                            notify: NOTIFY,
                        })),
                    removable: true,
                },
                { ...child, dependsOn: [...after] },
            );
        });
        this.running = inTurn<ClusterMachine, InstallStep>(
            machines,
            ({ name: member, machine, image }, before, index) =>
                new InstallStep(
                    `${member}-patroni`,
                    {
                        machine,
                        program: data[index]!.revision.apply((revision) => ({
                            script: "patroni/running.sh",
                            parameters: {
                                ...{ name: member, stack, version: PostgreSql.versionOf(image) },
                                keeps_settings: index === 0 ? "yes" : "no",
                                revision,
                            },
                            notify: NOTIFY,
                        })),
                    },
                    { ...child, dependsOn: [...data, ...before] },
                ),
        );
        this.registerOutputs();
    }
}
