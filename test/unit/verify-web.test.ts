import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { NotHere } from "../../verify/row";
import { Web } from "../../verify/web";

/** A server that answers `/401/…` with status 401, and so on. */
let server: Server;
let address: string;
const web = new Web(undefined, ["/401/guarded", "/302"]);

beforeAll(async () => {
    server = createServer(({ url }, response) => {
        response.writeHead(Number(url?.split("/")[1]), { "Content-Type": "text/html" });
        response.end("<h1>Not\n  what you wanted</h1>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
    web.close();
    server.close();
});

test("an answer with another status is an error that shows what the page said", async () => {
    await expect(web.get(`${address}/500/`)).rejects.toThrow(/status 500 instead of 200: Not what you wanted$/);
    expect((await web.get(`${address}/404/`, 404)).status).toBe(404);
});

test("a page behind the access control is not here, and below its path no page is", async () => {
    await expect(web.get(`${address}/401/guarded`)).rejects.toThrow(NotHere);
    await expect(web.get(`${address}/401/guarded/map`)).rejects.toThrow(NotHere);
    await expect(web.get(`${address}/302/`)).rejects.toThrow(NotHere);
    // Beside it, and for another reason, it is an error.
    await expect(web.get(`${address}/401/guarded_not`)).rejects.not.toThrow(NotHere);
    await expect(web.get(`${address}/500/guarded`)).rejects.not.toThrow(NotHere);
});

test("connections that the server closes while they are idle are not asked one after the other", async () => {
    const asked = new WeakSet<object>();
    const closing = createServer(({ socket }, response) => {
        // The second request on a connection comes just when the server gives it up.
        if (asked.has(socket)) {
            socket.destroy();
        } else {
            asked.add(socket);
            setTimeout(() => response.end("well"), 50);
        }
    });
    await new Promise<void>((resolve) => closing.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(closing.address() as AddressInfo).port}/`;
    const user = new Web();
    try {
        await Promise.all(Array.from({ length: 4 }, () => user.get(url)));
        expect((await user.get(url)).text).toBe("well");
    } finally {
        user.close();
        closing.close();
    }
});

test("a server that is not there is an error with its address", async () => {
    await expect(web.get("http://127.0.0.1:9/")).rejects.toThrow(/^http:\/\/127.0.0.1:9\/: /);
});
