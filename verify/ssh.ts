import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { asRoot, quote } from "../components/guest/shell";
import { Conversation } from "./conversation";
import { limit } from "./limit";
import type { Outputs } from "./outputs";
import { execute } from "./processes";

/** Where a connection leads. */
export type Login = Pick<Outputs["ssh"], "host"> & { port?: number };

/** sshd takes ten sessions on one connection (MaxSessions); one of them holds the connection open, two are conversations. */
const SESSIONS = 7;

/**
 * One connection to the machine that all checks share, made when the first of them asks.
 * Its host key is pinned; its key is a file of mode 0600 while it lasts.
 */
export class Ssh {
    private readonly take = limit(SESSIONS);
    private connection?: Promise<{ options: readonly string[]; holder: ChildProcess }>;

    /** @param directory a private directory, for the key and the socket */
    constructor(
        private readonly address: Outputs["ssh"],
        private readonly directory: string,
    ) {}

    /** Whether another connection leads to the same machine. */
    leadsTo({ host, port = 22 }: Login): boolean {
        return host === this.address.host && port === this.address.port;
    }

    /** What a script prints that root runs in the guest; throws when it fails. Never put a secret into the script: it is on a command line. */
    async run(script: string, stdin: string | Buffer = ""): Promise<string> {
        const { options } = await this.connect();
        const { status, stdout, stderr } = await this.take(() =>
            execute("ssh", [...options, guestCommand(script)], { stdin }),
        );
        if (status !== 0) {
            throw new Error(`on the machine, exit status ${status}: ${(stderr.trim() || stdout.trim()).slice(-600)}`);
        }
        return stdout.trim();
    }

    /** Starts a script that root runs in the guest, to talk with it. */
    async converse(script: string): Promise<Conversation> {
        const { options } = await this.connect();
        return new Conversation(spawn("ssh", [...options, guestCommand(script)], { stdio: "pipe" }));
    }

    /** Runs a script that tells facts, `fact NAME VALUE` or lines `name<TAB>value`, and gives the values by name. */
    async facts(script: string): Promise<Record<string, string>> {
        const told = await this.run(`fact() { printf '%s\\t%s\\n' "$1" "$2"; }\n${script}`);
        const lines = told.split("\n").filter((line) => line.includes("\t"));
        return Object.fromEntries(
            lines.map((line): [string, string] => [
                line.slice(0, line.indexOf("\t")),
                line.slice(line.indexOf("\t") + 1),
            ]),
        );
    }

    async close(): Promise<void> {
        const holder = await this.connection?.then(
            (connection) => connection.holder,
            () => undefined,
        );
        holder?.stdin?.end();
        holder?.kill();
    }

    private connect() {
        return (this.connection ??= open(this.address, this.directory));
    }
}

/** What lays OpenSSH's configuration, with the keys that it names, in a directory. */
const SSH_FILES = join(__dirname, "..", "scripts", "host", "ssh-files.mjs");

async function open(address: Outputs["ssh"], directory: string) {
    const {
        status,
        stdout,
        stderr: problem,
    } = await execute("node", [SSH_FILES, directory], {
        stdin: JSON.stringify(address),
    });
    if (status !== 0) {
        throw new Error(problem.trim());
    }
    const options = [
        ...["-F", join(directory, "config"), "-o", "ConnectTimeout=10", "-o", "LogLevel=ERROR"],
        ...["-o", `ControlPath=${join(directory, "ssh")}`, stdout.trim()],
    ];
    // The connection lasts as long as its standard input: it ends with this process, however that ends.
    const holder = spawn("ssh", ["-o", "ControlMaster=yes", ...options, "echo connected; exec cat"], { stdio: "pipe" });
    let stderr = "";
    holder.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    holder.stdin.on("error", () => undefined);
    const outcome = await Promise.race([
        once(holder.stdout, "data").then(() => "connected" as const),
        once(holder, "close").then(() => "closed" as const),
    ]);
    if (outcome === "closed") {
        throw new Error(`no SSH connection to ${address.user}@${address.host} port ${address.port}: ${stderr.trim()}`);
    }
    return { options, holder };
}

function guestCommand(script: string): string {
    return asRoot(`bash --norc -euo pipefail -c ${quote(script)}`);
}
