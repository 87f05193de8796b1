import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userData } from "../../components/machine/aws/user-data";
import { Guest, hostScript, type Result } from "./guest";

/** A package that is called as the agent, and does nothing. */
const AGENT_PACKAGE = `
set -e
mkdir -p /root/agent/DEBIAN /root/agent/usr/bin /root/agent/lib/systemd/system
cd /root/agent
printf 'Package: amazon-ssm-agent\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: nobody <nobody@example.org>\\nDescription: test\\n' >DEBIAN/control
printf '#!/bin/sh\\nexec sleep infinity\\n' >usr/bin/amazon-ssm-agent
chmod 755 usr/bin/amazon-ssm-agent
printf '[Service]\\nExecStart=/usr/bin/amazon-ssm-agent\\n[Install]\\nWantedBy=multi-user.target\\n' >lib/systemd/system/amazon-ssm-agent.service
dpkg-deb --root-owner-group --build /root/agent /root/agent.deb >/dev/null
sha256sum /root/agent.deb | cut -d ' ' -f 1`;

/** cloud-init reads its data from files here, as it does from EC2 there; the network stays as the host has set it up. */
const NOCLOUD = `
set -e
printf 'datasource_list: [NoCloud]\\nnetwork: {config: disabled}\\n' >/etc/cloud/cloud.cfg.d/99-test.cfg
mkdir -p /var/lib/cloud/seed/nocloud
cd /var/lib/cloud/seed/nocloud
printf 'instance-id: i-0123456789abcdef0\\npublic-keys:\\n  - %s\\n' "$(cat /root/login.pub)" >meta-data
cat >user-data`;

describe("the first boot of an instance, by Debian's cloud-init in a local machine", () => {
    const keys = mkdtempSync(join(tmpdir(), "science-stacks-aws-"));
    const key = (name: string) => readFileSync(join(keys, name), "utf8").trim();
    let guest: Guest;
    let document: string;

    const parameters = () => ({
        host: guest.address,
        port: 22,
        user: "admin",
        login_key: key("login"),
        first_host_key: key("first.pub"),
        host_public_key: key("lasting.pub"),
        host_key: key("lasting"),
        timeout_seconds: 60,
    });

    /** As the user that the image lets in, where the machine shows the given host key. */
    function login(hostKey: string, command: string): Result {
        writeFileSync(join(keys, "known_hosts"), `${guest.address} ${key(`${hostKey}.pub`)}\n`);
        // cloud-init starts sshd anew after the first log-in is possible.
        const options = ["IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=yes", "LogLevel=ERROR"];
        options.push("ConnectionAttempts=10");
        const files = [`UserKnownHostsFile=${join(keys, "known_hosts")}`, `IdentityFile=${join(keys, "login")}`];
        const args = ["-F", "none", ...[...options, ...files].flatMap((option) => ["-o", option])];
        const { status, stdout, stderr } = spawnSync("ssh", [...args, `admin@${guest.address}`, command], {
            encoding: "utf8",
        });
        return { status, stdout: stdout.trim(), stderr };
    }

    beforeAll(() => {
        for (const name of ["first", "lasting", "other", "login"]) {
            execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(keys, name)]);
        }
        guest = Guest.create("aws");
        guest.run(
            "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends cloud-init sudo",
        );
        const sha256 = guest.run(AGENT_PACKAGE);
        document = userData({
            machineName: "eoxserver-first",
            user: "admin",
            hostKey: { privateKey: key("first"), publicKey: key("first.pub") },
            agent: { url: "file:///root/agent.deb", sha256 },
            mirrors: { proxy: "http://proxy.example.org:3128" },
        });
        guest.copy(join(keys, "login.pub"), "/root/login.pub");
        guest.run(NOCLOUD, document);
    });
    afterAll(() => {
        guest?.destroy();
        rmSync(keys, { recursive: true, force: true });
    });

    test("its user data is what cloud-init's own schema allows, and a wrong key in it is found", () => {
        guest.run("cat >/root/user-data", document);
        expect(guest.run("cloud-init schema --config-file /root/user-data 2>&1")).toContain("Valid");
        guest.run("cat >/root/user-data", document.replace("ssh_pwauth: false", "ssh_pwauth: [1]"));
        expect(guest.exec("cloud-init schema --config-file /root/user-data").status).not.toBe(0);
    });

    test("its first host key is the one that it was given, and no other is there", () => {
        // The address stays; what the machine shows after the boot is no longer what the test's own log-in knows.
        guest.exec("systemctl reboot");
        const deadline = Date.now() + 120_000;
        let answered: Result;
        do {
            answered = login("first", "ls /etc/ssh/*.pub");
        } while (answered.status !== 0 && Date.now() < deadline);
        expect(answered.stdout).toBe("/etc/ssh/ssh_host_ed25519_key.pub");
        expect(login("lasting", "true").status).toBe(255);
    });

    test("cloud-init ends without an error, and the machine has its name", () => {
        expect(login("first", "cloud-init status --wait")).toMatchObject({ status: 0, stderr: "" });
        expect(login("first", "hostname").stdout).toBe("eoxserver-first");
    });

    test("its user may do everything, by sudo, and nobody may log in with a password", () => {
        expect(login("first", "sudo -n id -u").stdout).toBe("0");
        expect(login("first", "sudo -n sshd -T").stdout).toMatch(/^passwordauthentication no$/m);
    });

    test("the agent of Session Manager is installed, its checksum being right", () => {
        const wait = "timeout 60 sh -c 'until systemctl is-active -q amazon-ssm-agent; do sleep 1; done'";
        expect(login("first", wait)).toMatchObject({ status: 0, stderr: "" });
        const wrong = `sudo -n /usr/local/lib/science-stacks/session-manager-agent file:///root/agent.deb ${"0".repeat(64)} ''`;
        expect(login("first", wrong)).toMatchObject({ status: 1 });
    });

    test("a machine that shows a third key is sent nothing, and the reason is said", () => {
        const other = { first_host_key: key("other.pub"), host_public_key: key("other.pub"), host_key: key("other") };
        const { status, stderr } = hostScript("first-login.sh", [], { ...parameters(), ...other });
        expect([status, stderr]).toEqual([3, expect.stringContaining("not the one it was given")]);
        expect(login("first", "true").status).toBe(0);
    });

    test("the first log-in lays the lasting host key, and the one of the user data is of no use any more", () => {
        expect(hostScript("first-login.sh", [], parameters())).toEqual({ status: 0, stdout: "", stderr: "" });
        expect(login("lasting", "sudo -n cat /etc/ssh/ssh_host_ed25519_key").stdout).toBe(key("lasting"));
        expect(login("first", "true").status).toBe(255);
    });

    test("a first log-in whose end was not heard of is finished by the next one", () => {
        expect(hostScript("first-login.sh", [], parameters())).toMatchObject({ status: 0 });
    });

    test("the lasting key is still there after a reboot", () => {
        login("lasting", "sudo -n systemctl reboot");
        const deadline = Date.now() + 120_000;
        let uptime: Result;
        do {
            uptime = login(
                "lasting",
                "systemctl is-system-running --wait; sudo -n cat /var/lib/cloud/data/instance-id",
            );
        } while (uptime.status !== 0 && Date.now() < deadline);
        expect(uptime.stdout).toContain("i-0123456789abcdef0");
    });
});
