import { stringify } from "yaml";
import { guestScript, quote } from "../../guest/shell";

export interface UserData {
    machineName: string;
    /** The user that gets the key pair. */
    user: string;
    /** The key that sshd shows until the first log-in has laid the lasting one. */
    hostKey: { privateKey: string; publicKey: string };
    /** Where the Session Manager's agent comes from. @default the image has it */
    agent?: { url: string; sha256: string };
    /** @default the image's own */
    mirrors?: { apt?: string; aptSecurity?: string; proxy?: string };
}

/** EC2 takes no more. */
const LIMIT = 16 * 1024;

/** What cloud-init does at the first boot, and no more than a log-in needs: the rest is the steps'. */
export function userData({ machineName, user, hostKey, agent, mirrors = {} }: UserData): string {
    const document = {
        hostname: machineName,
        preserve_hostname: false,
        manage_etc_hosts: "localhost",
        user,
        disable_root: true,
        ssh_pwauth: false,
        // With a key given, cloud-init takes the image's own away and makes no other.
        ssh_deletekeys: true,
        ssh_keys: { ed25519_private: `${hostKey.privateKey.trim()}\n`, ed25519_public: hostKey.publicKey.trim() },
        ...aptSection(mirrors),
        ...(agent === undefined ? {} : agentSection(agent, mirrors.proxy)),
    };
    const text = `#cloud-config\n${stringify(document, { lineWidth: 0 })}`;
    if (Buffer.byteLength(text) > LIMIT) {
        throw new Error(`the user data has ${Buffer.byteLength(text)} bytes, and EC2 takes ${LIMIT}`);
    }
    return text;
}

function aptSection({ apt, aptSecurity, proxy }: NonNullable<UserData["mirrors"]>): object {
    const mirror = (uri: string | undefined) => (uri === undefined ? undefined : [{ arches: ["default"], uri }]);
    const given = Object.entries({
        primary: mirror(apt),
        security: mirror(aptSecurity),
        http_proxy: proxy,
        https_proxy: proxy,
    }).filter(([, value]) => value !== undefined);
    return given.length === 0 ? {} : { apt: Object.fromEntries(given) };
}

/** A unit that tries until the agent is there: without it nobody comes in, and the network may be late. */
function agentSection({ url, sha256 }: NonNullable<UserData["agent"]>, proxy = ""): object {
    const script = "/usr/local/lib/science-stacks/session-manager-agent";
    const parameters = [url, sha256, proxy].map(quote).join(" ");
    return {
        write_files: [
            { path: script, permissions: "0755", content: guestScript("aws/session-manager-agent.sh") },
            {
                path: "/etc/systemd/system/science-stacks-agent.service",
                content: [
                    "[Unit]",
                    "Description=Installs the agent of AWS Session Manager",
                    "ConditionPathExists=!/usr/bin/amazon-ssm-agent",
                    "Wants=network-online.target",
                    "After=network-online.target",
                    "StartLimitIntervalSec=0",
                    "",
                    "[Service]",
                    "Type=oneshot",
                    `ExecStart=${script} ${parameters}`,
                    "Restart=on-failure",
                    "RestartSec=20",
                    "",
                    "[Install]",
                    "WantedBy=multi-user.target",
                    "",
                ].join("\n"),
            },
        ],
        runcmd: [["systemctl", "enable", "--now", "--no-block", "science-stacks-agent.service"]],
    };
}
