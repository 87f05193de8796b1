import * as pulumi from "@pulumi/pulumi";
import { inTurn } from "../guest/in-turn";
import { InstallStep } from "../guest/install-step";
import { ETCD_UNIT, etcdFiles, peerUrl } from "./etcd-files";
import type { ClusterMachine } from "./database-cluster";
import type { Member } from "./member";

export interface EtcdArgs {
    machines: readonly ClusterMachine[];
    members: pulumi.Output<Member[]>;
    /** Of each machine, in their order: its certificate. */
    certificates: readonly InstallStep[];
}

const NOTIFY = [`${ETCD_UNIT}:restart`];

/**
 * etcd on each machine of a database cluster, where Patroni keeps who writes.
 * Those that have data are started first; only then is it known whether one without any comes to a cluster that there is.
 */
export class Etcd extends pulumi.ComponentResource {
    /** Of each machine, in their order: it takes part. */
    public readonly running: readonly InstallStep[];

    constructor(name: string, args: EtcdArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:database-cluster:Etcd", name, {}, opts);

        const { machines, members, certificates } = args;
        const child = { parent: this };
        const names = machines.map((each) => each.name);
        const stack = pulumi.getStack();
        const own = (index: number) => members.apply((all) => ({ all, own: all[index]! }));

        const data = machines.map(
            ({ name: member, machine, packages, data: volume }, index) =>
                new InstallStep(
                    `${member}-etcd-data`,
                    {
                        machine,
                        program: own(index).apply((known) => ({
                            script: "etcd/data.sh",
                            parameters: { name: member, peer_url: peerUrl(known.own) },
                            files: etcdFiles(known.own, known.all, stack),
                            notify: NOTIFY,
                        })),
                        removable: true,
                    },
                    { ...child, dependsOn: [packages, volume.mounted, certificates[index]!, ...closed(machines)] },
                ),
        );
        const begun = machines.map(
            ({ name: member, machine }, index) =>
                new InstallStep(
                    `${member}-etcd-join`,
                    {
                        machine,
                        program: pulumi.all([own(index), data[index]!.revision]).apply(([known, revision]) => ({
                            script: "etcd/join.sh",
                            parameters: { name: member, peer_url: peerUrl(known.own), names, revision },
                        })),
                    },
                    { ...child, dependsOn: data },
                ),
        );
        this.running = inTurn<ClusterMachine, InstallStep>(
            machines,
            ({ name: member, machine }, before, index) =>
                new InstallStep(
                    `${member}-etcd`,
                    {
                        machine,
                        program: data[index]!.revision.apply((revision) => ({
                            script: "etcd/running.sh",
                            parameters: { name: member, revision },
                            notify: NOTIFY,
                        })),
                    },
                    { ...child, dependsOn: [...begun, ...before] },
                ),
        );
        this.registerOutputs();
    }
}

/** The members reach each other when the firewall of each is there. */
const closed = (machines: readonly ClusterMachine[]) => machines.map((each) => each.closed);
