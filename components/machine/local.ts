import { relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { guestFirewall } from "../guest/guest-firewall";
import { Ready } from "../guest/ready";
import { assignments, type Parameter } from "../guest/shell";
import {
    diskOptions,
    type Connection,
    type Disk,
    type DiskArgs,
    type DiskUse,
    type FirewallRule,
    type Machine,
} from "./machine";

export interface LocalMachineArgs {
    /** The operating system of the guest; another one is another machine. */
    image: "debian-12" | "debian-13";
    /** Private network of the local machines, in CIDR notation, /16 to /29; its first address is the host's. @default 10.77.0.0/24 */
    network?: string;
    /** The guest's address. @default the lowest free one of the network, kept for as long as the machine is there */
    address?: string;
    /** Its name on this host and as its host name. @default the stack's */
    machineName?: string;
    /** The snapshot of an installed machine that a new guest and its disks begin with. @default none: the bare system */
    snapshot?: string;
    /** Where the guest's Debian packages come from. @default Debian's own archive, or what the host uses */
    mirrors?: { apt?: string; aptSecurity?: string; proxy?: string };
}

/**
 * A guest of systemd-nspawn on the machine that Pulumi runs on, with a systemd, an sshd and an address of its own.
 * It is started again after a reboot, and with the host where the host runs systemd. The stack's name is its name,
 * and that of a further machine begins with it.
 */
export class LocalMachine extends pulumi.ComponentResource implements Machine {
    public readonly machineName: string;
    public readonly address: pulumi.Output<string>;
    public readonly privateAddress: pulumi.Output<string>;
    public readonly connection: pulumi.Output<Connection>;
    public readonly identity: pulumi.Output<string>;
    public readonly host: pulumi.Resource;
    public readonly ready: pulumi.Resource;
    private readonly owner: pulumi.Output<string>;
    private readonly snapshot: { snapshot?: string };

    constructor(name: string, args: LocalMachineArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:machine:LocalMachine", name, {}, opts);

        this.machineName = args.machineName ?? pulumi.getStack();
        this.snapshot = args.snapshot === undefined ? {} : { snapshot: args.snapshot };
        const child = { parent: this };
        const loginKey = new tls.PrivateKey(`${name}-login-key`, { algorithm: "ED25519" }, child);
        const hostKey = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, child);
        // Tells this stack from one of the same name in another state: neither takes the other's machine.
        this.owner = new random.RandomId(`${name}-owner`, { byteLength: 8 }, child).hex;

        const host = new command.local.Command(
            `${name}-guest`,
            {
                ...hostScript("machine.sh", { create: "create", delete: "destroy" }),
                stdin: parameters({
                    machine: this.machineName,
                    stack: pulumi.getStack(),
                    owner: this.owner,
                    release: args.image,
                    network: args.network ?? "10.77.0.0/24",
                    address: args.address ?? "",
                    mirror: args.mirrors?.apt ?? "",
                    security_mirror: args.mirrors?.aptSecurity ?? "",
                    proxy: args.mirrors?.proxy ?? "",
                    authorized_key: loginKey.publicKeyOpenssh,
                    host_public_key: hostKey.publicKeyOpenssh,
                    host_key: hostKey.privateKeyOpenssh,
                    ...this.snapshot,
                }),
                triggers: [args.image],
            },
            // Making the image of the operating system takes half a minute or more, once.
            { ...child, deleteBeforeReplace: true, customTimeouts: { create: "30m", update: "30m", delete: "5m" } },
        );

        this.host = host;
        // The resource's own id: another one when the guest is replaced, the same when it is changed, and known in a preview.
        this.identity = host.id;
        this.address = host.stdout.apply((printed) => (JSON.parse(printed) as { address: string }).address);
        this.privateAddress = this.address;
        this.connection = pulumi
            .all([this.address, loginKey.privateKeyOpenssh, hostKey.publicKeyOpenssh])
            .apply(([address, privateKey, publicKey]) => ({
                host: address,
                port: 22,
                user: "root",
                privateKey,
                hostKey: publicKey.trim(),
                dialErrorLimit: 10,
                perDialTimeout: 5,
            }));
        const { machineName, connection, identity } = this;
        this.ready = new Ready(`${name}-ready`, { machineName, connection, identity, host }, child);

        this.registerOutputs({ address: this.address });
    }

    /** A sparse file of the host behind a loop device. Takes up what was written to it; the host must have room for all of it. */
    attachDisk(name: string, args: DiskArgs & { use: DiskUse }, opts: pulumi.ComponentResourceOptions): Disk {
        const { use } = args;
        const disk = `${this.machineName}-${use}`;
        const { owner, machineName } = this;
        // Nothing here depends on the machine: a change of it must not touch the disk.
        const image = new command.local.Command(
            `${name}-disk`,
            {
                ...hostScript("disk.sh", { create: "apply", delete: "delete" }),
                stdin: parameters({
                    disk,
                    owner,
                    size_gib: args.sizeGiB,
                    ...(this.snapshot.snapshot && { name: use, ...this.snapshot }),
                }),
            },
            pulumi.mergeOptions({ parent: this, ...diskOptions(args) }, opts),
        );
        const attachment = new command.local.Command(
            `${name}-attachment`,
            {
                ...hostScript("disk.sh", { create: "attach", delete: "detach" }),
                stdin: parameters({ machine: machineName, disk, owner, name: use }),
                triggers: [this.identity],
            },
            {
                parent: opts.parent ?? this,
                dependsOn: [image, this.host],
                deletedWith: this.host,
                deleteBeforeReplace: true,
            },
        );
        return { device: pulumi.output(`/dev/disk/by-id/science-stacks-${use}`), attachment };
    }

    firewall(name: string, rules: FirewallRule[], opts: pulumi.ComponentResourceOptions): pulumi.Resource {
        return guestFirewall(this, name, rules, pulumi.mergeOptions({ parent: this }, opts));
    }
}

/** The project's directory as the program sees it: clones at other places share a state. */
const project = relative(process.cwd(), resolve(__dirname, "..", "..")) || ".";

/** What a command that runs one of the scripts in scripts/host has in common: a constant text, no environment, quiet. */
function hostScript(script: string, actions: { create: string; delete: string }): command.local.CommandArgs {
    const run = (action: string) => `bash scripts/host/${script} ${action}`;
    return {
        dir: project,
        create: run(actions.create),
        delete: run(actions.delete),
        logging: command.local.Logging.Stderr,
        addPreviousOutputInEnv: false,
    };
}

/** Parameters as a script reads them from its standard input; secret when one of them is. */
function parameters(values: Record<string, pulumi.Input<Parameter>>): pulumi.Output<string> {
    return pulumi
        .output(values)
        .apply((known) =>
            assignments(
                Object.fromEntries(
                    Object.entries(known).map(([key, value]) => [
                        key,
                        typeof value === "string" ? value.trim() : value,
                    ]),
                ),
            ),
        );
}
