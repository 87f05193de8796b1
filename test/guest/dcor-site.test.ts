import { installProgram } from "../../components/guest/packages";
import http2 from "node:http2";
import { siteFiles } from "../../components/dcor/render-site";
import { nginxFiles } from "../../components/guest/nginx";
import { programText, type StepProgram } from "../../components/guest/program";
import { CERTIFICATE, KEY } from "../../components/guest/site-certificate";
import { LOCATIONS, locationProblem } from "../../verify/rows/dcor/locations";
import { Web } from "../../verify/web";
import type { Guest } from "./guest";
import { guestWithRunner, RUNNER } from "./step-runner";

/** Stands where uWSGI listens, and says what has come through. */
const BACKEND = `
import http.server, itertools
count = itertools.count(1)
class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = f"{self.command} {self.path} for {self.headers['Host']}, request {next(count)}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=of-one-user")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)
    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer
http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Backend).serve_forever()
`;

describe("nginx with DCOR's site", () => {
    let guest: Guest;
    let base: string;
    let web: Web;

    beforeAll(() => {
        guest = guestWithRunner("dcor-site");
        base = `https://${guest.address}`;
        run("packages", installProgram({ packages: ["nginx-light", "ssl-cert"] }));
        guest.run("cat >/root/backend.py; systemd-run --quiet --unit=backend python3 /root/backend.py", BACKEND);
        const subject = `-subj /CN=${guest.address} -addext subjectAltName=IP:${guest.address}`;
        guest.run(`openssl req -x509 -nodes -newkey rsa:2048 ${subject} -keyout ${KEY} -out ${CERTIFICATE} -days 2`);
        run("directories", { script: "dcor/site.sh", parameters: { scratch: "/cache/nginx" } });
        run("site", {
            script: "files/apply.sh",
            parameters: { manifest: "site", enable: ["nginx.service"], validate: "nginx -t" },
            files: {
                ...nginxFiles(),
                ...siteFiles({
                    address: { serverName: guest.address, tls: true, httpPort: 80, httpsPort: 443 },
                    uwsgi: "127.0.0.1:8080",
                    scratch: "/cache/nginx",
                }),
            },
            notify: ["nginx.service:reload"],
        });
        web = new Web(guest.run(`cat ${CERTIFICATE}`));
    });
    afterAll(() => {
        web?.close();
        guest?.destroy();
    });

    function run(name: string, program: StepProgram): string {
        return guest.run(`${RUNNER} ${name} apply 180`, programText(program));
    }

    test.each(LOCATIONS.map((each) => [`${each.method ?? "GET"} ${each.path} ${each.userAgent ?? ""}`, each] as const))(
        "%s is answered as the guide means it",
        async (_, location) => expect(await locationProblem(web, base, location)).toBeUndefined(),
    );

    test("port 80 leads to port 443, path and query and all", async () => {
        const { status, headers } = await web.request(`http://${guest.address}/dataset?q=a%20b`);
        expect([status, headers.location]).toEqual([301, `${base}/dataset?q=a%20b`]);
    });

    test("whoever asks for another name gets no answer, on either port", async () => {
        for (const url of [`http://${guest.address}`, base]) {
            expect(await web.saidTo("other.example.org", url)).toBe("");
            expect(await web.saidTo(guest.address, url)).toContain("HTTP/1.1");
        }
    });

    test("nginx comes back by itself when it is killed", async () => {
        const before = guest.run("systemctl show --property=MainPID --value nginx");
        guest.run(`kill -KILL ${before}`);
        const another = `[ "$(systemctl show --property=MainPID --value nginx)" != ${before} ] && systemctl --quiet is-active nginx`;
        guest.run(`timeout 30 bash -c 'until ${another}; do sleep 0.2; done'`);
        expect((await web.request(`${base}/about`)).status).toBe(200);
    });

    test("a browser is spoken to by HTTP/2", async () => {
        const session = http2.connect(base, { ca: guest.run(`cat ${CERTIFICATE}`) });
        try {
            const stream = session.request({ ":path": "/about" });
            const status = await new Promise((resolve, reject) => {
                stream.on("response", (headers) => resolve(headers[":status"]));
                stream.on("error", reject);
                session.on("error", reject);
            });
            expect(status).toBe(200);
        } finally {
            session.destroy();
        }
    });

    test("static files are kept for everyone, without one user's cookie; pages and the API are asked for each time", async () => {
        const twice = async (path: string) => [await web.get(base + path), await web.get(base + path)] as const;
        const [first, second] = await twice("/webassets/once.js");
        expect(second.text).toBe(first.text);
        expect(second.headers["set-cookie"]).toBeUndefined();
        for (const path of ["/about", "/api/3/action/status_show", "/dataset"]) {
            const [one, other] = await twice(path);
            expect(other.text).not.toBe(one.text);
        }
        expect(guest.run("find /cache/nginx/cache-static -type f | wc -l; ls -A /tmp | grep -c nginx || true")).toMatch(
            /^[1-9]\d*\n0$/,
        );
    });

    test("a request is as large as uWSGI takes it, and no larger", async () => {
        const post = (MiB: number) =>
            web.request(`${base}/api/3/action/x`, { method: "POST", body: "x".repeat(MiB * 2 ** 20) });
        expect((await post(5)).status).toBe(200);
        expect((await post(6)).status).toBe(413);
    });

    test("a site that nginx refuses is taken back, and the old one goes on", async () => {
        const broken = {
            script: "files/apply.sh",
            parameters: { manifest: "site", enable: [], validate: "nginx -t" },
            files: { "/etc/nginx/conf.d/dcor.conf": { content: "server { nonsense; }\n" } },
            notify: ["nginx.service:reload"],
        };
        expect(() => run("site", broken)).toThrow("have been put back as they were");
        expect((await web.get(`${base}/about`)).status).toBe(200);
    });
});
