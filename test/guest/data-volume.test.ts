import type { StepProgram } from "../../components/guest/program";
import type { Guest, Result } from "./guest";
import { guestWithRunner, runStep } from "./step-runner";

const DISK = "/dev/disk/by-id/science-stacks-data";

let guest: Guest;
beforeAll(() => {
    guest = guestWithRunner("volume", { diskGiB: 1 });
});
afterAll(() => guest?.destroy());

const run = (name: string, program: StepProgram, action?: string): Result => runStep(guest, name, program, action);

describe("a data volume", () => {
    const mount = (owner = guest.name, device = DISK, action = "apply"): Result =>
        run(
            "data-mount",
            {
                script: "data-volume/mount.sh",
                parameters: { device, mount_point: "/data", owner, scratch: "no", size_gib: 1 },
            },
            action,
        );
    const unmount = () => expect(mount(guest.name, DISK, "remove").status).toBe(0);

    test("that is blank gets a file system and is mounted by its UUID", () => {
        expect(mount().stdout).toContain("made an ext4 file system");
        expect(guest.run("findmnt -no FSTYPE /data; systemctl cat data.mount | grep What=")).toMatch(
            /^ext4\nWhat=\/dev\/disk\/by-uuid\/[0-9a-f-]{36}$/,
        );
        guest.run("echo precious >/data/file");
    });

    test("with data on it is never formatted", () => {
        expect(mount()).toMatchObject({ status: 0, stdout: "" });
        unmount();
        expect(mount().stdout).not.toContain("made an ext4");
        expect(guest.run("cat /data/file")).toBe("precious");
    });

    test("of another stack is refused, and left as it is", () => {
        unmount();
        const { status, stderr } = mount("another-stack");
        expect(status).toBe(1);
        expect(stderr).toContain(`holds the data of the stack ${guest.name}, not of another-stack`);
        expect(mount().status).toBe(0);
        expect(guest.run("cat /data/file")).toBe("precious");
    });

    test("that has grown gives its file system the room, with the data on it", () => {
        guest.attachDisk("data", 2);
        expect(mount().stdout).toMatch(/grew the file system .* to 20\d\d MiB/);
        expect(guest.run("cat /data/file")).toBe("precious");
    });

    test.each([
        ["another file system", "mkswap", "holds swap where ext4 is expected"],
        ["data without a file system", "sh -c 'echo raw >$1; sync' --", "holds data without a known file system"],
        [
            "files that are not ours",
            "mke2fs -q -F -t ext4 -d /etc/ssh",
            "holds files that science-stacks has not put there",
        ],
    ])("with %s is refused", (_, make, reason) => {
        unmount();
        guest.run(
            `wipefs -qa ${DISK}; dd if=/dev/zero of=${DISK} bs=1M count=2 status=none; ${make} ${DISK} >/dev/null`,
        );
        const { status, stderr } = mount();
        expect(status).toBe(1);
        expect(stderr).toContain(reason);
    });
});

describe("a directory of the machine in place of a device", () => {
    const mount = (directory: string, action = "apply", scratch = "no"): Result =>
        run(
            "data-mount",
            {
                script: "data-volume/mount.sh",
                parameters: { device: directory, mount_point: "/data", owner: guest.name, scratch, size_gib: 1 },
            },
            action,
        );
    beforeAll(() => guest.run("systemctl disable --now data.mount 2>/dev/null; rm -f /etc/systemd/system/data.mount"));

    test("is mounted on /data, and comes off it with all that is in it left there", () => {
        expect(mount("/srv/own").stdout).toContain("made /srv/own");
        expect(guest.run("mountpoint -q /data && echo precious >/data/file; systemctl is-enabled data.mount")).toBe(
            "enabled",
        );
        expect(mount("/srv/own")).toMatchObject({ status: 0, stdout: "" });
        expect(mount("/srv/new").stderr).toContain("/data is /");
        expect(guest.run("cat /data/file; ls -d /srv/new || true")).toBe("precious");
        expect(mount("/srv/own", "remove").status).toBe(0);
        expect(guest.run("cat /srv/own/file; ls -d /data /etc/systemd/system/data.mount || true")).toBe("precious");
    });

    test("that is scratch space is empty again when it comes off", () => {
        mount("/srv/scratch");
        guest.run("mkdir /data/deep && touch /data/deep/file");
        expect(mount("/srv/scratch", "remove", "yes").stdout).toContain("emptied /srv/scratch");
        expect(guest.run("ls -A /srv/scratch; cat /srv/own/file")).toBe("precious");
    });

    test("with files that are not ours is refused, and so is a /data that the machine has already", () => {
        expect(mount("/etc").stderr).toContain("holds files that science-stacks has not put there");
        guest.run("mkdir /data && mount -t tmpfs none /data");
        expect(mount("/srv/own").stderr).toContain("/data is the machine's own");
        guest.run("umount /data; touch /data/file");
        expect(mount("/srv/own").stderr).toContain("/data is the machine's own");
        guest.run("rm -r /data");
    });
});
