import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assignments } from "../../components/guest/shell";
import { Guest, hostScript, machineParameters, runHostScript } from "./guest";

/** Machines of a place and a network of their own, so that "nothing is left" can be said of the whole place. */
const place = mkdtempSync(join(tmpdir(), "science-stacks-leftovers-"));
const home = join(place, "home");
const network = "10.201.7.0/28";
const bridge = "ss0ac9070028";
const scripts = join(__dirname, "..", "..", "scripts", "host");

beforeAll(() => {
    process.env.SCIENCE_STACKS_MACHINES = home;
});
afterAll(() => {
    delete process.env.SCIENCE_STACKS_MACHINES;
    rmSync(place, { recursive: true, force: true });
});

/** What of this place the host still has: processes, mounts, loop devices, network, control groups, files. */
function leftovers(): string[] {
    const output = (command: string, ...args: string[]) =>
        execFileSync(command, args, { encoding: "utf8" }).split("\n");
    return [
        ...output("ps", "-eo", "args").filter((line) => line.includes(home)),
        ...output("findmnt", "--list", "--noheadings", "--output", "TARGET").filter((line) => line.includes(home)),
        ...output("losetup", "--list", "--noheadings", "--output", "BACK-FILE").filter((line) => line.includes(home)),
        ...output("ip", "-brief", "link").filter((line) => line.includes(bridge)),
        ...output("nft", "list", "tables").filter((line) => line.includes(bridge)),
        ...output("find", "/sys/fs/cgroup", "-path", "*/science-stacks/test-left*", "-type", "d"),
        ...(existsSync(home) ? output("find", home, "-not", "-path", "*/root/*") : []),
    ].filter(Boolean);
}

function hostAllows() {
    const setting = (name: string) => Number(readFileSync(`/proc/sys/${name}`, "utf8"));
    return {
        forwarding: setting("net/ipv4/ip_forward") === 1,
        // They have more than the 128 that the kernel allows by itself.
        thirtyGuests: setting("fs/inotify/max_user_instances") >= 8192,
    };
}

test("destroying the last machine and its disk leaves no process, mount, loop device, network or file", () => {
    const guest = Guest.create("left", { network, diskGiB: 1 });
    try {
        guest.run("mkfs.ext4 -q /dev/disk/by-id/science-stacks-data; mount /dev/disk/by-id/science-stacks-data /mnt");
        expect(leftovers()).toContain(`${home}/disks/${guest.name}-data.img`);
        expect(hostAllows()).toEqual({ forwarding: true, thirtyGuests: true });
    } finally {
        guest.destroy();
    }
    expect(leftovers()).toEqual([]);
});

