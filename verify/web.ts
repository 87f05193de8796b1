import type { X509Certificate } from "node:crypto";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { NotHere } from "./row";

const TIMEOUT_MS = 30_000;
/** How servers say that one must log in first. */
export const LOG_IN = [302, 303, 307, 401, 403];

/** What a server answered. */
export interface Answer {
    status: number;
    headers: http.IncomingHttpHeaders;
    body: Buffer;
    text: string;
}

export interface RequestOptions {
    method?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
}

class ClosedWhileIdle extends Error {}

/** A client as a user has it: it trusts the stack's certificate and no other. */
export class Web {
    private readonly plain = new http.Agent({ keepAlive: true, maxSockets: 8 });
    private readonly tls: https.Agent;

    /** @param guarded paths behind the stack's access control, each with all below it */
    constructor(
        private readonly certificate?: string,
        private readonly guarded: readonly string[] = [],
    ) {
        this.tls = new https.Agent({ keepAlive: true, maxSockets: 8, ...this.trust });
    }

    /** What users are given is what they trust, whoever has signed it. */
    private get trust(): tls.SecureContextOptions {
        return this.certificate === undefined ? {} : { ca: this.certificate, allowPartialTrustChain: true };
    }

    /** Sends one request; redirections are answers like any other. */
    async request(url: string, options: RequestOptions = {}): Promise<Answer> {
        try {
            return await this.send(url, options);
        } catch (error) {
            // The server may close an idle connection just as a request is sent on it: like a browser, ask again on a new one.
            if (error instanceof ClosedWhileIdle) {
                // Its others may be just as idle, and are not asked.
                return this.send(url, options, { agent: false, ...this.trust });
            }
            throw error;
        }
    }

    private send(url: string, options: RequestOptions, connection?: https.RequestOptions): Promise<Answer> {
        const { method = "GET", headers, body } = options;
        const [send, agent] = url.startsWith("https:") ? [https.request, this.tls] : [http.request, this.plain];
        return new Promise((resolve, reject) => {
            const request = send(url, { method, headers, agent, timeout: TIMEOUT_MS, ...connection }, (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", reject);
                response.on("end", () => {
                    const whole = Buffer.concat(chunks);
                    const { statusCode: status = 0, headers: answered } = response;
                    resolve({ status, headers: answered, body: whole, text: whole.toString("utf8") });
                });
            });
            request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
            request.on("error", (error: NodeJS.ErrnoException) => {
                const isClosed = request.reusedSocket && error.code === "ECONNRESET";
                reject(new (isClosed ? ClosedWhileIdle : Error)(`${url}: ${error.message}`));
            });
            request.end(body);
        });
    }

    /** Sends one request, and throws unless it is answered with the status given. */
    async get(url: string, status = 200): Promise<Answer> {
        const answer = await this.request(url);
        if (answer.status !== status && this.isGuarded(url) && LOG_IN.includes(answer.status)) {
            throw new NotHere(
                `${url} is behind the stack's access control (accessControl.paths), which asks for a log-in`,
            );
        }
        if (answer.status !== status) {
            const seen = answer.text
                .replace(/<[^>]*>|\s+/g, " ")
                .trim()
                .slice(0, 200);
            throw new Error(`${url} answers with status ${answer.status} instead of ${status}: ${seen}`);
        }
        return answer;
    }

    private isGuarded(url: string): boolean {
        const { pathname } = new URL(url);
        return this.guarded.some((path) => `${pathname}/`.startsWith(path.replace(/\/*$/, "/")));
    }

    /** The certificate that a server shows to whoever connects; throws when it is not the one that is trusted. */
    certificateOf(url: string): Promise<X509Certificate> {
        const { hostname, port } = new URL(url);
        return new Promise((resolve, reject) => {
            const socket = tls.connect(
                { host: hostname, port: Number(port || 443), ...this.trust, timeout: TIMEOUT_MS },
                () => {
                    const certificate = socket.getPeerX509Certificate();
                    socket.destroy();
                    return certificate ? resolve(certificate) : reject(new Error(`${url} shows no certificate`));
                },
            );
            socket.on("timeout", () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
            socket.on("error", (error: Error) => reject(new Error(`${url}: ${error.message}`)));
        });
    }

    /** All that a server says to whoever asks it for another name: nothing, where it closes the connection at once. */
    saidTo(host: string, url: string): Promise<string> {
        const { protocol, hostname, port } = new URL(url);
        const to = { host: hostname, port: Number(port || (protocol === "https:" ? 443 : 80)) };
        return new Promise((resolve, reject) => {
            const socket = protocol === "https:" ? tls.connect({ ...to, ...this.trust }) : net.connect(to);
            let said = "";
            socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`${url} keeps the connection open`)));
            socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
            // To reset the connection is one way to close it.
            socket.on("error", (error: NodeJS.ErrnoException) =>
                error.code === "ECONNRESET" ? resolve(said) : reject(new Error(`${url}: ${error.message}`)),
            );
            socket.on("close", () => resolve(said));
            socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
        });
    }

    close(): void {
        this.plain.destroy();
        this.tls.destroy();
    }
}
