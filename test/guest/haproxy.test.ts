import { BALANCER_PORT, balancerFiles } from "../../components/guest/balancer-files";
import { HAPROXY_PACKAGES, HAPROXY_TAKES_UP, HAPROXY_UNIT, haproxyPart } from "../../components/guest/haproxy";
import { installProgram, together } from "../../components/guest/packages";
import type { GuestFile, StepProgram } from "../../components/guest/program";
import {
    behindFiles,
    ENDPOINT_CERTIFICATE,
    ENDPOINT_PORT,
    ENDPOINT_UNIT,
    endpointFiles,
} from "../../components/guest/tls-endpoint-files";
import { checkSecretFile, redisBalancerFiles } from "../../components/redis-cluster/balancer-files";
import { REDIS_BALANCER_PORT } from "../../components/redis-cluster/member";
import { checkSecretFile as solrSecretFile, searchBalancerFiles } from "../../components/search-cluster/balancer-files";
import { SEARCH_BALANCER_PORT } from "../../components/search-cluster/member";
import type { Guest } from "./guest";
import { guestWithRunner, runStep } from "./step-runner";

/** As it was before there was a directory: a file for the only one that used HAProxy on a machine. */
const OLD_CONFIGURATION = "/etc/haproxy/science-stacks.cfg";
const OLD_DROP_IN = `[Unit]
ConditionPathExists=${OLD_CONFIGURATION}

[Service]
User=haproxy
Group=haproxy
RuntimeDirectory=haproxy
BindReadOnlyPaths=
Environment=CONFIG=${OLD_CONFIGURATION} PIDFILE=/run/haproxy/haproxy.pid EXTRAOPTS=
`;

const OLD_TEXT = `listen passing
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    bind 127.0.0.1:6390
    server ssh 127.0.0.1:22
`;

/** What answers, at once and after some seconds, and takes its time to end. */
const BEHIND = "behind.service";
const SERVER = `
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/slow":
            time.sleep(4)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answered\\n")

ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
`;
const SERVER_UNIT = `[Service]
ExecStart=/usr/bin/python3 /root/server.py
ExecStop=/usr/bin/sleep 1
`;

/** What passes connections on, whoever they are of, as HAProxy does for those who use Redis: to SSH, which greets. */
const passing = (port: number): Record<string, GuestFile> => ({
    [haproxyPart("passing")]: {
        content: `defaults passing
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h

listen passing from passing
    bind 127.0.0.1:${port}
    server ssh 127.0.0.1:22
`,
    },
});
const balancer = (authority = "") =>
    balancerFiles({
        ...{ name: "web", front: "nginx", timeoutSeconds: 60, authority },
        services: [{ name: "web", check: { path: "/", host: "web.example.org" } }],
        servers: [{ name: "app1", address: "127.0.0.1", port: 4080 }],
    });
const redis = (authority = "") => ({
    ...checkSecretFile("secret"),
    ...redisBalancerFiles([{ name: "cache1", address: "127.0.0.2" }], authority, "1"),
});

/** A member of Solr that is in order, and takes what it is given when it has refused three times. */
const SOLR_CERTIFICATE = "/root/solr.pem";
const SOLR = `
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Solr(BaseHTTPRequestHandler):
    refused = 0

    def do_GET(self):
        self.answer(200, "in order")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if Solr.refused < 3:
            Solr.refused += 1
            self.answer(503, "not now")
        else:
            self.answer(200, f"taken, asked as {self.headers['X-Science-Stacks-Asked']} at {self.headers['Host']}")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

server = ThreadingHTTPServer(("127.0.0.2", 8983), Solr)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("${SOLR_CERTIFICATE}")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`;

let guest: Guest;
beforeAll(() => {
    guest = guestWithRunner("haproxy");
    const { packages } = together([HAPROXY_PACKAGES, { packages: ["curl", "openssl"] }]);
    expect(runStep(guest, "first", installProgram({ packages })).status).toBe(0);
});
afterAll(() => guest?.destroy());

const part = (manifest: string, files: Record<string, GuestFile>): StepProgram => {
    const { notify, ...parameters } = HAPROXY_TAKES_UP;
    return { script: "files/apply.sh", parameters: { manifest, ...parameters }, files, notify };
};
const lay = (name: string, files: Record<string, GuestFile>, action?: string) =>
    runStep(guest, name, part(name, files), action);
const command = () => guest.run(`ps -o args= -p "$(systemctl show -P MainPID ${HAPROXY_UNIT})"`);
const listens = (port: number) => guest.run(`ss -lntH 'sport = ${port}' | wc -l`) !== "0";

