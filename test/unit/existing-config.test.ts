import { parse, refused } from "./config-given";
import { parseConfig } from "../../stacks/config/parse";

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyEX4020657MWj44BDyljxrXRirYbx9bzeEkz3ymVsi";
const LEAST = { platform: "existing", host: "maps.example.org", hostKey: HOST_KEY, image: "debian-12" };
const firewall = { ssh: ["192.0.2.0/24"] };
const existing = (keys: object, others: object = {}) => ({
    machine: { ...LEAST, directory: "/srv/science", ...keys },
    firewall,
    ...others,
});

test("an existing host needs its name, its key, its release, a place for the data, and who may log in", () => {
    const config = parse(existing({}));
    expect(config.machine).toEqual({
        ...LEAST,
        port: 22,
        user: "root",
        directory: "/srv/science",
        firewall: "nftables",
    });
    expect(config.data.onDestroy).toBe("keep");
    expect([config.firewall.ssh, config.eoxserver.admin.cidrs]).toEqual([["192.0.2.0/24"], ["192.0.2.0/24"]]);
});

test("whose firewall is left alone needs no list of administrators", () => {
    expect(parse({ machine: { ...LEAST, device: "/dev/sdb", firewall: "none" } }).firewall.ssh).toEqual([]);
});

test("a missing host key is refused with how to get it, and how to be sure of it", () => {
    const { message } = refused(existing({ hostKey: undefined }));
    expect(message).toContain("machine.hostKey: it must be set");
    expect(message).toContain("ssh-keyscan -t ed25519");
    expect(message).toContain("on the host's own console");
});

test.each<[string, Record<string, unknown>, string, RegExp]>([
    ["a fingerprint for a key", existing({ hostKey: "SHA256:abc" }), "machine.hostKey", /form that is needed/],
    ["no release", existing({ image: undefined }), "machine.image", /must be set/],
    ["no place for the data", existing({ directory: undefined }), "machine.device", /neither it nor/],
    ["two places for the data", existing({ device: "/dev/sdb" }), "machine.device", /directory is set too/],
    ["a directory of the system", existing({ directory: "/var" }), "machine.directory", /belongs to the system/],
    ["the mount point itself", existing({ directory: "/data/own" }), "machine.directory", /belongs to the system/],
    ["a way upwards", existing({ directory: "/srv/../etc" }), "machine.directory", /belongs to the system/],
    ["no administrators", existing({}, { firewall: {} }), "firewall.ssh", /shut out/],
    ["data that is to be deleted", existing({}, { data: { onDestroy: "delete" } }), "data.onDestroy", /no data/],
    [
        "an instance whose data is to be deleted",
        existing({}, { instances: [{ name: "a", onRemoval: "delete" }] }),
        "instances[0].onRemoval",
        /no data/,
    ],
    ["scratch space for what needs none", existing({ scratch: "/srv/scratch" }), "machine.scratch", /has no use/],
    ["a bastion without a key", existing({ bastion: { host: "b" } }), "machine.bastion.hostKey", /must be set/],
    ["a key in plain text", existing({ privateKey: "x" }), "machine.privateKey", /plain text|no private key/],
])("%s is refused", (_, keys, key, reason) => {
    const problems = refused(keys).problems.filter((each) => each.key === key);
    expect(problems.map((each) => each.reason).join("; ")).toMatch(reason);
});

const armoured = (body: Buffer) =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
const cipher = (name: string) =>
    Buffer.from(`openssh-key-v1\0\0\0\0${String.fromCharCode(name.length)}${name}…`, "latin1");

test.each([
    ["a public key", HOST_KEY, /no private key/],
    ["a key with a passphrase", armoured(cipher("aes256-ctr")), /has a passphrase/],
    ["an older key with a passphrase", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", /has a passphrase/],
])("%s cannot log in by itself, and the message does not show it", (_, key, reason) => {
    const { message } = refused(existing({ privateKey: key }), ["machine"]);
    expect(message).toMatch(reason);
    expect(message).not.toContain(key.split("\n")[1] ?? key);
});

test("a key without a passphrase is a secret", () => {
    const key = armoured(cipher("none"));
    const values = Object.entries({ product: "eoxserver", instances: ["a"], ...existing({ privateKey: key }) });
    const config = parseConfig(
        "maps",
        "the test",
        Object.fromEntries(
            values.map(([name, value]) => [
                `science-stacks:${name}`,
                typeof value === "string" ? value : JSON.stringify(value),
            ]),
        ),
        new Set(["science-stacks:machine"]),
    );
    expect(JSON.stringify(config)).not.toContain(key.split("\n")[1]);
});
