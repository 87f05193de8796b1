import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bucketPolicy, userPolicy } from "../../components/machine/aws/bucket-policies";
import { setTimeout as sleep } from "node:timers/promises";

/** The first time MinIO is built. */
jest.setTimeout(900_000);

const project = join(__dirname, "..", "..");
const keys = { accessKeyId: "administrator", secretAccessKey: "correct-horse-battery" };
const objects = mkdtempSync(join(tmpdir(), "science-stacks-objects-"));
/** The policies of the stacks ask for TLS. */
const certificates = mkdtempSync(join(tmpdir(), "science-stacks-objects-tls-"));
const authority = join(certificates, "public.crt");

let server: ChildProcess;
let url: string;
beforeAll(async () => {
    const input = `architecture=${process.arch === "arm64" ? "arm64" : "amd64"}\n`;
    const made = spawnSync("bash", ["scripts/host/minio.sh", "make"], { cwd: project, input, encoding: "utf8" });
    const ports = [await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`) as [string, string];
    url = `https://${ports[0]}`;
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", join(certificates, "private.key")];
    const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync("openssl", ["req", "-x509", "-nodes", "-days", "2", ...key, ...names, "-out", authority]);
    const addresses = ["--address", ports[0], "--console-address", ports[1], "--certs-dir", certificates];
    server = spawn(made.stdout.trim(), ["server", ...addresses, objects], {
        env: {
            HOME: objects,
            MINIO_ROOT_USER: keys.accessKeyId,
            MINIO_ROOT_PASSWORD: keys.secretAccessKey,
            MINIO_UPDATE: "off",
        },
        stdio: "ignore",
    });
    for (let tries = 0; !(await isReady()); tries++) {
        if (tries === 300) {
            throw new Error(`MinIO did not answer at ${url} within 30 s: ${made.stderr}`);
        }
        await sleep(100);
    }
});
afterAll(() => {
    server?.kill();
    [objects, certificates].forEach((path) => rmSync(path, { recursive: true, force: true }));
});

function isReady(): Promise<boolean> {
    return new Promise((resolve) => {
        const asked = get(`${url}/minio/health/ready`, { ca: readFileSync(authority) }, (answer) => {
            answer.resume();
            resolve(answer.statusCode === 200);
        });
        asked.on("error", () => resolve(false));
    });
}

async function freePort(): Promise<number> {
    const listener = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => listener.once("listening", resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    return port;
}

const tryKeys = (changes: object) => {
    const settings = { url, region: "us-east-1", ...keys, bucketPrefix: "circle-", patienceSeconds: 0, ...changes };
    const input = JSON.stringify(settings);
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority };
    return spawnSync("node", ["scripts/host/object-store.mjs"], { cwd: project, env, input, encoding: "utf8" });
};
const buckets = () => readdirSync(objects).filter((name) => !name.startsWith("."));

describe("the keys of an S3 server", () => {
    test("that work are found to work, and nothing stays on the server", () => {
        expect(tryKeys({})).toMatchObject({ status: 0, stdout: `${url} takes the keys\n`, stderr: "" });
        expect(buckets()).toEqual([]);
    });

    test.each([
        ["with another secret", { secretAccessKey: "another" }, "the secret is not that of the access key"],
        ["that nobody has", { accessKeyId: "nobody" }, "it does not know the access key"],
        ["for names that no bucket can have", { bucketPrefix: "Circle_" }, "InvalidBucketName"],
        ["at an address where nobody is", { url: "http://127.0.0.1:9" }, "http://127.0.0.1:9 does not answer"],
    ])("%s are refused, in words that say why", (_, changes, reason) => {
        const { status, stderr } = tryKeys(changes);
        expect(status).toBe(1);
        expect(stderr).toContain(reason);
        expect(stderr).not.toContain(keys.secretAccessKey);
        expect(buckets()).toEqual([]);
    });
});

/** What an administrator does in an account of AWS by the stack: a bucket with its policy, and a user who may use it. */
const MAKE_BUCKET = `
import json, sys
from minio import Minio, MinioAdmin
from minio.credentials import StaticProvider
from minio.versioningconfig import ENABLED, VersioningConfig

given = json.load(sys.stdin)
server = Minio(endpoint=given["address"], access_key=given["root"], secret_key=given["password"], secure=True)
server.make_bucket(bucket_name=given["bucket"])
server.set_bucket_versioning(bucket_name=given["bucket"], config=VersioningConfig(ENABLED))
server.set_bucket_policy(bucket_name=given["bucket"], policy=given["policy"])
server.make_bucket(bucket_name="another")
admin = MinioAdmin(endpoint=given["address"], credentials=StaticProvider(given["root"], given["password"]), secure=True)
admin.policy_add("user", policy=json.loads(given["userPolicy"]))
admin.user_add("dcor", "dcor-secret")
admin.attach_policy(["user"], user="dcor")
`;

/** What DCOR's user must not do. Prints what it could. */
const TRY_MORE = `
import json, sys
from minio import Minio
from minio.error import S3Error

given = json.load(sys.stdin)
server = Minio(endpoint=given["address"], access_key="dcor", secret_key="dcor-secret", region="us-east-1")
bucket = given["bucket"]
key = next(server.list_objects(bucket_name=bucket)).object_name
tries = {
    "delete an object": lambda: server.remove_object(bucket_name=bucket, object_name=key),
    "delete the bucket": lambda: server.remove_bucket(bucket_name=bucket),
    "change the policy": lambda: server.set_bucket_policy(bucket_name=bucket, policy="{}"),
    "see another bucket": lambda: list(server.list_objects(bucket_name="another")),
    "make a bucket": lambda: server.make_bucket(bucket_name="more"),
}
for what, attempt in tries.items():
    try:
        attempt()
        print("may", what)
    except S3Error as error:
        print(error.code if error.code != "AccessDenied" else "may not", what)
`;

describe("a bucket with the policies that the stacks on AWS give it", () => {
    const bucket = "dcor-prod-123456789012";
    const python = join(certificates, "python");
    const run = (program: string, more: object = {}) => {
        const { accessKeyId: root, secretAccessKey: password } = keys;
        const input = JSON.stringify({ address: new URL(url).host, root, password, bucket, ...more });
        const ended = spawnSync(join(python, "bin", "python"), ["-c", program], {
            input,
            env: { ...process.env, SSL_CERT_FILE: authority },
            encoding: "utf8",
        });
        expect([ended.status, ended.stderr]).toEqual([0, ""]);
        return ended.stdout.trim().split("\n");
    };
    const dcor = { accessKeyId: "dcor", secretAccessKey: "dcor-secret", bucket };

    beforeAll(() => {
        execFileSync("python3", ["-m", "venv", python]);
        const lock = join(project, "scripts/guest/minio/requirements/minio.txt");
        execFileSync(join(python, "bin", "pip"), ["install", "--quiet", "--require-hashes", "--requirement", lock]);
        run(MAKE_BUCKET, { policy: bucketPolicy(bucket, true), userPolicy: userPolicy(bucket) });
    });

    test("is filled by the user, and gives everybody what is marked as public", () => {
        expect(tryKeys(dcor)).toMatchObject({ status: 0, stderr: "" });
    });

    test("loses nothing by the user, who may do nothing else in the account", () => {
        expect(run(TRY_MORE)).toEqual([
            "may not delete an object",
            "may not delete the bucket",
            "may not change the policy",
            "may not see another bucket",
            "may not make a bucket",
        ]);
    });

    test("is refused where it is public against the configuration, and where the user has none", () => {
        expect(tryKeys({ ...dcor, publicObjects: false }).stderr).toContain("nothing is to be public there");
        expect(tryKeys({ ...dcor, bucket: "nowhere" }).stderr).toContain("has no bucket nowhere for these keys");
    });
});