test("HAProxy that was started with the only file of before is started anew with the directory, and that file goes", () => {
    guest.run(`systemctl disable --quiet --now ${HAPROXY_UNIT}`);
    const dropIn = `/etc/systemd/system/${HAPROXY_UNIT}.d/balancer.conf`;
    guest.run(`mkdir -p "$(dirname ${dropIn})"; cat >${dropIn}; systemctl daemon-reload`, OLD_DROP_IN);
    const before: StepProgram = {
        script: "files/apply.sh",
        parameters: { manifest: "passing", enable: [HAPROXY_UNIT], validate: `haproxy -c -q -f ${OLD_CONFIGURATION}` },
        files: { [OLD_CONFIGURATION]: { content: OLD_TEXT } },
        notify: [`${HAPROXY_UNIT}:reload`],
    };
    expect(runStep(guest, "passing", before).status).toBe(0);
    expect([command(), listens(6390)]).toEqual([expect.stringContaining(OLD_CONFIGURATION), true]);

    expect(runStep(guest, "packages", installProgram(HAPROXY_PACKAGES)).stdout).toContain(`wrote ${dropIn}\n`);
    expect(command()).toContain(OLD_CONFIGURATION);
    const { stdout } = lay("passing", passing(6390));
    expect(stdout).toContain(`removed ${OLD_CONFIGURATION}\nrestarted ${HAPROXY_UNIT}\n`);
    expect([command(), listens(6390)]).toEqual([expect.stringContaining("/etc/haproxy/science-stacks.d"), true]);
    expect(lay("passing", passing(6390))).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("each has a file of its own: one that is wrong is refused, and one that is right is taken up without a restart", () => {
    const process = () => guest.run(`systemctl show -P MainPID ${HAPROXY_UNIT}`);
    const before = process();
    const wrong = { [haproxyPart("balancer")]: { content: "frontend wrong\n    bind nowhere\n" } };
    expect(lay("balancer", wrong).stderr).toMatch(/the new files were refused[^]*balancer\.cfg:2/);
    expect(guest.run("ls /etc/haproxy/science-stacks.d")).toBe("passing.cfg");
    const authority = guest.run("cat /etc/ssl/certs/ISRG_Root_X1.pem");
    expect(lay("balancer", balancer(authority)).stdout).toContain(`reloaded ${HAPROXY_UNIT}\n`);
    expect(lay("redis", redis(authority)).stdout).toContain(`reloaded ${HAPROXY_UNIT}\n`);
    const ports = [BALANCER_PORT, REDIS_BALANCER_PORT, 6390];
    expect([process(), ports.filter(listens)]).toEqual([before, ports]);
});

test("who gives Solr something is kept while its members refuse, or none is there, and then it is taken", () => {
    guest.run(`openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.2 -addext subjectAltName=IP:127.0.0.2 \\
        -out ${SOLR_CERTIFICATE} -keyout /root/solr.key 2>/dev/null; cat /root/solr.key >>${SOLR_CERTIFICATE}`);
    guest.run("cat >/root/solr.py", SOLR);
    const authority = guest.run(`openssl x509 -in ${SOLR_CERTIFICATE}`);
    const member = { name: "search1", address: "127.0.0.2", id: 1 };
    const files = { ...solrSecretFile("secret"), ...searchBalancerFiles([member], authority, "1") };
    expect(lay("solr", files).stdout).toContain(`reloaded ${HAPROXY_UNIT}\n`);

    const give = `curl --silent --max-time 50 --write-out ' %{http_code} %{time_total}' --data x http://127.0.0.1:${SEARCH_BALANCER_PORT}/solr/ckan/update`;
    const start = "systemd-run --quiet --unit solr-test /usr/bin/python3 /root/solr.py";
    const [, status, seconds] = guest.run(`(sleep 3; ${start}) & ${give}`).match(/ (\d+) ([\d.]+)$/)!;
    expect([status, Number(seconds) > 6]).toEqual(["200", true]);
    expect(guest.run(give)).toMatch(/^taken, asked as None at 127\.0\.0\.2 200 0/);
    guest.run("systemctl stop solr-test");
    expect(lay("solr", {}, "remove").stdout).toContain(`reloaded ${HAPROXY_UNIT}\n`);
});

test("one that goes leaves the others as they are; HAProxy ends with the last one", () => {
    expect(lay("balancer", balancer(), "remove").stdout).toContain(`reloaded ${HAPROXY_UNIT}\n`);
    expect(lay("redis", redis(), "remove").stdout).toContain(`reloaded ${HAPROXY_UNIT}\n`);
    expect([BALANCER_PORT, REDIS_BALANCER_PORT, 6390].filter(listens)).toEqual([6390]);
    expect(lay("passing", passing(6390), "remove").stdout).toContain(`stopped ${HAPROXY_UNIT}\n`);
    expect(listens(6390)).toBe(false);
    expect(guest.exec("ls /etc/haproxy/science-stacks.d").status).not.toBe(0);
});

test("what is behind it is stopped after the requests that it has, and started before it gets more; what else HAProxy does goes on", () => {
    guest.run("cat >/root/server.py", SERVER);
    guest.run(`cat >/etc/systemd/system/${BEHIND}; systemctl daemon-reload; systemctl start ${BEHIND}`, SERVER_UNIT);
    guest.run(`
        mkdir -p /etc/haproxy/tls
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -out ${ENDPOINT_CERTIFICATE} -keyout ${ENDPOINT_CERTIFICATE}.key 2>/dev/null
        chgrp haproxy ${ENDPOINT_CERTIFICATE}*
        chmod 640 ${ENDPOINT_CERTIFICATE}*
    `);
    const behind = { unit: BEHIND, page: "http://127.0.0.1:8080/" };
    const endpoint = endpointFiles({
        ...{ name: "web", address: "127.0.0.1", certificateRevision: "1", timeoutSeconds: 60, behind },
        services: [{ name: "web", address: "127.0.0.1:8080", paths: ["/"] }],
    });
    expect(lay("passing", passing(6390)).status).toBe(0);
    expect(lay("endpoint", endpoint).status).toBe(0);
    const unit: StepProgram = {
        script: "files/apply.sh",
        parameters: { manifest: "behind", enable: [ENDPOINT_UNIT], validate: "" },
        files: behindFiles("web", behind),
        notify: [`${ENDPOINT_UNIT}:restart`],
    };
    expect(runStep(guest, "behind", unit).status).toBe(0);
    expect(runStep(guest, "behind", unit)).toEqual({ status: 0, stdout: "", stderr: "" });

    const url = `https://127.0.0.1:${ENDPOINT_PORT}`;
    // Of curl: 0 is an answer, 7 a refused connection, by which the balancer asks another machine.
    const seen = guest.run(`
        exec 3<>/dev/tcp/127.0.0.1/6390
        read -r greeting <&3
        curl --silent --insecure ${url}/slow >/root/slow &
        slow=$!
        sleep 1
        systemctl restart ${BEHIND} &
        restart=$!
        while kill -0 $restart 2>/dev/null; do
            curl --silent --insecure --output /dev/null --max-time 5 ${url}/
            echo $?
            sleep 0.1
        done | sort | uniq -c | awk '{ print $2 }' | paste -sd' '
        wait $slow
        cat /root/slow
        timeout 20 bash -c 'until curl --silent --insecure --output /dev/null ${url}/; do sleep 0.2; done'
        printf 'SSH-2.0-test\\r\\n' >&3
        timeout 5 head -c 1 <&3 | wc -c
    `);
    expect(seen).toMatch(/^(0 )?7\nanswered\n1$/);
    expect(guest.run(`systemctl is-active ${ENDPOINT_UNIT} ${HAPROXY_UNIT}`)).toBe("active\nactive");
});

test("a restart of HAProxy finishes what it has for those behind it, and listens for them again", () => {
    const url = `https://127.0.0.1:${ENDPOINT_PORT}`;
    const seen = guest.run(`
        curl --silent --insecure ${url}/slow >/root/slow &
        sleep 1
        systemctl restart ${HAPROXY_UNIT}
        wait
        cat /root/slow
        timeout 20 bash -c 'until curl --silent --insecure ${url}/; do sleep 0.2; done'
    `);
    expect(seen).toBe("answered\nanswered");
    expect(
        guest.run(`timeout 20 bash -c 'until systemctl is-active ${ENDPOINT_UNIT}; do sleep 0.2; done' | tail -n 1`),
    ).toBe("active");
});

test("after a power cut it is there again, and listens for what is behind it when that has answered", () => {
    guest.powerCut();
    guest.start();
    const asked = `curl --silent --insecure --output /dev/null https://127.0.0.1:${ENDPOINT_PORT}/`;
    // Nobody has started that yet: the door is shut, and stays so where it is stopped before it has answered.
    guest.run(`timeout 60 bash -c 'until ${asked}; [ $? = 7 ]; do sleep 0.2; done'`);
    guest.run(`systemctl stop ${ENDPOINT_UNIT}`);
    expect(guest.exec(asked).status).toBe(7);
    expect(guest.run(`systemctl is-failed ${ENDPOINT_UNIT} || true`)).toBe("inactive");
    guest.run(`systemctl start ${BEHIND} ${ENDPOINT_UNIT}`);
    expect(guest.exec(asked).status).toBe(0);
    expect(listens(6390)).toBe(true);
});
