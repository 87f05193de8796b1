import { spawn } from "node:child_process";
import { once } from "node:events";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { makeCertificates } from "./certificates";

const { signed, intermediate, root, selfSigned } = makeCertificates("127.0.0.1");
const chain = signed.certificate + intermediate.certificate;

/** Asks a server with that certificate, trusting another text, and gives what is said of it. @param name a name that leads nowhere, to ask it by */
async function check(shown: { certificate: string; privateKey: string }, certificatePem?: string, name?: string) {
    const server = https.createServer({ cert: shown.certificate, key: shown.privateKey }, ({ headers }, answer) =>
        answer.end(`it answers to ${headers.host?.replace(/:\d+$/, "")}`),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
        const url = `https://${name ?? "127.0.0.1"}:${(server.address() as AddressInfo).port}/`;
        const [contains, connectTo] = [`it answers to ${new URL(url).hostname}`, name && "127.0.0.1"];
        const program = spawn("node", ["scripts/host/health-check.mjs"], { stdio: "pipe" });
        program.stdin.end(
            JSON.stringify({ requests: [{ url, contains }], certificatePem, connectTo, timeoutSeconds: 0 }),
        );
        const [said, [status]] = (await Promise.all([text(program.stderr), once(program, "close")])) as [
            string,
            [number],
        ];
        return { status, said };
    } finally {
        server.close();
    }
}

describe("the health check", () => {
    test("takes a certificate of one's own with its chain, whether its root is in it or not", async () => {
        const shown = { ...signed, certificate: chain };
        expect(await check(shown, chain)).toEqual({ status: 0, said: "" });
        expect(await check(shown, chain + root.certificate)).toEqual({ status: 0, said: "" });
    });

    test("takes no other certificate than the stack's", async () => {
        const { status, said } = await check({ ...signed, certificate: chain }, selfSigned.certificate);
        expect(status).toBe(1);
        expect(said).toContain("cannot be reached: unable to get");
    });

    test("asks another host by the names in the addresses where it is told to, and takes its certificate for those alone", async () => {
        const { selfSigned: named } = makeCertificates("www.example.org");
        expect(await check(named, named.certificate, "www.example.org")).toEqual({ status: 0, said: "" });
        const { status, said } = await check(selfSigned, selfSigned.certificate, "www.example.org");
        expect(status).toBe(1);
        expect(said).toContain("does not match certificate");
    });

    test("finds what clients would find: a chain that the server does not show", async () => {
        expect((await check(signed, root.certificate)).status).toBe(1);
    });
});
