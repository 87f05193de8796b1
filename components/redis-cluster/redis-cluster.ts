import * as pulumi from "@pulumi/pulumi";
import type { DataVolume } from "../guest/data-volume";
import { inTurn } from "../guest/in-turn";
import { InstallStep } from "../guest/install-step";
import type { Packages, PackageSet } from "../guest/packages";
import { REDIS_PORT } from "../guest/redis";
import type { Machine } from "../machine/machine";
import { MemberCertificates } from "../member-certificates";
import { quorumOf, type RedisMember } from "./member";
import { createPasswords, memberSecrets, type MemberSecrets } from "./member-secrets";
import { BEGINNINGS, memberFiles, REDIS_UNIT, REDIS_UNIT_FILES, SENTINEL_UNIT, STATE } from "./redis-files";

/** A machine of a Redis cluster. */
export interface RedisMachine {
    /** What the other members call it. */
    name: string;
    machine: Machine;
    packages: Packages;
    /** The volume that holds what Redis keeps, and who is master, so that both outlive the machine. */
    data: DataVolume;
    /** Its firewall. */
    closed: pulumi.Resource;
}

export interface RedisClusterArgs {
    machines: readonly RedisMachine[];
    /** Memory for what each keeps, in MiB. @default 256 */
    maxMemoryMiB?: number;
}

const NOTIFY = [`${REDIS_UNIT}:restart`, `${SENTINEL_UNIT}:restart`];

/**
 * Redis on several machines, of which one is master and the others have what it writes a moment later: Sentinel, on the same
 * machines, sees to it that there is one. Who uses it comes to the master by a `RedisBalancer`.
 */
export class RedisCluster extends pulumi.ComponentResource {
    public readonly members: pulumi.Output<RedisMember[]>;
    /** Secret. The password of those who use it. */
    public readonly password: pulumi.Output<string>;
    /** Secret. That of those who ask a member what it is, and nothing else. */
    public readonly checkPassword: pulumi.Output<string>;
    /** The authority that has signed the certificates of the members, as PEM. */
    public readonly authority: pulumi.Output<string>;
    /** Of each machine, in their order: it is master, or has what its master writes. */
    public readonly running: readonly InstallStep[];

    constructor(
        name: string,
        private readonly args: RedisClusterArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:redis-cluster:RedisCluster", name, {}, opts);

        const { machines } = args;
        const child = { parent: this };
        const addresses = machines.map((each) => each.machine.privateAddress);
        this.members = pulumi
            .all(addresses)
            .apply((known) => known.map((address, index) => ({ name: machines[index]!.name, address })));
        const { authorityPem, certificates } = new MemberCertificates(
            `${name}-tls`,
            { members: Object.fromEntries(machines.map((each, index) => [each.name, addresses[index]!])) },
            child,
        );
        const passwords = createPasswords(name, child);
        const data = machines.map((each, index) => {
            const shown = { certificate: certificates[each.name]!, authorityPem };
            return this.data(each, index, memberSecrets(each, passwords, shown, child));
        });
        const joined = this.join(data);
        const followed = this.inTurn("no", data, joined);
        this.running = this.inTurn("yes", data, followed);

        this.password = passwords.client;
        this.checkPassword = passwords.check;
        this.authority = authorityPem;
        this.registerOutputs();
    }

    /** Its settings are there, and those who have data run. */
    private data(each: RedisMachine, index: number, { read, users }: MemberSecrets): InstallStep {
        const { name, machine, packages, data: volume } = each;
        const { machines, maxMemoryMiB } = this.args;
        const directory = new InstallStep(
            `${name}-redis-directory`,
            { machine, program: { script: "redis/directory.sh" }, removable: true },
            { parent: this, dependsOn: [packages, volume.mounted, users] },
        );
        return new InstallStep(
            `${name}-redis-data`,
            {
                machine,
                program: pulumi.all([this.members, read.revision]).apply(([members, secrets]) => ({
                    script: "redis/member-data.sh",
                    parameters: STATE,
                    files: memberFiles({ own: members[index]!, members, maxMemoryMiB, secrets }),
                    notify: NOTIFY,
                })),
                removable: true,
            },
            // The members reach each other when the firewall of each is there.
            { parent: this, dependsOn: [directory, ...machines.map(({ closed }) => closed)] },
        );
    }

    /** Those without data come to those with some; where nobody has any, to the first. */
    private join(data: readonly InstallStep[]): InstallStep[] {
        const { machines } = this.args;
        const joins = (index: number, after: readonly InstallStep[]) =>
            new InstallStep(
                `${machines[index]!.name}-redis-join`,
                {
                    machine: machines[index]!.machine,
                    program: pulumi.all([this.members, data[index]!.revision]).apply(([members, revision]) => ({
                        script: "redis/member-join.sh",
                        parameters: {
                            ...{ ...STATE, ...BEGINNINGS, first: members[0]!.address, port: REDIS_PORT },
                            ...{ quorum: quorumOf(members.length), revision },
                        },
                    })),
                },
                { parent: this, dependsOn: [...data, ...after] },
            );
        const first = joins(0, []);
        return [first, ...machines.slice(1).map((_, index) => joins(index + 1, [first]))];
    }

    /** One member after the other takes up what changed. @param masters whether this is the turn of the one that is master, too */
    private inTurn(
        masters: "yes" | "no",
        data: readonly InstallStep[],
        after: readonly InstallStep[],
    ): readonly InstallStep[] {
        const { machines } = this.args;
        return inTurn<RedisMachine, InstallStep>(
            machines,
            ({ name, machine }, before, index) =>
                new InstallStep(
                    masters === "yes" ? `${name}-redis-member` : `${name}-redis-replica`,
                    {
                        machine,
                        program: data[index]!.revision.apply((revision) => ({
                            script: "redis/member.sh",
                            parameters: {
                                ...{ name, masters, port: REDIS_PORT, quorum: quorumOf(machines.length), revision },
                            },
                            notify: NOTIFY,
                        })),
                    },
                    { parent: this, dependsOn: [...after, ...before] },
                ),
        );
    }

    /** Debian's packages; neither of them begins by itself. */
    static readonly packages: PackageSet = { packages: ["redis-sentinel", "redis-server"], files: REDIS_UNIT_FILES };
}
