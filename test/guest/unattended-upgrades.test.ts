import { installProgram } from "../../components/guest/packages";
import { programText, type StepProgram } from "../../components/guest/program";
import { UnattendedUpgrades, upgradeFiles } from "../../components/guest/unattended-upgrades";
import type { Guest } from "./guest";
import { guestWithRunner, RUNNER } from "./step-runner";

/**
 * publish NAME VERSION LABEL: a package with a library, in a repository in the guest that says of itself that it is Debian's, with
 * this label. The library is a real one with something after its end.
 */
const PUBLISH = `
set -euo pipefail
name=$1 version=$2 label=$3
repository=/srv/$name tree=$(mktemp -d) library=/usr/lib/$name/library.so
mkdir -p "$repository" "$tree/DEBIAN" "$tree$(dirname $library)"
chmod 755 "$tree"
cat "$(ldconfig -p | awk '/libz\\.so\\.1 / { print $NF; exit }')" - <<<"$version" >"$tree$library"
printf '%s\\n' "Package: $name" "Version: $version" "Architecture: all" "Maintainer: nobody <nobody@example.org>" \\
    "Description: a library of the test" >"$tree/DEBIAN/control"
cd "$repository"
dpkg-deb --root-owner-group --build "$tree" package.deb >/dev/null
{ dpkg-deb --field package.deb; printf '%s\\n' "Filename: ./package.deb" "Size: $(stat -c %s package.deb)" "SHA256: $(sha256sum <package.deb | cut -d' ' -f1)"; } >Packages
printf '%s\\n' "Origin: Debian" "Label: $label" "Suite: stable-security" "Codename: bookworm-security" "Date: $(date -Ru)" SHA256: \\
    " $(sha256sum <Packages | cut -d' ' -f1) $(stat -c %s Packages) Packages" >Release
printf 'deb [trusted=yes] file:%s ./\\n' "$repository" >"/etc/apt/sources.list.d/$name.list"
`;

/** It runs with the library of a package. */
const unit = (name: string) => `
[Service]
Environment=LD_PRELOAD=/usr/lib/${name}/library.so
ExecStart=/usr/bin/sleep infinity
`;

const TIMERS = ["apt-daily.timer", "apt-daily-upgrade.timer"];
const LABELS = { "probe-of-security": "Debian-Security", "probe-of-others": "Somebody else" };
const names = Object.keys(LABELS);

let guest: Guest;
let before: string[];
beforeAll(() => {
    guest = guestWithRunner("upgrades");
    apply("packages", installProgram(UnattendedUpgrades.packages({})));
    apply("upgrades", {
        script: "files/apply.sh",
        parameters: { manifest: "upgrades", enable: TIMERS, validate: "" },
        files: upgradeFiles({}),
    });
    publish("1");
    guest.run(`apt-get --quiet update; apt-get --quiet --yes install ${names.join(" ")}`);
    for (const name of names) {
        guest.run(`cat >/etc/systemd/system/${name}.service; systemctl start ${name}`, unit(name));
    }
    before = names.map(processOf);
    publish("2");
});
afterAll(() => guest?.destroy());

const apply = (name: string, program: StepProgram) => guest.run(`${RUNNER} ${name} apply 400`, programText(program));

function publish(version: string): void {
    for (const [name, label] of Object.entries(LABELS)) {
        guest.run(`bash -s ${name} ${version} '${label}'`, PUBLISH);
    }
}

const processOf = (name: string) => guest.run(`systemctl show --property=MainPID --value ${name}`);
const versionOf = (name: string) => guest.run(`dpkg-query -W -f '\${Version}' ${name}`);
/** What a unit has loaded of its library that is on the disk no more. */
const replacedIn = (name: string) =>
    guest.run(`grep -c '/${name}/.*(deleted)' /proc/${processOf(name)}/maps || test $? = 1`);

test("both of apt's timers wait for the night", () => {
    expect(guest.run(`systemctl is-active ${TIMERS.join(" ")}`)).toBe("active\nactive");
});

test("a security update is installed by what the timers start, and what ran with the old library runs with the new one", () => {
    // As if a day had gone by since the services ran.
    guest.run(
        "rm -f /var/lib/apt/periodic/*; systemctl start apt-daily.service; systemctl start apt-daily-upgrade.service",
    );
    expect(versionOf("probe-of-security")).toBe("2");
    expect(guest.run("cat /var/log/unattended-upgrades/unattended-upgrades.log")).toContain("probe-of-security");
    expect(processOf("probe-of-security")).not.toBe(before[0]);
    expect(replacedIn("probe-of-security")).toBe("0");
    expect(guest.run("systemctl is-active probe-of-security")).toBe("active");
});

test("what is no security update is left as it is", () => {
    expect(versionOf("probe-of-others")).toBe("1");
    expect(processOf("probe-of-others")).toBe(before[1]);
});

test("a library that an administrator's own upgrade replaces has its service restarted as well", () => {
    guest.run("DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes install probe-of-others </dev/null");
    expect(versionOf("probe-of-others")).toBe("2");
    expect(processOf("probe-of-others")).not.toBe(before[1]);
    expect(replacedIn("probe-of-others")).toBe("0");
});
