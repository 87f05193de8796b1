import { createHash } from "node:crypto";
import { connect } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import type { FunctionType } from "../base";

const secondsToAnswer = 30;

/** What a certificate says: one given as PEM, or those that a server shows. A proxy is not asked. */
export const getCertificate: FunctionType = {
    inputs: { content: { type: "string" }, url: { type: "string" }, verifyChain: { type: "boolean" } },
    async call(inputs) {
        const { content, url, verifyChain } = inputs as { content?: string; url?: string; verifyChain?: boolean };
        if ((content === undefined) === (url === undefined)) {
            throw new Error("give exactly one of content and url");
        }
        if (content !== undefined && verifyChain !== undefined) {
            throw new Error("verifyChain goes with url, not with content");
        }
        const [{ describe }, { derOfPem }] = await Promise.all([import("./describe"), import("./x509")]);
        const chain =
            content === undefined
                ? await shownBy(url!, verifyChain ?? true)
                : [derOfPem("CERTIFICATE", content, "content")];
        const certificates = chain.map(describe);
        const id = createHash("sha1");
        certificates.forEach(({ certPem }) => id.update(certPem));
        return { ...inputs, verifyChain: verifyChain ?? true, certificates, id: id.digest("hex") };
    },
};

/** The certificates of a server as it shows them, the root's side first, in DER. */
async function shownBy(url: string, verifyChain: boolean): Promise<Buffer[]> {
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== "https:" && protocol !== "tls:") {
        throw new Error(`the URL must begin with https:// or tls://, not ${protocol}//`);
    }
    if (protocol === "tls:" && port === "") {
        throw new Error("the URL needs a port");
    }
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    const server: ConnectionOptions = { host, servername: host, port: Number(port || 443) };
    if (verifyChain) {
        await chainOf({ ...server, rejectUnauthorized: true });
    }
    // Without known authorities, so that none of them is added to what the server shows.
    return chainOf({ ...server, rejectUnauthorized: false, ca: [] });
}

function chainOf(options: ConnectionOptions): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
        const socket = connect({ ...options, timeout: secondsToAnswer * 1000 }, () => {
            const chain: Buffer[] = [];
            const seen = new Set<string>();
            let certificate = socket.getPeerCertificate(true);
            while (certificate?.raw && !seen.has(certificate.fingerprint256)) {
                seen.add(certificate.fingerprint256);
                chain.unshift(certificate.raw);
                certificate = certificate.issuerCertificate;
            }
            socket.destroy();
            resolve(chain);
        });
        socket.on("timeout", () => socket.destroy(new Error(`no answer within ${secondsToAnswer} s`)));
        socket.on("error", (error: Error) =>
            reject(new Error(`no certificate from ${options.host}:${options.port}: ${error.message}`)),
        );
    });
}
