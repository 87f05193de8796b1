import tls from "node:tls";
import net from "node:net";

/** Where a front listens. */
export interface Door {
    host: string;
    port: number;
    tls: boolean;
}

export function doorOf(url: string): Door {
    const { protocol, hostname, port } = new URL(url);
    const secure = protocol === "https:";
    return { host: hostname, port: Number(port || (secure ? 443 : 80)), tls: secure };
}

const get = (target: string, host: string, ...headers: string[]) =>
    [`GET ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...headers, "", ""].join("\r\n");

/** What only those know whose cookie it is. */
const GIVEN_AWAY = "a-cookie-of-somebody";

/** Paths out of directories that are served, in the spellings that servers have fallen for. @param from beginnings of paths */
function traversals(from: readonly string[]): string[] {
    const up = [
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "%252e%252e%252f",
        ".%2e/",
        "..;/",
        "..\\",
        "..%5c",
        "..%c0%af",
    ];
    return ["/", ...from].flatMap((start) => [
        ...up.map((step) => `${start}${step.repeat(10)}etc/passwd`),
        // Where a location lacks its slash.
        `${start.replace(/\/$/, "")}../etc/passwd`,
        `${start}%00/etc/passwd`,
        `${start}/etc/passwd`,
        `${start}file:///etc/passwd`,
    ]);
}

/** Requests that no user sends, by what is wrong with them. */
export function badRequests(host: string, files: readonly string[]): Record<string, string> {
    return {
        ...Object.fromEntries(traversals(files).map((path) => [`a path out of the site, ${path}`, get(path, host)])),
        "a header of 100 KB": get("/", host, `X-Large: ${"a".repeat(100_000)}`),
        "a thousand headers": get(
            "/",
            host,
            ...Array.from({ length: 1000 }, (_, n) => `X-Header-${n}: ${"b".repeat(50)}`),
        ),
        "a cookie of 31 KB": get(
            "/",
            host,
            ...Array.from({ length: 4 }, (_, n) => `Cookie: c${n}=${"d".repeat(7800)}`),
        ),
        "an address of 1 MB": get(`/${"e".repeat(1_000_000)}`, host),
        "a method that there is none of": get("/", host).replace("GET", "DESTROY"),
        "TRACE, which gives cookies away": get("/", host, `Cookie: a=${GIVEN_AWAY}`).replace("GET", "TRACE"),
        "no host": "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "two hosts": get("/", host, "Host: elsewhere.example.org"),
        "another host": get("/", "elsewhere.example.org"),
        "a proxy's request": get("http://elsewhere.example.org/", "elsewhere.example.org"),
        "a tunnel": "CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: 127.0.0.1:5432\r\nConnection: close\r\n\r\n",
        "a length that is no number": `${get("/", host, "Content-Length: -1")}body`,
        "a body of 9 exabytes": `${get("/", host, "Content-Length: 9000000000000000000").replace("GET", "POST")}body`,
        "a length and chunks, for two readings of one request": `${get("/", host, "Content-Length: 4", "Transfer-Encoding: chunked").replace("GET", "POST")}0\r\n\r\nGET /admin HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
        "chunks without end": `${get("/", host, "Transfer-Encoding: chunked").replace("GET", "POST")}ffffffffffffffff\r\nx`,
        "HTTP of another century": "GET /\r\n",
        "no HTTP at all": "\u0016\u0003\u0001\u0000\u0000\u0000\r\n\r\n",
    };
}

/** Whether an answer is one that such a request should not have: a file of the machine's, somebody's cookie, a way to another site, an error. */
export function isWrong(answer: string): boolean {
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
    const gives =
        /root:[^:]*:0:0:/.test(answer) || answer.includes(GIVEN_AWAY) || /^location:.*elsewhere/im.test(answer);
    return gives || (status >= 500 && status !== 501);
}

/** What a front says to some bytes, as far as it says something within seconds. */
export async function said(door: Door, bytes: string, seconds = 20): Promise<string> {
    const socket = await dial(door);
    return new Promise((resolve) => {
        let answer = "";
        const timer = setTimeout(() => socket.destroy(), seconds * 1000);
        // A front may close before it has read all of a request: what it has said by then is its answer.
        socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1"))).on("error", () => undefined);
        socket.on("close", () => {
            clearTimeout(timer);
            resolve(answer);
        });
        socket.write(bytes, "latin1");
    });
}

/** Clients that send a byte a second: of their headers, of a body, or not even a handshake. */
export class SlowClients {
    /** How many of them the front has closed. */
    closed = 0;
    private readonly sockets: net.Socket[] = [];
    private readonly timers: NodeJS.Timeout[] = [];

    async come(door: Door, count: number): Promise<void> {
        const beginnings = [
            `GET / HTTP/1.1\r\nHost: ${door.host}\r\nX-Slow: `,
            `POST / HTTP/1.1\r\nHost: ${door.host}\r\nContent-Length: 100000\r\n\r\n`,
        ];
        for (let number = 0; number < count; number++) {
            const beginning = beginnings[number % 3];
            const socket = await dial(beginning === undefined ? { ...door, tls: false } : door);
            socket.on("error", () => undefined).on("close", () => this.closed++);
            socket.resume();
            socket.write(beginning ?? "");
            this.sockets.push(socket);
            if (beginning !== undefined) {
                this.timers.push(setInterval(() => socket.writable && socket.write("x"), 1000));
            }
        }
    }

    leave(): void {
        this.timers.forEach((timer) => clearInterval(timer));
        this.sockets.forEach((socket) => socket.destroy());
    }
}

function dial({ host, port, tls: secure }: Door): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
        // Which certificate it shows is not asked here.
        const socket: net.Socket = secure
            ? tls.connect({ host, port, rejectUnauthorized: false }, () => resolve(socket))
            : net.connect({ host, port }, () => resolve(socket));
        socket.once("error", reject);
    });
}
