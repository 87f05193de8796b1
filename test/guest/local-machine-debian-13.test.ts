import { Guest } from "./guest";

test("a Debian 13 machine boots without a failed unit and comes back after a reboot", () => {
    const guest = Guest.create("trixie", { release: "debian-13" });
    try {
        expect(guest.run("systemctl is-system-running --wait; . /etc/os-release; echo $VERSION_ID")).toBe(
            "running\n13",
        );
        guest.reboot();
        expect(guest.run("systemctl is-system-running --wait")).toBe("running");
    } finally {
        guest.destroy();
    }
});
