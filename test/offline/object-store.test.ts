import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bucketPolicy, userPolicy } from "../../components/machine/aws/bucket-policies";
import { MinioServer } from "./minio-server";

/** The first time MinIO is built. */
const project = join(__dirname, "..", "..");
const server = new MinioServer();

beforeAll(() => server.start());
afterAll(() => server.stop());

const MAKE_EMPTY = `
import json, sys
from minio import Minio

given = json.load(sys.stdin)
server = Minio(endpoint=given["address"], access_key=given["root"], secret_key=given["password"], secure=True)
server.make_bucket(bucket_name=given["bucket"])
print("made")
`;

const tryKeys = (changes: object) => {
    const { url, keys } = server;
    const settings = { url, region: "us-east-1", ...keys, bucketPrefix: "circle-", patienceSeconds: 0, ...changes };
    const input = JSON.stringify(settings);
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.authority };
    return spawnSync("node", ["scripts/host/object-store.mjs"], { cwd: project, env, input, encoding: "utf8" });
};
const buckets = () => readdirSync(server.objects).filter((name) => !name.startsWith("."));

describe("the keys of an S3 server", () => {
    test("that work are found to work, and nothing stays on the server", () => {
        expect(tryKeys({})).toMatchObject({ status: 0, stdout: `${server.url} takes the keys\n`, stderr: "" });
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
        expect(stderr).not.toContain(server.keys.secretAccessKey);
        expect(buckets()).toEqual([]);
    });
});

describe("the keys of a bucket that is read alone", () => {
    beforeAll(() => server.run(MAKE_EMPTY, { bucket: "archive" }));

    test("that list it are found to work, and nothing is laid there", () => {
        expect(tryKeys({ bucket: "archive", reads: true })).toMatchObject({ status: 0, stderr: "" });
        expect(readdirSync(join(server.objects, "archive"))).toEqual([]);
    });

    test.each([
        ["with another secret", { secretAccessKey: "another" }, "the secret is not that of the access key"],
        ["for a bucket that is not there", { bucket: "nowhere" }, "refuses to list the bucket nowhere: NoSuchBucket"],
    ])("%s are refused, in words that say why", (_, changes, reason) => {
        const { status, stderr } = tryKeys({ bucket: "archive", reads: true, ...changes });
        expect([status, stderr]).toEqual([1, expect.stringContaining(reason)]);
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
    const dcor = { accessKeyId: "dcor", secretAccessKey: "dcor-secret", bucket };

    beforeAll(() => {
        server.run(MAKE_BUCKET, { bucket, policy: bucketPolicy(bucket, true), userPolicy: userPolicy(bucket) });
    });

    test("is filled by the user, and gives everybody what is marked as public", () => {
        expect(tryKeys(dcor)).toMatchObject({ status: 0, stderr: "" });
    });

    test("loses nothing by the user, who may do nothing else in the account", () => {
        expect(server.run(TRY_MORE, { bucket })).toEqual([
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
