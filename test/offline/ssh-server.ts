import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** OpenSSH's server (Debian: openssh-server) on a free port of the loopback, with keys of its own. */
export class SshServer {
    readonly user = userInfo().username;
    private constructor(
        readonly directory: string,
        readonly port: number,
        private readonly process: ChildProcess,
    ) {}

    static async start(): Promise<SshServer> {
        const directory = mkdtempSync(join(tmpdir(), "sshd-"));
        for (const [name, type] of Object.entries({ host: "ed25519", other: "ed25519", rsa: "rsa", user: "ed25519" })) {
            execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "", "-f", join(directory, name)]);
        }
        writeFileSync(join(directory, "authorized_keys"), readFileSync(join(directory, "user.pub")));
        if (userInfo().uid === 0) {
            // sshd will not start without the empty directory that its service makes.
            mkdirSync("/run/sshd", { recursive: true });
        }
        const port = await freePort();
        writeFileSync(join(directory, "config"), configuration(directory, port));
        const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(directory, "config")], {
            stdio: ["ignore", "ignore", "pipe"],
        });
        await untilListening(child);
        return new SshServer(directory, port, child);
    }

    /** A connection that works, as a program gives it. */
    connection(): { host: string; port: number; user: string; privateKey: string; hostKey: string } {
        const { port, user } = this;
        return { host: "127.0.0.1", port, user, privateKey: this.file("user"), hostKey: this.file("host.pub") };
    }

    /** The content of a file of the server: `user` and `other` are private keys, `host.pub` and `rsa.pub` host keys. */
    file(name: string): string {
        return readFileSync(join(this.directory, name), "utf8");
    }

    /** Lets a further public key in. */
    authorize(line: string): void {
        appendFileSync(join(this.directory, "authorized_keys"), `${line}\n`);
    }

    /** Kills the processes that serve connections, as a machine that loses its power does. */
    dropConnections(): void {
        const children = readFileSync(`/proc/${this.process.pid}/task/${this.process.pid}/children`, "utf8");
        for (const child of children.trim().split(" ").filter(Boolean)) {
            process.kill(Number(child), "SIGKILL");
        }
    }

    async stop(): Promise<void> {
        const exit = once(this.process, "exit");
        this.dropConnections();
        this.process.kill("SIGKILL");
        await exit;
        rmSync(this.directory, { recursive: true });
    }
}

function configuration(directory: string, port: number): string {
    return [
        `Port ${port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${join(directory, "rsa")}`,
        `HostKey ${join(directory, "host")}`,
        `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
        `PidFile ${join(directory, "pid")}`,
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "StrictModes no",
        "UsePAM no",
        "AcceptEnv GREETING PULUMI_COMMAND_*",
        "Subsystem sftp internal-sftp",
        "MaxStartups 100",
        "",
    ].join("\n");
}

async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    return port;
}

function untilListening(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
        let text = "";
        child.stderr?.on("data", (data: Buffer) => {
            text += data.toString();
            if (text.includes("Server listening")) {
                resolve();
            }
        });
        child.on("error", reject);
        child.on("exit", () => reject(new Error(`sshd ended: ${text}`)));
    });
}
