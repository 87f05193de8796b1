import { z } from "zod";
import { checkedText, cidr, hostName, text, webAddress, wholeNumber } from "./field";
import { networkOf } from "./network";

/** The volume of one machine. @param product as it is called in messages. @param leastGiB what the product cannot do without. */
export const volume = (product: string, leastGiB: number, defaultGiB: number) =>
    z.strictObject({
        sizeGiB: wholeNumber(leastGiB, 16384)
            .default(defaultGiB)
            .meta({
                unit: "GiB",
                description:
                    `Size of the volume. ${product} needs ${leastGiB} GiB at least. A larger size grows the volume in place; ` +
                    "it cannot shrink. On a local machine it takes up no more of the host's disk than was written to it. " +
                    "An existing host's device or directory must have at least this size.",
            }),
        onDestroy: z
            .enum(["delete", "keep", "refuse"])
            .default("delete")
            .meta({
                description:
                    "What becomes of the volume when the stack is destroyed: `delete` it; `keep` it, for the next `up` of " +
                    "the stack to take over with all that is on it; or `refuse` to destroy the stack at all. " +
                    "The data of an existing host is always kept.",
            }),
    });

/** The volume of the stack's first machine. */
export const data = (...of: Parameters<typeof volume>) =>
    volume(...of)
        .prefault({})
        .meta({ description: "The data volume, mounted on `/data`: what is on it outlives the machine." });

/** @param what has the versions, and what comes with it. @param versions those with a lock file, the newest first */
export const version = <const V extends string>(what: string, versions: readonly [V, ...V[]]) =>
    z
        .enum<readonly V[]>(versions)
        .default(versions[0])
        .meta({
            allowed: `a version that this project has a lock file of: ${versions.join(", ")}`,
            description: `Version of ${what}. Another one is an upgrade, in place, with the way back (docs/upgrades.md).`,
        });

export const packagesAsOf = () =>
    text(/^\d{4}-\d\d-\d\d$/, 'a day in quotes, e.g. "2026-11-21"')
        .optional()
        .meta({
            description:
                "A day. With another one, `up` brings all of the machine's Debian packages to their newest versions, with a way back " +
                "(docs/upgrades.md).",
            defaultText: "`up` upgrades none",
        });

export const serverName = () =>
    hostName().optional().meta({
        description: "The host name that clients use, in the service addresses and the certificate.",
        defaultText: "the machine's address",
    });

/** Prefixes shorter than these cover so much of the internet that they restrict nobody. */
const SHORTEST_SSH_PREFIX = { 4: 8, 6: 16 };

const sshNetwork = () =>
    checkedText((value) => {
        const network = networkOf(value);
        return network === undefined || network.prefix >= SHORTEST_SSH_PREFIX[network.family]
            ? undefined
            : {
                  reason: "SSH from the whole internet, or a large part of it, is refused",
                  advice: 'Give the networks of your administrators, e.g. "192.0.2.0/24".',
              };
    }, cidr()).meta({ allowed: 'a network in CIDR notation, e.g. "192.0.2.0/24"' });

export const firewall = () =>
    z
        .strictObject({
            web: z
                .array(cidr())
                .min(1)
                .default(["0.0.0.0/0", "::/0"])
                .meta({ description: "Networks that may reach the web ports. The default is everyone." }),
            ssh: z.array(sshNetwork()).min(1).optional().meta({
                description: "Networks that may log in by SSH.",
                defaultText: "`machine.network`; of an existing host there is none: it must be set",
            }),
        })
        .prefault({})
        .meta({ description: "Who may reach the machine. All other ports are closed." });

export const mirrors = () =>
    z
        .strictObject({
            apt: webAddress("http://mirror.example.org/debian").optional().meta({
                description: "Mirror of the distribution's packages.",
                defaultText: "the host's own",
            }),
            aptSecurity: webAddress("http://mirror.example.org/debian-security").optional().meta({
                description: "Mirror of the distribution's security updates.",
                defaultText: "the host's own",
            }),
            pypi: webAddress("https://mirror.example.org/pypi/simple").optional().meta({
                description: "Mirror of the Python Package Index: pip's `index-url`.",
                defaultText: "the host's own",
            }),
            proxy: webAddress("http://proxy.example.org:3128").optional().meta({
                description: "Proxy for HTTP and HTTPS, for apt and pip.",
                defaultText: "the host's own",
            }),
        })
        .prefault({})
        .meta({ description: "Where software comes from. On a local machine, what the host uses is the default." });
