import * as pulumi from "@pulumi/pulumi";
import { hostNetwork, type FirewallRule, type Machine } from "../machine/machine";
import { hardening } from "./hardening";
import { InstallStep } from "./install-step";
import type { GuestFile } from "./program";
import { guestScript } from "./shell";

/** How long new rules are on trial, in seconds. A step dials for longer than that, so it learns what became of them. */
const TRIAL_SECONDS = 40;

/** What puts rules on trial, and what takes them back. */
export const trialPrograms = (): Record<string, GuestFile> =>
    Object.fromEntries(
        ["trial", "restore"].map((name) => [
            `/usr/local/lib/science-stacks/firewall-${name}`,
            { content: guestScript(`firewall/${name}.sh`), mode: "755" },
        ]),
    );

/**
 * The rules of a security group as the machine's own nftables rules, on platforms that have no security groups.
 * They live in a table and a unit of their own: what else the machine has of nftables is left alone.
 * New rules are on trial until a connection that was made under them keeps them: nobody is locked out by a mistake.
 */
export function guestFirewall(
    machine: Machine,
    name: string,
    rules: readonly FirewallRule[],
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const trial = new InstallStep(
        `${name}-trial`,
        {
            machine,
            program: withAddresses(rules).apply((known) => ({
                script: "firewall/try.sh",
                parameters: { trial_seconds: TRIAL_SECONDS },
                files: {
                    "/var/lib/science-stacks/firewall/trial.nft": { content: ruleset(known) },
                    ...trialPrograms(),
                },
            })),
            removable: true,
        },
        opts,
    );
    return new InstallStep(
        name,
        {
            machine,
            program: trial.revision.apply((revision) => ({
                script: "firewall/keep.sh",
                parameters: { revision, trial_seconds: TRIAL_SECONDS },
                files: {
                    "/etc/systemd/system/science-stacks-firewall.service": { content: UNIT },
                    ...hardening("science-stacks-firewall.service", {
                        capabilities: ["CAP_NET_ADMIN"],
                        addressFamilies: ["AF_NETLINK"],
                    }),
                },
            })),
            removable: true,
        },
        pulumi.mergeOptions(opts, { dependsOn: trial }),
    );
}

/** The rules with the addresses of the machines that they name. */
function withAddresses(rules: readonly FirewallRule[]): pulumi.Output<NetworkRule[]> {
    return pulumi.all(
        rules.map(({ description, port, cidrs, machines = [] }) =>
            pulumi
                .all(machines.map(({ privateAddress }) => privateAddress))
                .apply((addresses) => ({ description, port, cidrs: [...cidrs, ...addresses.map(hostNetwork)] })),
        ),
    );
}

/** A rule whose networks are all known. */
export type NetworkRule = Omit<FirewallRule, "machines">;

/** The rules as nftables' own text; loading it replaces the table in one transaction, so that no packet meets half of it. */
export function ruleset(rules: readonly NetworkRule[]): string {
    return [
        "table inet science_stacks",
        "delete table inet science_stacks",
        "table inet science_stacks {",
        "    chain input {",
        "        type filter hook input priority filter; policy drop;",
        "        ct state established,related accept",
        "        ct state invalid drop",
        '        iifname "lo" accept',
        "        ip protocol icmp accept",
        "        meta l4proto ipv6-icmp accept",
        ...rules.flatMap(({ description, port, cidrs }) =>
            cidrs.map((cidr) => {
                const family = cidr.includes(":") ? "ip6" : "ip";
                return `        ${family} saddr ${cidr} tcp dport ${port} accept comment "${description}"`;
            }),
        ),
        "    }",
        "}",
        "",
    ].join("\n");
}

/** The unit that loads the rules that were kept, at each boot before the network. */
export const UNIT = `[Unit]
Description=Firewall of science-stacks
DefaultDependencies=no
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target
StartLimitIntervalSec=120
StartLimitBurst=30

[Service]
Type=oneshot
# A machine that boots beside many others has been seen without it: what fails once is tried again.
Restart=on-failure
RestartSec=1s
RemainAfterExit=yes
ExecStart=/usr/sbin/nft --file /etc/science-stacks/firewall.nft
ExecReload=/usr/sbin/nft --file /etc/science-stacks/firewall.nft
ExecStop=/usr/sbin/nft delete table inet science_stacks

[Install]
WantedBy=sysinit.target
`;
