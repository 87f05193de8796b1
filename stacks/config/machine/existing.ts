import { z } from "zod";
import { hostName, ipv4Address, port, secretText, text } from "../field";
import type { Given, RelatedComplaint, Rule } from "../rule";

export const hostKey = () =>
    text(
        /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) AAAA[\w+/]+={0,2}( .*)?$/,
        'the line of a host key, e.g. "ssh-ed25519 AAAA…". `ssh-keyscan -t ed25519 HOST` prints what the host shows; ' +
            "compare it with /etc/ssh/ssh_host_ed25519_key.pub on the host's own console, or with who runs it, before it is trusted",
    ).meta({ description: "The host's key. No other is taken for this host." });

const privateKey = () =>
    secretText().optional().meta({
        secret: true,
        allowed: "the text of a private key without a passphrase",
        description: "The private key to log in with.",
        defaultText: "a key of the SSH agent",
    });

const user = () =>
    text(/^[a-z_][a-z0-9_-]{0,31}$/, "the name of a user")
        .default("root")
        .meta({
            description: "Who logs in: root, or a user who may use sudo without a password.",
        });

const login = { host: hostName().meta({ description: "Name or IPv4 address of the host." }), hostKey: hostKey() };
const sshPort = () => port().default(22).meta({ description: "Port of its SSH server." });

const bastion = () =>
    z
        .strictObject({
            ...login,
            port: sshPort(),
            user: text(/^[a-z_][a-z0-9_-]{0,31}$/, "the name of a user")
                .default("root")
                .meta({ description: "Who logs in to it; needs no rights on it." }),
            privateKey: privateKey(),
        })
        .optional()
        .meta({ description: "A host that the connection goes through.", defaultText: "none" });

/** A host that is there already. */
export const existingMachine = () =>
    z.strictObject({
        platform: z.literal("existing").meta({ description: "A host that is there already, reached by SSH." }),
        image: z
            .enum(["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04"])
            .meta({ description: "The release that the host runs." }),
        ...login,
        port: sshPort(),
        user: user(),
        privateKey: privateKey(),
        bastion: bastion(),
        address: hostName().optional().meta({
            description: "Where users reach the host.",
            defaultText: "`machine.host`",
        }),
        privateAddress: ipv4Address().optional().meta({
            description: "Where the stack's other machines reach the host (docs/more-machines.md).",
            defaultText: "`machine.host`, where that is an address",
        }),
        device: text(/^\/dev\/[\w./:+-]+$/, 'the path of a block device, e.g. "/dev/disk/by-id/…"')
            .optional()
            .meta({
                description: "A device for the data, blank or this stack's. Or `directory`.",
                defaultText: "none",
            }),
        directory: text(/^(\/[\w.+@-]+)+$/, 'the path of a directory, e.g. "/srv/science"')
            .optional()
            .meta({
                description:
                    "A directory for the data, empty or this stack's; it is made where there is none. Or `device`.",
                defaultText: "none",
            }),
        scratch: text(/^(\/[\w.:+@-]+)+$/, 'the path of a directory, or of a block device, e.g. "/srv/scratch"')
            .optional()
            .meta({
                description:
                    "A directory (empty, or it is made) or a blank device (`/dev/…`) for what can be lost: DCOR's temporary files. " +
                    "It is empty again when the stack is gone.",
                defaultText: "none; DCOR needs it",
            }),
        firewall: z.enum(["nftables", "none"]).default("nftables").meta({
            description:
                "`nftables`: rules in a table of their own, which go with the stack; `none` leaves the host's firewall alone.",
        }),
    });

const isExisting = (given: Given) => given("machine", "platform") === "existing";

const complain = (path: PropertyKey[], reason: string, advice: string): RelatedComplaint => ({ path, reason, advice });

/** The data lies in one place, which is the data's own. */
const volumeRule: Rule = (given) => {
    const [device, directory] = [given("machine", "device"), given("machine", "directory")];
    if (!isExisting(given)) {
        return [];
    }
    if ((device === undefined) === (directory === undefined)) {
        const reason =
            device === undefined ? "neither it nor machine.directory is set" : "machine.directory is set too";
        return [complain(["machine", "device"], reason, "Give a device or a directory for the data, one of them.")];
    }
    return typeof directory === "string" && (isTaken(directory) || directory.startsWith("/dev/"))
        ? [
              complain(
                  ["machine", "directory"],
                  "it belongs to the system, or is where the data is shown",
                  'Give a directory of its own, e.g. "/srv/science".',
              ),
          ]
        : [];
};

