import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { MinioServer } from "./minio-server";

/** The first time MinIO is built. */
const project = join(__dirname, "..", "..");
const stack = `test-s3-${process.pid}`;
const file = join(project, "stacks", `Pulumi.${stack}.yaml`);
const places = ["one", "another"].map((who) => mkdtempSync(join(tmpdir(), `science-stacks-${who}-`)));
const server = new MinioServer();

/** What the user of a team is to be allowed, and no more: docs/environments.md. */
const MAKE_BUCKET = `
import json, sys
from minio import Minio, MinioAdmin
from minio.credentials import StaticProvider

given = json.load(sys.stdin)
Minio(endpoint=given["address"], access_key=given["root"], secret_key=given["password"]).make_bucket(bucket_name="states")
admin = MinioAdmin(endpoint=given["address"], credentials=StaticProvider(given["root"], given["password"]), secure=True)
actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
statements = [
    {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::states"]},
    {"Effect": "Allow", "Action": actions, "Resource": ["arn:aws:s3:::states/*"]},
]
admin.policy_add("team", policy={"Version": "2012-10-17", "Statement": statements})
admin.user_add("team", "team-secret")
admin.attach_policy(["team"], user="team")
`;

beforeAll(async () => {
    writeFileSync(
        file,
        "config:\n  science-stacks:product: omero-web\n  science-stacks:machine: { platform: local }\n",
    );
    await server.start();
    server.run(MAKE_BUCKET);
});
afterAll(async () => {
    await server.stop();
    [file, ...places].forEach((path) => rmSync(path, { recursive: true, force: true }));
});

/** A user's command, on a computer that shares nothing with another but the bucket. */
async function command(computer: number, ...args: string[]): Promise<{ status: number; said: string }> {
    const child = spawn("npm", ["run", "--silent", ...args], {
        cwd: project,
        env: {
            ...process.env,
            SCIENCE_STACKS_HOME: places[computer],
            PULUMI_BACKEND_URL: `s3://states?endpoint=${server.url}&use_path_style=true`,
            PULUMI_CONFIG_PASSPHRASE: "of the team",
            AWS_ACCESS_KEY_ID: "team",
            AWS_SECRET_ACCESS_KEY: "team-secret",
            AWS_REGION: "us-east-1",
            // MinIO refuses what the CLI sends otherwise.
            AWS_REQUEST_CHECKSUM_CALCULATION: "when_supported",
            AWS_CA_BUNDLE: server.authority,
        },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, status] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1))),
    ]);
    return { status, said: stdout + stderr };
}

test("a stack whose state is in a bucket is previewed, and is there for another computer of the team", async () => {
    const previewed = await command(0, "preview", "--", stack);
    expect([previewed.status, previewed.said]).toEqual([0, expect.stringMatching(/\+ \d+ to create/)]);
    const listed = await command(1, "pulumi", "--", "stack", "ls");
    expect([listed.status, listed.said]).toEqual([0, expect.stringContaining(stack)]);
    // The passphrase's salt is in the file of the stack, which the team has in its repository.
    expect(readFileSync(file, "utf8")).toContain("encryptionsalt:");
    expect(await command(1, "preview", "--", stack)).toMatchObject({ status: 0 });
});
