import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { NETWORK_BASE } from "../e2e/network";

/** What may be wrong with a mirror. */
export type Mischief = "none" | "down" | "slow" | "truncated" | "wrong";

/** Where the files really are: what a machine asks that has been told of no mirror. */
export interface Upstream {
    debian: string;
    "debian-security": string;
    simple: string;
}

/** What the faults are for; lists and indexes come whole. */
const PACKAGE = /\.(deb|whl|tar\.gz)$/;
/** 50 kB/s. */
const SLOW = { bytes: 5_000, everyMs: 100 };

/** A mirror of Debian and of PyPI on the host's address in the test's own network, with faults on demand. */
export class Mirror {
    mischief: Mischief = "none";
    /** Requests that something was wrong with. */
    asked = 0;

    /** Where the pages of the index say that their files are. */
    private files = "";

    private constructor(
        private readonly server: Server,
        readonly url: string,
        private readonly upstream: Upstream,
    ) {}

    /** The bridge of the network must be there: a machine of it runs. */
    static async open(upstream: Upstream): Promise<Mirror> {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, `${NETWORK_BASE}.1`, resolve));
        const { port } = server.address() as AddressInfo;
        const mirror = new Mirror(server, `http://${NETWORK_BASE}.1:${port}`, upstream);
        server.on("request", ({ url = "" }, response) => {
            mirror.answer(url, response).catch((error: Error) => response.destroy(error));
        });
        return mirror;
    }

    /** The configuration that has a stack use it. */
    get mirrors() {
        const { url } = this;
        return { apt: `${url}/debian`, aptSecurity: `${url}/debian-security`, pypi: `${url}/simple` };
    }

    close(): void {
        this.server.closeAllConnections();
        this.server.close();
    }

    private async answer(path: string, response: ServerResponse): Promise<void> {
        const mischief = PACKAGE.test(path) ? this.mischief : "none";
        if (this.mischief === "down") {
            this.asked++;
            response.destroy();
            return;
        }
        const [, root = "", rest = ""] = /^\/([^/]+)(\/.*)$/.exec(path) ?? [];
        const roots: Record<string, string> = { ...this.upstream, files: this.files };
        const found = await fetch(`${roots[root]}${rest}`, { headers: { Accept: "text/html, */*" } });
        const whole = Buffer.from(await found.arrayBuffer());
        const body = root === "simple" ? this.ownLinks(whole) : whole;
        this.asked += mischief === "none" ? 0 : 1;
        response.writeHead(found.status, {
            "Content-Type": found.headers.get("content-type") ?? "application/octet-stream",
            "Content-Length": body.length,
        });
        switch (mischief) {
            case "slow":
                for (let at = 0; at < body.length && !response.destroyed; at += SLOW.bytes) {
                    response.write(body.subarray(at, at + SLOW.bytes));
                    await sleep(SLOW.everyMs);
                }
                response.end();
                break;
            case "truncated":
                response.write(body.subarray(0, body.length / 2), () => response.destroy());
                break;
            case "wrong":
                // The right length, and one byte another.
                body.writeUInt8(body.readUInt8(body.length / 2) ^ 1, body.length / 2);
                response.end(body);
                break;
            case "none":
            case "down":
                response.end(body);
        }
    }

    private ownLinks(page: Buffer): Buffer {
        const own = page.toString("utf8").replaceAll(/(?<=href=")https?:\/\/[^/"]+/g, (origin) => {
            this.files = origin;
            return `${this.url}/files`;
        });
        return Buffer.from(own);
    }
}
