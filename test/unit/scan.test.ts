import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { openPorts, spoken, telling } from "../e2e/scan";
import { makeCertificates } from "./certificates";

const { signed } = makeCertificates("127.0.0.1");
const identity = { key: signed.privateKey, cert: signed.certificate };

/** What a server with these settings is found to speak. */
async function spokenBy(options: tls.TlsOptions): Promise<string[]> {
    const server = tls.createServer({ ...identity, ...options }).on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        return await spoken("127.0.0.1", (server.address() as AddressInfo).port);
    } finally {
        server.close();
    }
}

test("a server with old versions of TLS, or a cipher that was broken, is found out", async () => {
    expect(
        await spokenBy({ minVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256" }),
    ).toEqual(["TLSv1.2", "TLSv1.3"]);
    expect(await spokenBy({ minVersion: "TLSv1", maxVersion: "TLSv1.2", ciphers: "ALL:@SECLEVEL=0" })).toEqual([
        expect.stringMatching(/^TLSv1 with /),
        expect.stringMatching(/^TLSv1\.1 with /),
        expect.stringMatching(/^TLSv1\.2 with /),
        "TLSv1.2",
    ]);
});

test("a port that takes connections is told from one that takes none", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await openPorts("127.0.0.1", [port, 1])).toEqual([port]);
    server.close();
});

test("versions, cookies without TLS and answers that may be taken for something else are told", () => {
    const headers = { server: "nginx", "x-content-type-options": "nosniff", "set-cookie": ["a=b; Secure; HttpOnly"] };
    expect(telling({ headers })).toEqual([]);
    expect(telling({ headers: { server: "Apache/2.4.57", "set-cookie": ["session=b; HttpOnly"] } })).toEqual([
        "server: Apache/2.4.57",
        "a cookie without TLS: session",
        "x-content-type-options is not nosniff, once",
    ]);
});
