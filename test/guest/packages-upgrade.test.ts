import { packagesUpgrade } from "../../components/guest/packages-upgrade";
import type { Guest } from "./guest";
import { guestWithRunner, runStep } from "./step-runner";

/** publish VERSION COMMAND: a package with a service that runs the command, in a repository in the guest. */
const PUBLISH = `
set -euo pipefail
repository=/srv/probe tree=$(mktemp -d)
mkdir -p "$repository" "$tree/DEBIAN" "$tree/usr/lib/systemd/system"
chmod 755 "$tree"
printf '%s\\n' "[Service]" "ExecStart=$2" "[Install]" "WantedBy=multi-user.target" >"$tree/usr/lib/systemd/system/probe.service"
printf '%s\\n' "Package: probe" "Version: $1" "Architecture: all" "Maintainer: nobody <nobody@example.org>" \\
    "Description: a service of the test" >"$tree/DEBIAN/control"
cd "$repository"
dpkg-deb --root-owner-group --build "$tree" package.deb >/dev/null
{ dpkg-deb --field package.deb; printf '%s\\n' "Filename: ./package.deb" "Size: $(stat -c %s package.deb)" "SHA256: $(sha256sum <package.deb | cut -d' ' -f1)"; } >Packages
printf 'deb [trusted=yes] file:%s ./\\n' "$repository" >/etc/apt/sources.list.d/probe.list
`;
const WORKS = "/usr/bin/python3 -m http.server 8085 --directory /usr/share";
const PAGES = [{ url: "http://127.0.0.1:8085/doc/" }];

let guest: Guest;
beforeAll(() => {
    guest = guestWithRunner("packages-upgrade");
    publish("1", WORKS);
    guest.run(`
        apt-get --quiet update
        apt-get --quiet --yes --no-install-recommends install probe python3
        systemctl enable --quiet --now probe
        echo probe.service >>/var/lib/science-stacks/units
    `);
});
afterAll(() => guest?.destroy());

const publish = (version: string, command: string) => guest.run(`bash -s ${version} '${command}'`, PUBLISH);
const apply = (asOf: string) => {
    const { status, stdout, stderr } = runStep(guest, "packages-upgrade", packagesUpgrade(asOf, PAGES));
    return { status, said: stdout + stderr };
};
const state = () =>
    guest.run(`dpkg-query -W -f '\${Version} ' probe; systemctl is-active probe; ls -A /var/cache/science-stacks`);

test("packages with which a service does not come up are put back as they were, with the cause", () => {
    publish("2", "/bin/false");
    const { status, said } = apply("2026-11-21");
    expect(status).not.toBe(0);
    expect(said).toMatch(/the upgrade of \d+ packages failed; those from before are back, and everything answers/);
    expect(state()).toBe("1 active");
});

test("packages with which it does stay, and are upgraded no more until another day is given", () => {
    publish("3", WORKS);
    expect(apply("2026-11-21")).toEqual({
        status: 0,
        said: expect.stringMatching(/upgraded \d+ packages: .*probe/) as string,
    });
    expect(state()).toBe("3 active");
    publish("4", WORKS);
    expect(apply("2026-11-21")).toEqual({ status: 0, said: "" });
    expect(state()).toBe("3 active");
    expect(apply("2026-11-22").said).toContain("upgraded 1 packages: probe");
    expect(state()).toBe("4 active");
});
