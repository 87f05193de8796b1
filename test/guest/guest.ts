import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assignments, type Parameter } from "../../components/guest/shell";

/** jest cannot end a test that waits for a command: the command has an end of its own. */
const HUNG_AFTER_MILLISECONDS = 15 * 60_000;

const host = join(__dirname, "..", "..", "scripts", "host");

/** What a command in a guest, or a script on the host, ended with. */
export interface Result {
    status: number | null;
    stdout: string;
    stderr: string;
}

/** Runs one of the scripts in scripts/host; secrets and other parameters go by standard input. */
export function hostScript(script: string, args: string[], parameters: Record<string, Parameter> = {}): Result {
    const { status, stdout, stderr } = spawnSync("bash", [join(host, script), ...args], {
        input: assignments(parameters),
        // jest's copy, which a test may have changed; the default is node's own.
        env: process.env,
        encoding: "utf8",
    });
    return { status, stdout, stderr };
}

/** The same, for a script that must succeed: its standard output. */
export function runHostScript(script: string, args: string[], parameters: Record<string, Parameter> = {}): string {
    const { status, stdout, stderr } = hostScript(script, args, parameters);
    if (status !== 0) {
        throw new Error(`${script} ${args.join(" ")} ended with status ${status}: ${stderr}`);
    }
    return stdout.trim();
}

export interface GuestOptions {
    /** @default "debian-12" */
    release?: string;
    /** A disk of its own for the guest: `/dev/disk/by-id/science-stacks-data`. @default none */
    diskGiB?: number;
    /** @default the network of all local machines */
    network?: string;
    /** As its administrator has it from the distribution: nothing is on it that our image has for our steps. @default false */
    plain?: boolean;
}

/** Takes off a guest what a Debian with an SSH server does not have. */
const MAKE_PLAIN = `
    rm /etc/ssh/sshd_config.d/science-stacks.conf /etc/systemd/system/science-stacks-*
    rm -r /usr/local/lib/science-stacks
    find /etc/systemd/system -xtype l -name 'science-stacks-*' -delete
    systemctl daemon-reload
    systemctl reload ssh
    systemctl --quiet unmask tmp.mount
    systemctl --quiet enable apt-daily.timer apt-daily-upgrade.timer
    apt-get purge --quiet --yes --auto-remove nftables python3-minimal python3
`;

/**
 * A throw-away local machine for a test, made by the same scripts as a user's.
 * Call `Guest.create` in beforeAll and `destroy` in afterAll; its name ends with the number of this process, and what an
 * earlier, killed run left behind is removed first.
 */
export class Guest {
    private constructor(
        readonly name: string,
        readonly address: string,
        readonly identity: string,
        private readonly keys: string,
        private readonly options: GuestOptions,
    ) {}

