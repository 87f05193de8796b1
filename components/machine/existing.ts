import * as pulumi from "@pulumi/pulumi";
import { aptSettings, type AptMirrors } from "../guest/apt-settings";
import { guestFirewall } from "../guest/guest-firewall";
import { Packages } from "../guest/packages";
import { revisionOf } from "../guest/program";
import { Ready } from "../guest/ready";
import { password } from "../password";
import { closedPorts, hostFacts, type HostFacts, type VolumeWanted } from "./host-facts";
import type { Connection, Disk, DiskArgs, DiskUse, FirewallRule, Machine } from "./machine";

/** How a host is logged in to. */
export interface SshLogin {
    /** Name or address. */
    host: string;
    /** @default 22 */
    port?: number;
    /** root, or a user who may use sudo without a password. @default root */
    user?: string;
    /** The host's key, as a line of authorized_keys: no other is taken. */
    hostKey: string;
    /** @default the keys of the SSH agent */
    privateKey?: pulumi.Input<string>;
}

export interface ExistingMachineArgs extends SshLogin {
    /** The release that runs on the host. */
    image: string;
    /** A host that the connection goes through, e.g. the only one that is open to the outside. @default none */
    bastion?: SshLogin;
    /** Where users reach the host. @default the same as `host` */
    address?: string;
    /** The IPv4 address by which other machines of the stack know the host. @default `host`, which must be one then */
    privateAddress?: string;
    /** What messages and the host itself call the stack's machine. @default the stack's name */
    machineName?: string;
    /** A block device for the data, blank or this stack's; or `directory`. */
    device?: string;
    /** A directory for the data, empty or this stack's; it is made where there is none. */
    directory?: string;
    /** The same for what can be lost: a device or a directory. @default none */
    scratch?: string;
    /** `none` leaves the host's firewall alone. */
    firewall: "nftables" | "none";
    /** The least size of the device, or of the file system that the directory is in, in GiB. */
    sizeGiB: number;
    /** The least size of the scratch space, in GiB. @default the product needs none */
    scratchGiB?: number;
    /** TCP ports that the product needs for itself. */
    ports: readonly number[];
    /** The networks that may log in, which must have the address that the stack itself comes from. */
    administrators: readonly string[];
    /** Mirrors that apt is to use. @default none: apt stays as it is */
    mirrors?: AptMirrors;
}

/**
 * A Debian or Ubuntu host that is there already, reached by SSH. Each preview and each `up` first asks it what it is, and
 * refuses what does not fit, without changing anything. It stays when the stack goes: then every step undoes what it did,
 * and the data stays where it is.
 */
export class ExistingMachine extends pulumi.ComponentResource implements Machine {
    public readonly machineName: string;
    public readonly address: pulumi.Output<string>;
    public readonly privateAddress: pulumi.Output<string>;
    public readonly connection: pulumi.Output<Connection>;
    public readonly identity: pulumi.Output<string>;
    /** The host outlives the stack. */
    public readonly host = undefined;
    public readonly ready: pulumi.Resource;
    public readonly markKey: pulumi.Output<string>;

    /** Asks the host first: nothing is made before it is known to be the right one. */
    static async create(name: string, args: ExistingMachineArgs): Promise<ExistingMachine> {
        const facts = await hostFacts(connectionOf(args), {
            host: args.host,
            user: args.user ?? "root",
            stack: args.machineName ?? pulumi.getStack(),
            image: args.image,
            volumes: volumesOf(args),
            ports: args.ports,
            administrators: args.firewall === "none" ? undefined : args.administrators,
        });
        return new ExistingMachine(name, args, facts);
    }

    private constructor(
        name: string,
        private readonly args: ExistingMachineArgs,
        private readonly facts: HostFacts,
    ) {
        super("science-stacks:machine:ExistingMachine", name);

        this.machineName = args.machineName ?? pulumi.getStack();
        this.connection = connectionOf(args);
        this.address = pulumi.output(args.address ?? args.host);
        this.privateAddress = pulumi.output(args.privateAddress ?? args.host);
        this.identity = pulumi.output(revisionOf(keyOf(args.hostKey)));
        this.markKey = password(`${name}-mark-key`, { parent: this });

        this.ready = new Ready(`${name}-ready`, { ...this.essentials(), leaveNothing: true }, { parent: this });
        const apt = aptSettings(`${name}-apt`, { machine: this, image: args.image, mirrors: args.mirrors }, this);
        // What the steps themselves need, and a small host may lack.
        this.ready = new Packages(
            `${name}-packages`,
            { machine: this, sets: [{ packages: ESSENTIAL_PACKAGES }] },
            { parent: this, dependsOn: apt },
        );
        this.registerOutputs({ address: this.address });
    }

    /** The device or the directory of the host, which stays. */
    attachDisk(_name: string, { use }: DiskArgs & { use: DiskUse }): Disk {
        const volume = volumesOf(this.args).find(({ section }) => section === use);
        if (volume === undefined) {
            throw new Error(`an existing host has no place for the volume "${use}"`);
        }
        return { device: pulumi.output(volume.path), attachment: this.ready };
    }

    firewall(name: string, rules: FirewallRule[], opts: pulumi.CustomResourceOptions): pulumi.Resource {
        if (this.args.firewall === "none") {
            return this.ready;
        }
        // The machine's own sshd, which is not on port 22 everywhere.
        const own = rules.map((rule) => (rule.port === 22 ? { ...rule, port: this.args.port ?? 22 } : rule));
        this.warnOfClosedPorts(own);
        return guestFirewall(this, name, own, pulumi.mergeOptions({ parent: this }, opts));
    }

    private warnOfClosedPorts(rules: readonly FirewallRule[]): void {
        const { facts } = this;
        const closed = closedPorts(
            facts,
            rules.map(({ port }) => port),
        );
        if (facts.stack === "" && closed.length > 0) {
            void pulumi.log.warn(
                `The firewall closes ports that programs of ${this.args.host} listen on: ${closed.join(", ")}. machine.firewall: none leaves them open.`,
                this,
            );
        }
    }

    private essentials() {
        const { machineName, connection, identity, host } = this;
        return { machineName, connection, identity, host };
    }
}

const ESSENTIAL_PACKAGES = ["ca-certificates", "nftables", "python3"];

function volumesOf({ device, directory, scratch, sizeGiB, scratchGiB }: ExistingMachineArgs): VolumeWanted[] {
    return [
        { section: "data", path: device ?? directory ?? "", mountPoint: "/data", sizeGiB },
        ...(scratchGiB === undefined
            ? []
            : [{ section: "scratch", path: scratch ?? "", mountPoint: "/cache", sizeGiB: scratchGiB }]),
    ];
}

/** A host key without the comment that ends its line. */
const keyOf = (line: string) => line.trim().split(/\s+/).slice(0, 2).join(" ");

function connectionOf({ bastion, ...login }: ExistingMachineArgs): pulumi.Output<Connection> {
    const proxy = bastion && loginOf(bastion);
    return pulumi.output({ ...loginOf(login), ...(proxy && { proxy }) });
}

function loginOf({ host, port = 22, user = "root", hostKey, privateKey }: SshLogin) {
    return { host, port, user, hostKey: keyOf(hostKey), privateKey, dialErrorLimit: 10, perDialTimeout: 5 };
}
