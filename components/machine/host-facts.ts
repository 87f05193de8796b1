import { BlockList, isIP } from "node:net";
import { relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { POSTGRESQL_PORT } from "../guest/postgresql-server";
import { asRoot, assignments, guestScript } from "../guest/shell";
import type { Connection } from "./machine";

/** A place for files that the host gives. */
export interface VolumeWanted {
    /** The section of the configuration that names its size, e.g. `data`. */
    section: string;
    /** A device (`/dev/…`), or a directory. */
    path: string;
    /** Where it is shown. */
    mountPoint: string;
    /** Its least size, in GiB. */
    sizeGiB: number;
}

/** What is asked of a host, and what it must be. */
export interface HostWanted {
    /** Its name, and who logs in to it, for messages. */
    host: string;
    user: string;
    /** The stack, which may be on the host already. */
    stack: string;
    /** The release that the configuration names, e.g. `debian-12`. */
    image: string;
    /** Where the data is to lie, and what else needs room. */
    volumes: readonly VolumeWanted[];
    /** TCP ports that the product needs for itself. */
    ports: readonly number[];
    /** The networks that the firewall will let log in; undefined where it is left alone. */
    administrators?: readonly string[];
}

/** What a host says of itself. */
export interface HostFacts {
    release: string;
    architecture: string;
    /** Version of Python, or `none`. */
    python: string;
    init: string;
    /** The address from which the host was asked. */
    client: string;
    /** The stack that is on the host; empty where there is none. */
    stack: string;
    /** Clusters of PostgreSQL, e.g. `15/main`. */
    clusters: string;
    /** For each of the wanted volumes in turn: its state, its size in bytes, and what is at its mount point. */
    volumes: string[];
    /** Open TCP ports: `<port> <address> <program>`. */
    listening: string[];
}

const SCRIPT = relative(process.cwd(), resolve(__dirname, "..", "..", "scripts", "host", "ask-machine.mjs"));

/**
 * Asks a host what it is and what is on it, in previews too: nothing on it is changed.
 * @throws pulumi.RunError where it cannot be reached, or is not what is wanted: with all reasons at once
 */
export async function hostFacts(connection: pulumi.Output<Connection>, wanted: HostWanted): Promise<HostFacts> {
    const volumes = {
        paths: wanted.volumes.map(({ path }) => path),
        mount_points: wanted.volumes.map(({ mountPoint }) => mountPoint),
    };
    const script = assignments(volumes) + guestScript("existing/facts.sh");
    const known = await valueOf(connection);
    const { stdout } = await command.local.run({
        command: `node ${SCRIPT}`,
        // sudo takes SSH_CONNECTION out of the environment.
        stdin: JSON.stringify({
            connection: known,
            command: `client=\${SSH_CONNECTION%% *}; ${asRoot('bash -euo pipefail -s -- "$client"')}`,
            stdin: `client=$1\n${script}`,
        }),
        logging: command.local.Logging.None,
        addPreviousOutputInEnv: false,
    });
    const ended = JSON.parse(stdout) as Ended;
    if (ended.status !== 0) {
        throw new pulumi.RunError(`machine.host: ${connectionProblem(ended, wanted.host, wanted.user)}`);
    }
    const facts = parseFacts(ended.stdout);
    const problems = hostProblems(facts, wanted);
    if (problems.length > 0) {
        throw new pulumi.RunError(
            `${wanted.host} cannot have this stack; nothing was changed on it:\n${list(problems)}`,
        );
    }
    return facts;
}

/** What an output holds that is known before anything is made. */
function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply((value) => resolve(value)));
}

/** What `ask-machine.mjs` prints. */
interface Ended {
    status: number | null;
    stdout: string;
    stderr: string;
}

const list = (lines: readonly string[]) => lines.map((line) => `  - ${line}`).join("\n");

/** What keeps us from asking, and what to do. Pure. */
export function connectionProblem({ status, stderr }: Ended, host: string, user = "root"): string {
    const said = stderr.trim().split("\n").slice(-3).join("; ");
    if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|no matching host key type/i.test(stderr)) {
        return (
            `${host}, or the bastion before it, shows another host key than the configuration has (machine.hostKey, machine.bastion.hostKey).\n` +
            "  Is it the right machine? Compare with /etc/ssh/ssh_host_*_key.pub on its own console before you change the key."
        );
    }
    if (/Permission denied/i.test(stderr)) {
        return `${host}, or the bastion before it, does not let ${user} in with the key that was given (machine.privateKey, or the SSH agent): ${said}`;
    }
    if (/sudo: .*(password|askpass|terminal)|not (in the sudoers file|allowed)/i.test(stderr)) {
        return (
            `${user} may not use sudo on ${host} without a password, which nobody could type in.\n` +
            `  Give the rule, as root on the host: echo '${user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/science-stacks`
        );
    }
    if (/sudo: (command )?not found/i.test(stderr)) {
        return `${host} has no sudo, and ${user} is not root. Install sudo, or give root as machine.user.`;
    }
    return status === 255 ? `${host} cannot be reached by SSH: ${said}` : `${host} did not say what it is: ${said}`;
}