const isTaken = (directory: string) =>
    /^\/(cache|data|etc|proc|run|sys|tmp|usr|boot|bin|sbin|lib)(\/|$)|(^|\/)\.{1,2}(\/|$)|^\/(dev|var|home|opt|srv|root|mnt|media)$/.test(
        directory,
    );

/** Scratch space is a place of its own as well: it is emptied when the stack goes. */
const scratchPlaceRule: Rule = (given) => {
    const scratch = given("machine", "scratch");
    if (!isExisting(given) || (scratch === undefined && given("product") !== "dcor")) {
        return [];
    }
    const path = ["machine", "scratch"];
    const advice = 'Give a directory of its own, e.g. "/srv/scratch", or a blank device.';
    if (given("product") !== "dcor") {
        return [complain(path, `${String(given("product"))} has no use for it`, "Leave it out.")];
    }
    if (scratch === undefined) {
        return [complain(path, "it must be set on an existing host: DCOR needs scratch space", advice)];
    }
    const data = given("machine", "device") ?? given("machine", "directory");
    const within = (one: unknown, other: unknown) => `${String(one)}/`.startsWith(`${String(other)}/`);
    if (typeof scratch === "string" && isTaken(scratch)) {
        return [complain(path, "it belongs to the system, or is where the stack's files are shown", advice)];
    }
    return within(scratch, data) || within(data, scratch) ? [complain(path, "it is where the data is", advice)] : [];
};

/** Keys are private keys that nobody has to type a passphrase for. */
const keyRule: Rule = (given) =>
    [["machine"], ["machine", "bastion"]].flatMap((where) =>
        isExisting(given) ? privateKeyComplaints(given, [...where, "privateKey"]) : [],
    );

/** What is wrong with a private key, where one is given. */
export function privateKeyComplaints(given: Given, path: PropertyKey[]): RelatedComplaint[] {
    const key = given(...path);
    if (typeof key !== "string" || key.trim() === "") {
        return [];
    }
    const advice =
        "Give the text of the file that ssh-keygen has made, not of the one that ends with .pub, without a passphrase.";
    if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key.trim())) {
        return [complain(path, "this is no private key", advice)];
    }
    return isEncrypted(key) ? [complain(path, "it has a passphrase", advice)] : [];
}

/** OpenSSH's own format names the cipher after a mark and a length; the older ones say it in a header. */
function isEncrypted(key: string): boolean {
    const body = Buffer.from(key.replace(/-----[^-]+-----|\s/g, ""), "base64").toString("latin1");
    return (
        /ENCRYPTED/.test(key) || (body.startsWith("openssh-key-v1\0") && !body.slice(15).startsWith("\0\0\0\u0004none"))
    );
}

/** Rules of a firewall shut out who applies them, unless they say who may log in. */
const firewallRule: Rule = (given) =>
    isExisting(given) && given("machine", "firewall") !== "none" && given("firewall", "ssh") === undefined
        ? [
              complain(
                  ["firewall", "ssh"],
                  "it must be set on an existing host: all others are shut out",
                  'Give the networks of your administrators, e.g. "192.0.2.0/24", or set machine.firewall to none.',
              ),
          ]
        : [];

/** What is on a host that stays is kept. */
const keepRule: Rule = (given) => {
    const onDestroy = given("data", "onDestroy");
    const instances = given("instances");
    if (!isExisting(given)) {
        return [];
    }
    const advice = "Leave it out: the data of an existing host is kept, and its owner deletes it.";
    return [
        ...(onDestroy === undefined || onDestroy === "keep"
            ? []
            : [complain(["data", "onDestroy"], "no data of an existing host is deleted with its stack", advice)]),
        ...(Array.isArray(instances) ? (instances as { onRemoval?: unknown }[]) : []).flatMap((each, index) =>
            each?.onRemoval === "delete"
                ? [
                      complain(
                          ["instances", index, "onRemoval"],
                          "no data of an existing host is deleted with its stack",
                          advice,
                      ),
                  ]
                : [],
        ),
    ];
};

export const existingMachineRules: readonly Rule[] = [volumeRule, scratchPlaceRule, keyRule, firewallRule, keepRule];
