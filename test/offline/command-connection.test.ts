import { generateKeyPairSync } from "node:crypto";
import { utils } from "ssh2";
import { readablePrivateKey } from "../../offline/plugins/command/ssh/keys";
import { secret } from "./plugin-client";
import { create, plugin, server, startPluginAndServer, urn } from "./remote-commands";

startPluginAndServer();

test("a server with another host key is refused before anything is sent to it", async () => {
    await expect(create({ create: "true" }, { hostKey: server.file("other.pub") })).rejects.toThrow(
        /cannot connect after 1 attempt: \w+@127\.0\.0\.1:\d+: host key mismatch: .*SHA256:/,
    );
});

test("the host key may be of any of the server's types", async () => {
    const { outputs } = await create({ create: "echo yes" }, { hostKey: server.file("rsa.pub") });
    expect(outputs.stdout).toBe("yes");
});

test("a key that the server does not know is refused, with user and host in the message", async () => {
    await expect(create({ create: "true" }, { privateKey: server.file("other") })).rejects.toThrow(
        `${server.user}@127.0.0.1:${server.port}: unable to authenticate, attempted: publickey`,
    );
});

test("a key that is damaged fails at once, and is not shown", async () => {
    const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nbm8ga2V5IGF0IGFsbA==\n-----END OPENSSH PRIVATE KEY-----\n";
    const failed = create({ create: "true" }, { privateKey, dialErrorLimit: 100 });
    await expect(failed).rejects.toThrow("the private key of the connection cannot be read");
    await expect(failed).rejects.not.toThrow("bm8ga2V5");
});

test("what cannot be a key, a host key or a port is refused in the preview, and not shown", async () => {
    const wrong = { ...server.connection(), privateKey: "/root/.ssh/id_rsa", hostKey: "AAAA", port: 0 };
    const { failures } = await plugin.check(urn, { connection: secret({ ...wrong, proxy: wrong }) });
    const names = ["hostKey", "port", "privateKey"];
    expect(Object.keys(failures)).toEqual([
        ...names.map((name) => `connection.${name}`),
        ...names.map((name) => `connection.proxy.${name}`),
    ]);
    expect(JSON.stringify(failures)).not.toContain("id_rsa");
});

test.each(["rsa", "ec", "ed25519"] as const)("a private key of type %s in PKCS #8 form is taken", async (type) => {
    const options = { modulusLength: 2048, namedCurve: "P-256" };
    const { privateKey } = generateKeyPairSync(type as "ec", options);
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const parsed = utils.parseKey(readablePrivateKey(pem, undefined));
    if (parsed instanceof Error) {
        throw parsed;
    }
    server.authorize(`${parsed.type} ${parsed.getPublicSSH().toString("base64")}`);
    const { outputs } = await create({ create: "echo in" }, { privateKey: pem });
    expect(outputs.stdout).toBe("in");
    const locked = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" } as const;
    const encrypted = privateKey.export(locked) as string;
    const again = await create({ create: "echo in" }, { privateKey: encrypted, privateKeyPassword: "open" });
    expect(again.outputs.stdout).toBe("in");
});

test("a limit of n errors makes n + 1 attempts", async () => {
    await expect(create({ create: "true" }, { port: 1, dialErrorLimit: 2 })).rejects.toThrow(
        /cannot connect after 3 attempts: .*ECONNREFUSED/,
    );
});

test("a bastion host is passed through, with a host key of its own", async () => {
    const { outputs } = await create({ create: "echo through" }, { proxy: server.connection() });
    expect(outputs.stdout).toBe("through");
    const proxy = { ...server.connection(), hostKey: server.file("other.pub"), dialErrorLimit: 0 };
    await expect(create({ create: "true" }, { proxy })).rejects.toThrow("proxy: cannot connect after 1 attempt");
});
