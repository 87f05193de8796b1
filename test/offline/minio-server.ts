import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get as getPlain, type IncomingMessage } from "node:http";
import { get } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";

const project = join(__dirname, "..", "..");

/** A MinIO of the test's own on a loopback port, with TLS, or without it on another address of this host; built where the cache has none. */
export class MinioServer {
    readonly keys = { accessKeyId: "administrator", secretAccessKey: "correct-horse-battery" };
    readonly objects = mkdtempSync(join(tmpdir(), "science-stacks-objects-"));
    private readonly place = mkdtempSync(join(tmpdir(), "science-stacks-objects-tls-"));
    /** File of the certificate that it is trusted by. */
    readonly authority = join(this.place, "public.crt");
    private process?: ChildProcess;
    private python?: string;
    url = "";

    constructor(private readonly host = "127.0.0.1") {}

    async start(): Promise<void> {
        const input = `architecture=${process.arch === "arm64" ? "arm64" : "amd64"}\n`;
        const made = spawnSync("bash", ["scripts/host/minio.sh", "make"], { cwd: project, input, encoding: "utf8" });
        const { host, hasTls } = this;
        const [address, console] = [`${host}:${await freePort(host)}`, `127.0.0.1:${await freePort("127.0.0.1")}`];
        this.url = `${hasTls ? "https" : "http"}://${address}`;
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
        const files = ["-keyout", join(this.place, "private.key"), "-out", this.authority];
        const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
        execFileSync("openssl", ["req", "-x509", "-nodes", "-days", "2", ...key, ...names, ...files]);
        const certificates = hasTls ? ["--certs-dir", this.place] : [];
        const addresses = ["--address", address, "--console-address", console, ...certificates];
        this.process = spawn(made.stdout.trim(), ["server", ...addresses, this.objects], {
            env: {
                HOME: this.objects,
                MINIO_ROOT_USER: this.keys.accessKeyId,
                MINIO_ROOT_PASSWORD: this.keys.secretAccessKey,
                MINIO_UPDATE: "off",
            },
            stdio: "ignore",
        });
        for (let tries = 0; !(await this.isReady()); tries++) {
            if (tries === 300) {
                throw new Error(`MinIO did not answer at ${this.url} within 30 s: ${made.stderr}`);
            }
            await sleep(100);
        }
    }

    /** Runs a program that has MinIO's own library and reads the server's address, root user and password as JSON. Its lines. */
    run(program: string, more: object = {}): string[] {
        this.python ??= this.makePython();
        const { accessKeyId: root, secretAccessKey: password } = this.keys;
        const ended = spawnSync(this.python, ["-c", program], {
            input: JSON.stringify({ address: new URL(this.url).host, root, password, ...more }),
            env: { ...process.env, SSL_CERT_FILE: this.authority },
            encoding: "utf8",
        });
        expect([ended.status, ended.stderr]).toEqual([0, ""]);
        return ended.stdout.trim().split("\n");
    }

    /** Ends it; it writes to its place until it has ended. */
    async stop(): Promise<void> {
        if (this.process?.kill()) {
            await once(this.process, "exit");
        }
        [this.objects, this.place].forEach((path) => rmSync(path, { recursive: true, force: true }));
    }

    private get hasTls(): boolean {
        return this.host === "127.0.0.1";
    }

    private makePython(): string {
        const environment = join(this.place, "python");
        execFileSync("python3", ["-m", "venv", environment]);
        const lock = join(project, "scripts/guest/minio/requirements/minio.txt");
        const install = ["install", "--quiet", "--require-hashes", "--requirement", lock];
        execFileSync(join(environment, "bin", "pip"), install);
        return join(environment, "bin", "python");
    }

    private isReady(): Promise<boolean> {
        return new Promise((resolve) => {
            const ready = `${this.url}/minio/health/ready`;
            const told = (answer: IncomingMessage) => {
                answer.resume();
                resolve(answer.statusCode === 200);
            };
            const asked = this.hasTls ? get(ready, { ca: readFileSync(this.authority) }, told) : getPlain(ready, told);
            asked.on("error", () => resolve(false));
        });
    }
}

async function freePort(host: string): Promise<number> {
    const listener = createServer().listen(0, host);
    await new Promise((resolve) => listener.once("listening", resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    return port;
}

/** Makes a bucket and lays an object into it, as whoever provides data does. */
export async function layObject({ url, keys }: MinioServer, bucket: string, key: string, body: Buffer): Promise<void> {
    const client = new AwsClient({ ...keys, region: "us-east-1", service: "s3" });
    for (const [path, content] of [
        [bucket, undefined],
        [`${bucket}/${key}`, new Uint8Array(body)],
    ] as const) {
        const { status } = await client.fetch(`${url}/${path}`, { method: "PUT", body: content });
        expect(status).toBe(200);
    }
}
