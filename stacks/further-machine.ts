import * as pulumi from "@pulumi/pulumi";
import { Backup } from "../components/guest/backup";
import type { BackupContents } from "../components/guest/backup-files";
import { DataVolume } from "../components/guest/data-volume";
import type { InstallStep } from "../components/guest/install-step";
import { Packages, type PackageSet } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { UnattendedUpgrades, type UpgradeSettings } from "../components/guest/unattended-upgrades";
import { createMachine } from "../components/machine/create";
import type { BalancerArgs } from "../components/guest/balancer";
import type { Connection, FirewallRule, Machine } from "../components/machine/machine";
import { MemberCertificates } from "../components/member-certificates";
import type { Signed } from "../components/stack-authority";
import type { FurtherBackedUp } from "./backups";
import type { EoxServerConfig } from "./config";

type PostgreSqlKeys = EoxServerConfig["postgresql"];

/** What is needed of the configuration of each product. */
export type FurtherMachineConfig = Pick<EoxServerConfig, "firewall" | "mirrors" | "packagesAsOf" | "backup">;

export interface FurtherMachineArgs {
    /** What its resources, its name after the stack's, and users' commands call it by: letters, digits, and inner hyphens. */
    role: string;
    keys: NonNullable<PostgreSqlKeys["machine"]>;
    volume: NonNullable<PostgreSqlKeys["data"]>;
    /** What it is for, and the port of it, which its clients alone reach. */
    service: { description: string; port: number };
    /** The machines of the stack that use it. @default the first one */
    clients?: readonly Machine[];
    /** What must be there before its firewall says anew who reaches it. @default nothing */
    after?: readonly pulumi.Resource[];
    /** All ports of the machine that the service needs for itself. @default its port */
    ownPorts?: readonly number[];
    /** The size of a second volume, for what can be lost. @default it has none */
    scratchGiB?: number;
    /** What the service needs from Debian. */
    packages: PackageSet;
    /** Security updates that come by themselves. @default none do */
    upgrades?: UpgradeSettings;
    /** Whether what is on it is backed up where the stack has backups. @default true */
    isBackedUp?: boolean;
}

/** A machine that is made, for its service. */
export interface FurtherMachine {
    /** What the configuration, or its kind, calls it. */
    role: string;
    machine: Machine;
    packages: Packages;
    data: DataVolume;
    /** Its firewall, which whoever connects waits for. */
    closed: pulumi.Resource;
    /** The machine, as the stack gives it out. */
    output: { name: string; address: pulumi.Output<string>; platform: string };
    /** Secret. How administrators log in to it. */
    ssh: pulumi.Output<Connection>;
    /** What is done once the service runs: all of it. */
    lastSteps: (running: InstallStep) => InstallStep[];
    /** The machine as one whose data are backed up. */
    backedUp: (contents: BackupContents, running: InstallStep) => FurtherBackedUp;
}

/** A machine of the stack beside the first one, for one service, with a volume and a firewall of its own. */
export async function createFurtherMachine(
    config: FurtherMachineConfig,
    first: Machine,
    args: FurtherMachineArgs,
): Promise<FurtherMachine> {
    const { service, clients = [first], ownPorts = [service.port] } = args;
    const machine = await makeFurtherMachine(config, first, { ...args, ownPorts });
    return furnish(config, machine, [{ ...service, cidrs: [], machines: clients }], args);
}

/** The machine alone: those that know each other are all made before one of them is furnished. */
export function makeFurtherMachine(
    { firewall, mirrors }: FurtherMachineConfig,
    first: Machine,
    {
        role,
        keys,
        volume,
        scratchGiB,
        ownPorts,
    }: Pick<FurtherMachineArgs, "role" | "keys" | "volume" | "scratchGiB"> & { ownPorts: readonly number[] },
): Promise<Machine> {
    const needs = { ports: ownPorts, sizeGiB: volume.sizeGiB, scratchGiB, administrators: firewall.ssh };
    const further = { machineName: `${first.machineName}-${role}`, beside: first };
    return createMachine(`${role}-machine`, keys, mirrors, needs, further);
}

/** What each further machine has, whatever it is for. @param services the rules of its firewall besides that of the administrators */
export function furnish(
    { firewall, packagesAsOf, backup }: FurtherMachineConfig,
    machine: Machine,
    services: readonly FirewallRule[],
    {
        role,
        keys,
        volume,
        packages: wanted,
        upgrades,
        isBackedUp = true,
        after = [],
    }: Omit<FurtherMachineArgs, "service" | "clients" | "ownPorts" | "scratchGiB">,
): FurtherMachine {
    const rules = [...services, { description: "SSH of the administrators", port: 22, cidrs: firewall.ssh }];
    const closed = machine.firewall(`${role}-firewall`, rules, { dependsOn: [...after] });
    const data = new DataVolume(`${role}-data`, { machine, ...volume });
    const sets = [
        wanted,
        ...(upgrades ? [UnattendedUpgrades.packages(upgrades)] : []),
        ...(isBackedUp ? [Backup.packages(backup)] : []),
    ];
    const packages = new Packages(`${role}-packages`, { machine, sets });
    if (upgrades !== undefined) {
        new UnattendedUpgrades(`${role}-upgrades`, { machine, packages, ...upgrades });
    }

    const { machineName: name, address } = machine;
    return {
        ...{ role, machine, packages, data, closed },
        output: { name, address, platform: keys.platform },
        ssh: pulumi.secret(machine.connection),
        lastSteps: (running) => [
            running,
            ...createPackagesUpgrade({ packagesAsOf }, machine, [], [running], `${role}-packages-upgrade`),
        ],
        backedUp: (contents, running) => ({ role, machine, contents, after: [running] }),
    };
}

/** What the stack gives out of several machines: each, and, secret, how administrators log in to it, by its role. */
export const namedOutputs = (
    machines: string,
    logins: string,
    made: readonly Pick<FurtherMachine, "role" | "output" | "ssh">[],
): Record<string, unknown> => ({
    [machines]: Object.fromEntries(made.map(({ role, output }) => [role, output])),
    [logins]: pulumi.secret(Object.fromEntries(made.map(({ role, ssh }) => [role, ssh]))),
});

/** A machine of `applications`, with what it shows to HAProxy. */
export interface BalancedMachine extends FurtherMachine {
    certificate: Signed;
}

/** Machines of `applications`, with a certificate for each. */
export function withCertificates<Made extends FurtherMachine>(machines: readonly Made[]): (Made & BalancedMachine)[] {
    if (machines.length === 0) {
        return [];
    }
    const { certificates } = new MemberCertificates("applications-tls", {
        members: Object.fromEntries(machines.map(({ role, machine }) => [role, machine.privateAddress])),
        uses: ["server_auth"],
    });
    return machines.map((each) => ({ ...each, certificate: certificates[each.role]! }));
}

/** The machines as HAProxy reaches them, each at this port. */
export const balancedServers = (
    machines: readonly BalancedMachine[],
    port: number,
): Pick<BalancerArgs, "servers" | "authority"> => ({
    servers: machines.map(({ role, machine }) =>
        machine.privateAddress.apply((address) => ({ name: role, address, port })),
    ),
    authority: machines[0]!.certificate.authorityPem,
});