/** Reads lines of a name, a tab and a value. Pure. */
export function parseFacts(text: string): HostFacts {
    const facts: Record<string, string> = {};
    const lists = { listening: [] as string[], volumes: [] as string[] };
    for (const line of text.split("\n").filter((each) => each.includes("\t"))) {
        const [name = "", ...values] = line.split("\t");
        const value = values.join("\t");
        if (name === "listening" || name === "volumes") {
            lists[name].push(value);
        } else {
            facts[name] = value;
        }
    }
    return { ...facts, ...lists } as unknown as HostFacts;
}

/** All reasons why a host cannot have a stack. Pure. */
export function hostProblems(facts: HostFacts, wanted: HostWanted): string[] {
    return [
        ...kindProblems(facts, wanted),
        ...wanted.volumes.flatMap((volume, index) =>
            volumeProblems(volume, facts.volumes[index] ?? "", facts.stack, wanted.stack),
        ),
        ...conflicts(facts, wanted),
        ...lockOut(facts, wanted),
    ];
}

function kindProblems({ release, architecture, init }: HostFacts, { image }: HostWanted): string[] {
    return [
        ...(release === image ? [] : [`machine.image is ${image}, and the host runs ${release}`]),
        ...(["amd64", "arm64"].includes(architecture)
            ? []
            : [`its architecture is ${architecture}, not amd64 or arm64`]),
        ...(init === "systemd" ? [] : [`its services are started by ${init}, not by systemd`]),
    ];
}

/** @param found of a volume, as the facts have it @param present the stack that is on the host @param stack the one that asks */
function volumeProblems(wanted: VolumeWanted, found: string, present: string, stack: string): string[] {
    const { section, path, mountPoint, sizeGiB } = wanted;
    const [state = "", bytes, occupied = ""] = found.split("\t");
    const fine = ["free", `of the stack ${stack}`, ...(present === stack ? [`mounted on ${mountPoint}`] : [])];
    const sizeInGiB = Number(bytes) / 2 ** 30;
    return [
        ...(fine.includes(state) ? [] : [`${path} is ${state}: give a free device, or an empty directory`]),
        ...(state === "missing" || sizeInGiB >= sizeGiB
            ? []
            : [`${path} has ${sizeInGiB.toFixed(1)} GiB, and ${section}.sizeGiB asks for ${sizeGiB}`]),
        ...(present === stack || occupied === "free"
            ? []
            : [`${mountPoint}, where ${path} is to be found, is ${occupied}: mount it, or move it, elsewhere`]),
    ];
}

/** What others have on the host. What this stack has itself is not looked for: it is there from the last `up`. */
function conflicts({ stack: present, clusters, listening }: HostFacts, { stack, ports }: HostWanted): string[] {
    if (present === stack) {
        return [];
    }
    const taken = listening.map((line) => line.split(" ")).filter(([port]) => ports.includes(Number(port)));
    const programs = new Map(taken.map(([port, , program]) => [port, program]));
    return [
        ...(present === "" ? [] : [`the stack ${present} is on it already, and a host has one`]),
        ...[...programs].map(([port, program]) => `port ${port} is in use by ${program || "another program"}`),
        ...(ports.includes(POSTGRESQL_PORT) && clusters.trim() !== ""
            ? [`it has a PostgreSQL of its own (${clusters.trim()}), and a stack's PostgreSQL is its own`]
            : []),
    ];
}

/** Rules that would shut out who applies them: they would be taken back, which is known now already. */
function lockOut({ client }: HostFacts, { administrators }: HostWanted): string[] {
    return administrators === undefined || letsIn(administrators, client)
        ? []
        : [`firewall.ssh does not have ${client}, the address from which the host sees this stack's connections`];
}

/** Whether the networks let the address in from which the host was asked. Pure. */
export function letsIn(networks: readonly string[], address: string): boolean {
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const allowed = new BlockList();
    for (const network of networks) {
        const [base = "", prefix] = network.split("/");
        allowed.addSubnet(base, Number(prefix), isIP(base) === 6 ? "ipv6" : "ipv4");
    }
    return allowed.check(address, family);
}

/** Ports that programs of the host listen on for others, and that the rules would close. Pure. */
export function closedPorts({ listening }: HostFacts, open: readonly number[]): string[] {
    const isLoopback = (address = "") => /^(127\.|\[::1\]|\[::ffff:127\.)/.test(address) || address.endsWith("%lo");
    return [
        ...new Set(
            listening
                .map((line) => line.split(" "))
                .filter(([port, address]) => !open.includes(Number(port)) && !isLoopback(address))
                .map(([port, , program]) => `${port} (${program})`),
        ),
    ];
}
