import { parseConfig } from "../../stacks/config/parse";
import { ConfigError } from "../../stacks/config/problem";
import { authorityOf } from "../../components/certificate-chain";
import { makeCertificates } from "./certificates";

const LEAST = { product: "dcor", machine: { platform: "local" } };

function parse(keys: Record<string, unknown>, secretKeys: string[] = []) {
    const values = Object.entries({ ...LEAST, ...keys }).map(([key, value]) => [
        `science-stacks:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const secrets = new Set(secretKeys.map((key) => `science-stacks:${key}`));
    return parseConfig("dcor-local", "stacks/x.yaml", Object.fromEntries(values) as Record<string, string>, secrets);
}

function messageOf(keys: Record<string, unknown>, secretKeys?: string[]): string {
    try {
        parse(keys, secretKeys);
    } catch (error) {
        if (error instanceof ConfigError) {
            return error.message;
        }
        throw error;
    }
    throw new Error(`accepted: ${JSON.stringify(keys)}`);
}

const S3 = { mode: "s3", url: "https://s3.example.org", accessKeyId: "KEY1", secretAccessKey: "not-to-be-seen" };

test("what is required is the machine alone; all else has the guide's value", () => {
    expect(parse({})).toMatchObject({
        firewall: { ssh: ["10.77.0.0/24"] },
        tls: { mode: "selfSigned" },
        scratch: { sizeGiB: 10 },
        dcor: { workers: 4, harakiriSeconds: 36000, maxBodyMiB: 5, registration: false },
        objectStore: { mode: "minio", port: 9443 },
        bucketPrefix: "circle-",
        development: false,
    });
});

test("a local machine may have less scratch space than the guide asks for", () => {
    expect(parse({ scratch: { sizeGiB: 5 } })).toMatchObject({ scratch: { sizeGiB: 5 } });
});

test.each<[string, Record<string, unknown>, string]>([
    ["a site address that is none", { serverName: "https://dcor example" }, "serverName"],
    ["scratch space of nothing", { scratch: { sizeGiB: 0 } }, "scratch.sizeGiB"],
    ["a data volume that is too small", { data: { sizeGiB: 1 } }, "data.sizeGiB"],
    ["one uWSGI process, which serves one client", { dcor: { workers: 1 } }, "a whole number from 2 to 64"],
    ["a title that ckan.ini cannot hold", { dcor: { title: "100 % data" } }, "dcor.title"],
    ["a version without a lock file", { dcor: { version: "2.10.0" } }, "dcor.version"],
    ["packages of no day", { packagesAsOf: "today" }, "packagesAsOf"],
    ["clients by what is no regular expression", { dcor: { blockedUserAgents: "DCOR(" } }, "no regular expression"],
    ["clients by what nginx cannot quote", { dcor: { blockedUserAgents: 'a"b' } }, "a quote or a line break"],
    ["a port twice", { dcor: { httpPort: 443 } }, "this is the port of dcor.httpPort already"],
    ["the port of Solr", { objectStore: { mode: "minio", port: 8983 } }, "this is the port of Solr already"],
    ["the port of MinIO itself", { objectStore: { mode: "minio", port: 9000 } }, "this is the port of MinIO already"],
    ["an object store of no kind", { objectStore: { mode: "swift" } }, "objectStore.mode"],
    ["an S3 server without keys", { objectStore: { mode: "s3", url: "https://s3.example.org" } }, "accessKeyId"],
    ["an S3 server that is no address", { objectStore: { ...S3, url: "s3" } }, "objectStore.url"],
    ["a bucket of AWS without AWS", { objectStore: { mode: "aws" } }, "where its machine is on AWS"],
    ["a bucket that S3 has not", { objectStore: { ...S3, bucket: "My_bucket" } }, "objectStore.bucket"],
    ["a bucket name that S3 has not", { bucketPrefix: "Circle_" }, "bucketPrefix"],
    ["an administrator that CKAN has not", { administrator: { name: "Admin" } }, "administrator.name"],
    ["a mail address that is none", { administrator: { email: "nobody" } }, "administrator.email"],
    ["mail about upgrades without a server", { upgrades: { mailTo: "a@example.org" } }, "there is no server for it"],
    ["a time of day that is none", { upgrades: { rebootAt: "25:00" } }, "upgrades.rebootAt"],
    ["a truth that is none", { development: "perhaps" }, "development"],
    ["a misspelt key", { scratch: { sizeGib: 5 } }, 'Did you mean "sizeGiB"'],
    ["a core that is no address", { solr: { url: "solr/ckan" } }, "solr.url"],
    ["a password of no Redis", { redis: { password: "x" } }, "redis.password: it is of no server"],
])("%s is refused", (_, keys, message) => {
    expect(messageOf(keys)).toContain(message);
});

test.each<[string, Record<string, unknown>, string]>([
    ["the S3 server's", { objectStore: S3 }, "objectStore.secretAccessKey"],
    ["the database's", { postgresql: { url: "postgresql://a:not-to-be-seen@h/d" } }, "postgresql.url"],
    [
        "the mail server's",
        { mail: { server: "m.example.org", from: "a@example.org", password: "not-to-be-seen" } },
        "mail.password",
    ],
])("a secret in plain text is refused, and not repeated: %s", (_, keys, key) => {
    const message = messageOf(keys);
    expect(message).toContain(key);
    expect(message).toContain("it is a secret in plain text");
    expect(message).not.toContain("not-to-be-seen");
});

test("a password of Redis that CKAN's address of it cannot hold is refused, and not repeated", () => {
    const redis = (password: string) => ({ redis: { url: "rediss://queue.example.org:6379/0", password } });
    const message = messageOf(redis("not-to-be-seen/"), ["redis"]);
    expect(message).toContain("redis.password");
    expect(message).toContain("which cannot hold it");
    expect(message).not.toContain("not-to-be-seen");
    expect(parse(redis("not:to@be!seen"), ["redis"])).toMatchObject({ product: "dcor" });
});

test("an S3 server elsewhere is taken with its secret encrypted", () => {
    const parsed = parse({ objectStore: S3 }, ["objectStore"]);
    expect(parsed).toMatchObject({ objectStore: { region: "us-east-1", accessKeyId: "KEY1" } });
    expect(JSON.stringify(parsed)).not.toContain("not-to-be-seen");
});

test("development is refused without a database that the extensions' tests may empty", () => {
    for (const postgresql of [{ url: "not-to-be-seen" }, { machine: { platform: "local" } }, { rds: {} }]) {
        const message = messageOf({ development: true, postgresql }, ["postgresql"]);
        expect(message).toContain("the machine's own PostgreSQL");
    }
    expect(parse({ development: true })).toMatchObject({ development: true });
});

describe("a certificate of an authority of one's own, which DCOR's requests to its own site must trust", () => {
    const serverName = "dcor.example.org";
    const { root, intermediate, signed, selfSigned } = makeCertificates(serverName);
    const { privateKey } = signed;
    const tls = (...chain: { certificate: string }[]) => ({
        tls: { mode: "own", certificate: chain.map(({ certificate }) => certificate).join(""), privateKey },
        serverName,
    });

    test("is refused where the authority itself is not there, with what to add", () => {
        const message = messageOf(tls(signed, intermediate), ["tls"]);
        expect(message).toContain("tls.certificate");
        expect(message).toContain('it ends before its authority, "Root of a test"');
        expect(message).toContain("Add the authority's own certificate at the end");
    });

    test("is taken with its authority, which is what the machine trusts", () => {
        const given = tls(signed, intermediate, root);
        expect(parse(given, ["tls"])).toMatchObject({ tls: { mode: "own" } });
        expect(authorityOf(given.tls.certificate)).toBe(root.certificate);
    });

    test("a certificate that has signed itself, and says that it is for a server alone, is its own authority", () => {
        const { selfSigned: server } = makeCertificates(serverName, ["keyUsage=digitalSignature,keyEncipherment"]);
        expect(authorityOf(server.certificate)).toBe(server.certificate);
        const given = { serverName, tls: { mode: "own", ...server } };
        expect(parse(given, ["tls"])).toMatchObject({ tls: { mode: "own" } });
    });

    test("a certificate that has signed itself is its own authority; a chain without its own has none to trust", () => {
        expect(authorityOf(selfSigned.certificate)).toBe(selfSigned.certificate);
        expect(authorityOf(signed.certificate + intermediate.certificate)).toBeUndefined();
    });
});

describe("on an existing host", () => {
    const existing = (machine: object) => ({
        machine: {
            platform: "existing",
            host: "dcor.example.org",
            hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyEX4020657MWj44BDyljxrXRirYbx9bzeEkz3ymVsi",
            image: "debian-12",
            directory: "/srv/science",
            ...machine,
        },
        firewall: { ssh: ["192.0.2.0/24"] },
    });

    test("the data stays, and there is scratch space as the guide asks for it", () => {
        expect(parse(existing({ scratch: "/srv/scratch" }))).toMatchObject({
            data: { onDestroy: "keep" },
            scratch: { sizeGiB: 100 },
        });
    });

    test.each([
        ["no scratch space", {}, "DCOR needs scratch space"],
        ["scratch space among the data", { scratch: "/srv/science/scratch" }, "it is where the data is"],
        ["data in the scratch space", { scratch: "/srv" }, "machine.scratch"],
        [
            "scratch space on the data's device",
            { directory: undefined, device: "/dev/sdb", scratch: "/dev/sdb" },
            "it is where the data is",
        ],
        ["scratch space in a directory of the system", { scratch: "/cache" }, "it belongs to the system"],
    ])("%s is refused", (_, machine, message) => {
        expect(messageOf(existing(machine))).toContain(message);
    });
});
