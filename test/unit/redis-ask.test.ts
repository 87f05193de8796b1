import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { makeCertificates } from "./certificates";

const PASSWORD = "generated-password";
let directory: string;
let server: Server;
let asked: string[];

/** Answers as Redis does that asks for a password. */
beforeAll(async () => {
    const { root, intermediate, signed } = makeCertificates("localhost");
    directory = mkdtempSync(join(tmpdir(), "redis-ask-"));
    writeFileSync(join(directory, "root.pem"), root.certificate);
    server = createServer({ cert: signed.certificate + intermediate.certificate, key: signed.privateKey }, (socket) => {
        let isLetIn = false;
        socket.on("error", () => undefined);
        socket.on("data", (bytes: Buffer) => {
            const [, name = "", argument] = /\$\d+\r\n(\w+)(?:\r\n\$\d+\r\n(\S+))?/.exec(bytes.toString()) ?? [];
            asked.push(name);
            isLetIn ||= name === "AUTH" && argument === PASSWORD;
            const refusal = name === "AUTH" ? "-WRONGPASS invalid password" : "-NOAUTH Authentication required.";
            socket.write(`${isLetIn ? (name === "PING" ? "+PONG" : "+OK") : refusal}\r\n`);
        });
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => (asked = []));
afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true });
});

/** Runs the step's script as the step runner does: what it says, and whether it fails. */
async function ask(url: string, password: string): Promise<{ said: string; status: number | null }> {
    const file = join(directory, "password");
    writeFileSync(file, `${password}\n`);
    const script = `set -euo pipefail
        secret() { echo "$PASSWORD_FILE"; }
        fail() { echo "$1"; exit 1; }
        url=$1 secret=$2 authority=''
        source scripts/guest/redis/ask.sh`;
    const env = { ...process.env, PASSWORD_FILE: file, SSL_CERT_FILE: join(directory, "root.pem") };
    const child = spawn("bash", ["-c", script, "ask", url, password && "redis-elsewhere"], { env, stdio: "pipe" });
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
    return new Promise((resolve) => child.on("close", (status) => resolve({ said, status })));
}

const at = (scheme: string, host: string) => `${scheme}://${host}:${(server.address() as AddressInfo).port}/0`;

test("a Redis that is reached by TLS lets the machine in with its password", async () => {
    expect(await ask(at("rediss", "localhost"), PASSWORD)).toEqual({ said: "", status: 0 });
    expect(asked).toEqual(["AUTH", "SELECT", "PING"]);
});

test.each([
    ["a wrong password", "rediss", "localhost", "wrong", /AUTH: -WRONGPASS/],
    ["none", "rediss", "localhost", "", /SELECT: -NOAUTH/],
    ["a certificate of another name", "rediss", "127.0.0.1", PASSWORD, /not valid for '127\.0\.0\.1'/],
])("with %s it does not, and says why, without the password", async (_, scheme, host, password, reason) => {
    const { said, status } = await ask(at(scheme, host), password);
    expect(status).toBe(1);
    expect(said).toMatch(reason);
    expect(said).not.toContain(PASSWORD);
    expect(host === "localhost" || asked.length === 0).toBe(true);
});
