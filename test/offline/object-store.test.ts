import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The first time MinIO is built. */
jest.setTimeout(900_000);

const project = join(__dirname, "..", "..");
const keys = { accessKeyId: "administrator", secretAccessKey: "correct-horse-battery" };
const objects = mkdtempSync(join(tmpdir(), "science-stacks-objects-"));

let server: ChildProcess;
let url: string;
beforeAll(async () => {
    const input = `architecture=${process.arch === "arm64" ? "arm64" : "amd64"}\n`;
    const made = spawnSync("bash", ["scripts/host/minio.sh", "make"], { cwd: project, input, encoding: "utf8" });
    const ports = [await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`) as [string, string];
    url = `http://${ports[0]}`;
    server = spawn(made.stdout.trim(), ["server", "--address", ports[0], "--console-address", ports[1], objects], {
        env: {
            HOME: objects,
            MINIO_ROOT_USER: keys.accessKeyId,
            MINIO_ROOT_PASSWORD: keys.secretAccessKey,
            MINIO_UPDATE: "off",
        },
        stdio: "ignore",
    });
    for (let tries = 0; !(await fetch(`${url}/minio/health/ready`).catch(() => undefined))?.ok; tries++) {
        if (tries === 300) {
            throw new Error(`MinIO did not answer at ${url} within 30 s: ${made.stderr}`);
        }
        await sleep(100);
    }
});
afterAll(() => {
    server?.kill();
    rmSync(objects, { recursive: true, force: true });
});

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
    return spawnSync("node", ["scripts/host/object-store.mjs"], { cwd: project, input, encoding: "utf8" });
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
