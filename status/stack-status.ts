import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { lookAtCloud } from "../drift/cloud";
import { Machines, type Finding } from "../drift/guest";
import { stepsOf } from "../drift/steps";
import { reveal, stackOutputs, type Deployment } from "../verify/deployment";
import { Engine } from "../verify/engine";
import { furtherLogins, readOutputs, type Outputs } from "../verify/outputs";
import { execute } from "../verify/processes";
import { Ssh } from "../verify/ssh";

/** One stack at a glance. What could not be learnt is undefined. */
export interface StackStatus {
    stack: string;
    product?: string;
    platform?: string;
    url?: string;
    /** When `up` last ended, as ISO 8601. */
    lastUp?: string;
    /** Why the stack cannot be looked at: it is not up, or its state cannot be read. */
    problem?: string;
    /** What a user would see: undefined when the product answers as it should. */
    unhealthy?: string;
    /** Days until the certificate that users are shown ends. */
    certificateDays?: number;
    /** How full each file system is, in percent, by its place. */
    disks?: Record<string, number>;
    /** Units of the machine that have failed. */
    failedUnits?: string[];
    /** Why the machine could not be asked. */
    unreachable?: string;
    /** What differs from what `up` made; undefined when it was not asked for. */
    drift?: Finding[];
}

const HEALTH_CHECK = join(__dirname, "..", "scripts", "host", "health-check.mjs");
const HEALTH_SECONDS = 5;
const DAY_MS = 86_400_000;

/** Looks at a stack; changes nothing. @param directory a private directory, for keys */
export async function lookAtStack(stack: string, directory: string, withDrift: boolean): Promise<StackStatus> {
    const engine = new Engine(stack, directory);
    try {
        const { deployment } = await engine.export("--show-secrets");
        const outputs = readOutputs(stack, stackOutputs(deployment));
        const ask = (ssh: Outputs["ssh"]) => askMachine(new Ssh(ssh, mkdtempSync(join(directory, "machine-"))));
        const [unhealthy, certificateDays, machine, further, drift] = await Promise.all([
            askHealth(deployment),
            daysOfCertificate(new URL(outputs.url)),
            ask(outputs.ssh),
            Promise.all(furtherLogins(outputs).map(async ([name, ssh]) => [name, await ask(ssh)] as const)),
            withDrift ? lookForDrift(stack, deployment, directory) : undefined,
        ]);
        const { product, url } = outputs;
        return {
            ...{ stack, product, platform: outputs.machine.platform, url },
            ...{ unhealthy, certificateDays, ...together(machine, further), drift },
        };
    } catch (error) {
        return { stack, problem: error instanceof Error ? error.message : String(error) };
    }
}

/** The stack's own health check, made again. */
async function askHealth({ resources }: Deployment): Promise<string | undefined> {
    const checks = resources
        .map(({ inputs }) => reveal(inputs) as { create?: string; stdin?: string } | undefined)
        .filter((inputs) => inputs?.create?.endsWith("health-check.mjs"));
    const answers = await Promise.all(
        checks.map(async (inputs) => {
            const requests = { ...(JSON.parse(inputs?.stdin ?? "{}") as object), timeoutSeconds: HEALTH_SECONDS };
            const { status, stderr } = await execute("node", [HEALTH_CHECK], { stdin: JSON.stringify(requests) });
            return status === 0 ? undefined : shortly(stderr.trim().split("\n")[1] ?? stderr);
        }),
    );
    return answers.find((answer) => answer !== undefined);
}

/** What was answered instead may be a whole page. */
function shortly(text: string): string {
    return text.replace(/: <.*/s, "").trim().slice(0, 160);
}

/** Of the certificate that the server shows, trusted or not. */
function daysOfCertificate({ protocol, hostname, port }: URL): Promise<number | undefined> {
    if (protocol !== "https:") {
        return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
        // Nothing is sent: only the dates are read, of a certificate that may be the stack's own.
        const options = { host: hostname, port: Number(port || 443), rejectUnauthorized: false, timeout: 5000 };
        const socket = connect(options, () => {
            const end = Date.parse(socket.getPeerCertificate().valid_to);
            socket.destroy();
            resolve(Math.floor((end - Date.now()) / DAY_MS));
        });
        const give = () => (socket.destroy(), resolve(undefined));
        socket.on("error", give).on("timeout", give);
    });
}

const FACTS = `
    df --output=target,pcent / /data 2>/dev/null | sed -n 's/^\\(\\S*\\) *\\([0-9]*\\)%$/disk \\1\\t\\2/p'
    printf 'failed\\t%s\\n' "$(systemctl list-units --failed --plain --no-legend | cut -d' ' -f1 | paste -sd' ')"`;

/** What a machine says of itself. */
export type MachineStatus = Pick<StackStatus, "disks" | "failedUnits" | "unreachable">;

/** All machines of a stack. @param further those beside the first, by their names */
export function together(
    first: MachineStatus,
    further: readonly (readonly [name: string, status: MachineStatus])[],
): MachineStatus {
    return further.reduce<MachineStatus>((all, [name, { disks = {}, failedUnits = [], unreachable }]) => {
        const named = (what: string) => `${name}:${what}`;
        const full = Object.entries(disks).map(([place, percent]) => [named(place), percent] as const);
        return {
            disks: { ...all.disks, ...Object.fromEntries(full) },
            failedUnits: [...(all.failedUnits ?? []), ...failedUnits.map(named)],
            unreachable: all.unreachable ?? (unreachable && `${named(" ")}${unreachable}`),
        };
    }, first);
}

async function askMachine(machine: Ssh): Promise<MachineStatus> {
    try {
        const facts = await machine.facts(FACTS);
        const disks = Object.entries(facts).filter(([name]) => name.startsWith("disk "));
        return {
            disks: Object.fromEntries(disks.map(([name, percent]) => [name.slice("disk ".length), Number(percent)])),
            failedUnits: (facts["failed"] ?? "").split(" ").filter(Boolean),
        };
    } catch (error) {
        return { unreachable: error instanceof Error ? error.message : String(error) };
    } finally {
        await machine.close();
    }
}

async function lookForDrift(stack: string, deployment: Deployment, directory: string): Promise<Finding[]> {
    const machines = new Machines(() => mkdtempSync(join(directory, "drift-")));
    try {
        const [cloud, guest] = await Promise.all([lookAtCloud(stack), machines.look(stepsOf(deployment))]);
        return [...cloud, ...guest];
    } finally {
        await machines.close();
    }
}