    /** @param label makes the name `test-<label>-<process>`. About two seconds; the first time half a minute for the image. */
    static create(label: string, options: GuestOptions = {}): Guest {
        sweep();
        const name = `test-${label}-${process.pid}`;
        const keys = mkdtempSync(join(tmpdir(), "science-stacks-guest-"));
        for (const key of ["host", "user"]) {
            execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(keys, key)]);
        }
        try {
            const made = JSON.parse(
                runHostScript("machine.sh", ["create"], machineParameters(name, keys, options)),
            ) as {
                address: string;
                identity: string;
            };
            writeFileSync(join(keys, "known_hosts"), `${made.address} ${readFileSync(join(keys, "host.pub"), "utf8")}`);
            const guest = new Guest(name, made.address, made.identity, keys, options);
            if (options.diskGiB !== undefined) {
                guest.attachDisk("data", options.diskGiB);
            }
            if (options.plain) {
                guest.run(`set -e; ${MAKE_PLAIN}`);
            }
            return guest;
        } catch (error) {
            removeMachine(name);
            throw error;
        }
    }

    /** The private key that the guest's root takes, and the line that pins its host key: for connections of one's own. */
    get connection(): { host: string; user: string; privateKey: string; hostKey: string } {
        return {
            host: this.address,
            user: "root",
            privateKey: readFileSync(join(this.keys, "user"), "utf8"),
            hostKey: readFileSync(join(this.keys, "host.pub"), "utf8").trim(),
        };
    }

    /** Arguments of ssh and scp that log in to the guest and pin its host key. */
    get sshOptions(): string[] {
        const options = [
            `IdentityFile=${join(this.keys, "user")}`,
            `UserKnownHostsFile=${join(this.keys, "known_hosts")}`,
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "ConnectTimeout=5",
            "LogLevel=ERROR",
        ];
        return ["-F", "none", ...options.flatMap((option) => ["-o", option])];
    }

    /** Runs a shell text as root in the guest, and tells how it ended. */
    exec(command: string, input = ""): Result {
        const { error, status, stdout, stderr } = spawnSync(
            "ssh",
            [...this.sshOptions, `root@${this.address}`, command],
            {
                input,
                encoding: "utf8",
                maxBuffer: 64 << 20,
                timeout: HUNG_AFTER_MILLISECONDS,
            },
        );
        if (error) {
            throw new Error(`"${command}" in ${this.name}: ${error.message}: ${stderr}${stdout}`);
        }
        return { status, stdout, stderr };
    }

    /** The same, for what must succeed: its standard output, without the last newline. */
    run(command: string, input = ""): string {
        const { status, stdout, stderr } = this.exec(command, input);
        if (status !== 0) {
            throw new Error(`"${command}" in ${this.name} ended with status ${status}: ${stderr}${stdout}`);
        }
        return stdout.replace(/\n$/, "");
    }

    /** Copies a file or a directory of the host into the guest. */
    copy(from: string, to: string): void {
        execFileSync("scp", [...this.sshOptions, "-q", "-r", from, `root@${this.address}:${to}`]);
    }

    /** A user who logs in with the guest's key. @param sudoers what a line of sudoers says of the user, e.g. "ALL=(ALL) NOPASSWD: ALL" */
    addUser(name: string, sudoers: string): void {
        this.run(`
            id ${name} 2>/dev/null || useradd --create-home --shell /bin/bash ${name}
            install -d -o ${name} -g ${name} -m 700 /home/${name}/.ssh
            install -o ${name} -g ${name} -m 600 /root/.ssh/authorized_keys /home/${name}/.ssh/authorized_keys
            echo '${name} ${sudoers}' >/etc/sudoers.d/${name}
        `);
    }

    attachDisk(disk: string, sizeGiB: number): void {
        const image = { disk: `${this.name}-${disk}`, owner: this.name };
        runHostScript("disk.sh", ["apply"], { ...image, size_gib: sizeGiB });
        runHostScript("disk.sh", ["attach"], { ...image, machine: this.name, name: disk });
    }

    /** All processes of the guest end at once, as in a power cut; `start` brings it back. */
    powerCut(): void {
        runHostScript("machine.sh", ["power-cut", this.name]);
    }

    stop(): void {
        runHostScript("machine.sh", ["stop", this.name]);
    }

    start(): void {
        runHostScript("machine.sh", ["start", this.name]);
    }

    /** Reboots the guest from inside and waits until it answers and has finished its boot. */
    reboot(timeoutSeconds = 60): void {
        const before = this.run("cat /proc/sys/kernel/random/boot_id; systemctl show -P UserspaceTimestampMonotonic");
        this.exec("systemctl reboot");
        const deadline = Date.now() + timeoutSeconds * 1000;
        while (Date.now() < deadline) {
            // While the guest goes down, systemd may be gone before sshd is.
            const { status, stdout } = this.exec(
                "cat /proc/sys/kernel/random/boot_id && systemctl show -P UserspaceTimestampMonotonic || exit 255; systemctl is-system-running --wait >&2",
            );
            if (status !== 255 && stdout.trim() !== before) {
                return;
            }
            spawnSync("sleep", ["0.2"]);
        }
        throw new Error(`${this.name} did not come back within ${timeoutSeconds} s of its reboot`);
    }

    /** Removes the machine and makes it again, as `up` does when its root disk must be another; its disks stay. */
    recreate(): Guest {
        runHostScript("machine.sh", ["remove", this.name]);
        const made = JSON.parse(
            runHostScript("machine.sh", ["create"], {
                ...machineParameters(this.name, this.keys, this.options),
                address: this.address,
            }),
        ) as { address: string; identity: string };
        return new Guest(this.name, made.address, made.identity, this.keys, this.options);
    }

    destroy(): void {
        removeMachine(this.name);
        rmSync(this.keys, { recursive: true, force: true });
    }
}

/** What `machine.sh create` reads: a machine that belongs to itself, with the keys `host` and `user` of a directory. */
export function machineParameters(name: string, keys: string, options: GuestOptions): Record<string, Parameter> {
    const key = (file: string) => readFileSync(join(keys, file), "utf8");
    return {
        machine: name,
        stack: name,
        owner: name,
        release: options.release ?? "debian-12",
        host_key: key("host").trim(),
        host_public_key: key("host.pub").trim(),
        authorized_key: key("user.pub").trim(),
        ...(options.network ? { network: options.network } : {}),
    };
}

/** Takes away a local machine and its disks, whatever state they are in. */
export function removeMachine(name: string): void {
    runHostScript("machine.sh", ["remove", name]);
    for (const disk of disks().filter((each) => each.startsWith(`${name}-`))) {
        runHostScript("disk.sh", ["remove", disk]);
    }
}

function disks(): string[] {
    return runHostScript("disk.sh", ["list"]).split("\n").filter(Boolean);
}

/** Removes what test runs left that were killed: everything whose name ends with the number of a process that is gone, and the machines beside it. */
export function sweep(): void {
    const machines = runHostScript("machine.sh", ["list"]).split("\n");
    const names = [...machines, ...disks().map((disk) => disk.replace(/-[a-z]+$/, ""))];
    for (const name of new Set(names)) {
        const owner = /^test-.*?-(\d+)(-[a-z][a-z0-9-]*)?$/.exec(name)?.[1];
        if (owner !== undefined && !readdirSync("/proc").includes(owner)) {
            removeMachine(name);
        }
    }
}
