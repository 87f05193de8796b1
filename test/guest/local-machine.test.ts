import { Guest } from "./guest";

describe("a local machine", () => {
    let guest: Guest;
    beforeAll(() => {
        guest = Guest.create("machine", { diskGiB: 1 });
    });
    afterAll(() => guest?.destroy());

    test("boots a real systemd without a failed unit and answers on SSH with the host key that it was given", () => {
        expect(guest.run("systemctl is-system-running --wait")).toBe("running");
        expect(guest.run("cat /etc/ssh/ssh_host_ed25519_key.pub")).toBe(guest.connection.hostKey);
    });

    test("knows its own name and takes keys alone, no password", () => {
        expect(guest.run("hostname -f")).toBe(guest.name);
        expect(guest.run("sshd -T")).toMatch(/^passwordauthentication no$/m);
        expect(guest.run("sshd -T")).toMatch(/^kbdinteractiveauthentication no$/m);
    });

    test("reaches the archive that its packages come from", () => {
        expect(guest.exec("apt-get update --error-on=any").status).toBe(0);
    });

    test("keeps a disk's data through a reboot and a power cut, mounted by UUID at boot", () => {
        guest.run(`mkfs.ext4 -q /dev/disk/by-id/science-stacks-data`);
        const uuid = guest.run("blkid -o value -s UUID /dev/disk/by-id/science-stacks-data");
        guest.run(`timeout 10 sh -c 'until [ -b /dev/disk/by-uuid/${uuid} ]; do sleep 0.1; done'`);
        guest.run("mkdir /data; cat >/etc/systemd/system/data.mount", mountUnit(uuid));
        guest.run("systemctl daemon-reload; systemctl enable --now data.mount; echo kept >/data/file; sync");

        guest.reboot();
        expect(guest.run("findmnt -no FSTYPE /data; cat /data/file")).toBe("ext4\nkept");

        guest.powerCut();
        guest.start();
        expect(guest.run("systemctl is-system-running --wait; findmnt -no FSTYPE /data; cat /data/file")).toBe(
            "running\next4\nkept",
        );
    });

    test("sees at once that its disk has grown, and the file system can take the room", () => {
        guest.attachDisk("data", 2);
        expect(guest.run("blockdev --getsize64 /dev/disk/by-id/science-stacks-data")).toBe(String(2 * 2 ** 30));
        // Not every host's root may resize what is mounted (it takes CAP_SYS_RESOURCE): this way works on all of them.
        guest.run("systemctl stop data.mount; e2fsck -fp /dev/disk/by-id/science-stacks-data");
        guest.run("resize2fs /dev/disk/by-id/science-stacks-data; systemctl start data.mount");
        expect(Number(guest.run("df --output=size -m /data | tail -n 1"))).toBeGreaterThan(1900);
    });

    test("refuses to make a disk smaller", () => {
        expect(() => guest.attachDisk("data", 1)).toThrow("cannot become smaller");
    });

    test("made anew, takes over its disk with all that is on it", () => {
        const before = guest.identity;
        guest = guest.recreate();
        expect(guest.identity).not.toBe(before);
        guest.attachDisk("data", 2);
        expect(guest.run("mount /dev/disk/by-id/science-stacks-data /mnt; cat /mnt/file")).toBe("kept");
    });

    test("reaches another local machine", () => {
        const other = Guest.create("neighbour");
        try {
            expect(guest.exec(`timeout 5 bash -c '</dev/tcp/${other.address}/22'`).status).toBe(0);
            // Services of the same name are not one another's.
            guest.run("systemctl restart dbus ssh");
            expect(other.run("systemctl is-system-running --wait")).toBe("running");
        } finally {
            other.destroy();
        }
    });
});

function mountUnit(uuid: string): string {
    return [
        "[Unit]\nBefore=local-fs.target",
        `[Mount]\nWhat=/dev/disk/by-uuid/${uuid}\nWhere=/data\nType=ext4`,
        "[Install]\nWantedBy=local-fs.target\n",
    ].join("\n");
}