test("machines that go at the same time do not stumble over the control group they had in common", () => {
    const clean = `bash ${join(scripts, "supervisor.sh")} clean`;
    const round = `
        cd "$(awk '$(NF - 2) ~ /^cgroup/ { print $5; exit }' /proc/self/mountinfo)"
        for round in {1..5}; do
            mkdir -p science-stacks/test-left-none
            pids=()
            for machine in test-left-{a,b,c,d}; do ${clean} $machine & pids+=($!); done
            rmdir science-stacks/test-left-none
            for pid in "\${pids[@]}"; do wait "$pid"; done
        done`;
    execFileSync("bash", ["-euc", round], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    expect(leftovers()).toEqual([]);
});

test("the last machine of a network leaves those of another one what they need of the host", () => {
    delete process.env.SCIENCE_STACKS_MACHINES;
    const other = Guest.create("left-other");
    try {
        process.env.SCIENCE_STACKS_MACHINES = home;
        Guest.create("left", { network }).destroy();
        expect(hostAllows()).toEqual({ forwarding: true, thirtyGuests: true });
    } finally {
        delete process.env.SCIENCE_STACKS_MACHINES;
        other.destroy();
        process.env.SCIENCE_STACKS_MACHINES = home;
    }
});

test("a machine whose creation was killed, at whatever moment, is completed by the next one", async () => {
    const keys = makeKeys();
    for (const milliseconds of [50, 300, 700, 1200, 2000]) {
        const parameters = machineParameters(`test-left-${process.pid}`, keys, { network });
        const run = spawn("bash", [join(scripts, "machine.sh"), "create"], {
            detached: true,
            env: process.env,
            stdio: ["pipe", "ignore", "ignore"],
        });
        run.stdin.end(assignments(parameters));
        await sleep(milliseconds);
        if (run.exitCode === null) {
            process.kill(-run.pid!, "SIGKILL");
        }
        expect(JSON.parse(runHostScript("machine.sh", ["create"], parameters))).toMatchObject({
            address: "10.201.7.2",
        });
        runHostScript("machine.sh", ["remove", `test-left-${process.pid}`]);
        expect(leftovers()).toEqual([]);
    }
});

test("a machine whose supervisor and guest were killed starts again, on the same loop device", () => {
    const guest = Guest.create("left", { network, diskGiB: 1 });
    try {
        const loops = () =>
            leftovers()
                .filter((line) => line.endsWith(".img"))
                .sort();
        const before = loops();
        for (const file of ["supervisor", "guest"]) {
            const pid = readFileSync(join(home, "machines", guest.name, file), "utf8").split(" ")[0]!;
            process.kill(Number(pid), "SIGKILL");
        }
        guest.start();
        expect(guest.run("systemctl is-system-running --wait; ls /dev/disk/by-id")).toBe(
            "running\nscience-stacks-data",
        );
        expect(loops()).toEqual(before);
    } finally {
        guest.destroy();
    }
    expect(leftovers()).toEqual([]);
});

test("a machine that loses its power while a connection waits for an answer leaves no port of the network, and starts again", async () => {
    const guest = Guest.create("left", { network });
    const talks: Socket[] = [];
    const listening = createServer((socket) => talks.push(socket.resume()));
    try {
        await once(listening.listen(0, "10.201.7.1"), "listening");
        const { port } = listening.address() as AddressInfo;
        guest.run(`systemd-run --quiet --unit=talk python3 -c '
import socket, time
talk = socket.create_connection(("10.201.7.1", ${port}))
while True:
    talk.send(b"said")
    time.sleep(0.1)'`);
        await once(listening, "connection");
        guest.run(
            `nft "table inet cut { chain output { type filter hook output priority 0; tcp dport ${port} drop; }; }"`,
        );
        guest.powerCut();
        expect(leftovers().filter((line) => line.includes(bridge))).toEqual([]);
        guest.start();
        expect(guest.run("hostname")).toBe(guest.name);
    } finally {
        listening.close();
        talks.forEach((socket) => socket.destroy());
        guest.destroy();
    }
});

test("a machine that was powered off from inside stays off until it is started", async () => {
    const guest = Guest.create("left", { network });
    try {
        guest.exec("systemctl poweroff");
        for (let tries = 0; tries < 100 && runHostScript("machine.sh", ["status", guest.name]) === "running"; tries++) {
            await sleep(100);
        }
        expect(runHostScript("machine.sh", ["status", guest.name])).toBe("stopped");
        runHostScript("machine.sh", ["start-all", guest.name]);
        expect(guest.run("hostname")).toBe(guest.name);
    } finally {
        guest.destroy();
    }
});

test("a network that the host reaches another way is refused, and nothing is made", () => {
    execFileSync("ip", ["route", "add", "blackhole", "10.201.9.128/25"]);
    try {
        const parameters = machineParameters("test-left-0", makeKeys(), { network: "10.201.9.0/24" });
        expect(hostScript("machine.sh", ["create"], parameters).stderr).toContain("overlaps with 10.201.9.128/25");
    } finally {
        execFileSync("ip", ["route", "del", "blackhole", "10.201.9.128/25"]);
    }
    expect(leftovers()).toEqual([]);
});

test("a machine and a disk of another state are refused, with the way to remove them", () => {
    const guest = Guest.create("left", { network, diskGiB: 1 });
    try {
        const parameters = { ...machineParameters(guest.name, makeKeys(), { network }), owner: "somebody-else" };
        const disk = { disk: `${guest.name}-data`, owner: "somebody-else", size_gib: 1 };
        expect(hostScript("machine.sh", ["create"], parameters).stderr).toContain(`machine.sh remove ${guest.name}`);
        expect(hostScript("machine.sh", ["destroy"], parameters).status).not.toBe(0);
        expect(hostScript("disk.sh", ["apply"], disk).stderr).toContain(`disk.sh remove ${guest.name}-data`);
        expect(hostScript("disk.sh", ["delete"], disk).status).not.toBe(0);
        expect(guest.run("ls /dev/disk/by-id")).toBe("science-stacks-data");
    } finally {
        guest.destroy();
    }
});

test("an address outside the network, or one that is taken, is refused before anything is made", () => {
    const guest = Guest.create("left", { network });
    try {
        const create = (address: string) =>
            hostScript("machine.sh", ["create"], {
                ...machineParameters("test-left-0", makeKeys(), { network }),
                address,
            });
        expect(create("10.9.9.9").stderr).toContain("from 10.201.7.2 to 10.201.7.14");
        expect(create(guest.address).stderr).toContain(`taken by the local machine ${guest.name}`);
        expect(existsSync(join(home, "machines", "test-left-0"))).toBe(false);
    } finally {
        guest.destroy();
    }
});

function makeKeys(): string {
    const keys = join(place, "keys");
    if (!existsSync(keys)) {
        mkdirSync(keys);
        for (const key of ["host", "user"]) {
            execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(keys, key)]);
        }
        writeFileSync(join(keys, "known_hosts"), "");
    }
    return keys;
}

test("a disk that is kept is taken over by the next machine of its name, whatever state made that one", () => {
    const guest = Guest.create("left", { network, diskGiB: 1 });
    const disk = { disk: `${guest.name}-data`, owner: "another-state", size_gib: 1 };
    try {
        runHostScript("machine.sh", ["remove", guest.name]);
        expect(hostScript("disk.sh", ["apply"], { ...disk, owner: "another-state" })).toMatchObject({ status: 0 });
        expect(hostScript("disk.sh", ["delete"], { ...disk, owner: guest.name }).status).not.toBe(0);
    } finally {
        guest.destroy();
    }
    expect(leftovers()).toEqual([]);
});
