import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import { Visitor, type Seen } from "../faults/visitor";
import { Guest } from "../guest/guest";
import { expectAllRowsOk, expectDestroyed, expectUnchanged, untilItAnswers } from "./checks";
import { machineRuns, powerCut } from "./host";
import { NETWORK } from "./network";
import { expectSafe } from "./scan";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

type Outputs = Extract<AnyOutputs, { product: "omero-web" }>;

/** Rows that a local machine cannot show. */
const NOT_HERE = ["O15", "X11"];
const ROWS = 31;
const HOME = "/opt/omero/web/omero-web";

/** A program with OMERO.web's configuration, in its own Python, where it is. */
const inDjango = (program: string) =>
    `cd ${HOME} && runuser -u omero-web -- env OMERODIR=${HOME} OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web ` +
    `DJANGO_SETTINGS_MODULE=omeroweb.settings /opt/omero/web/venv3/bin/python -c "import django; from importlib import import_module; ` +
    `from django.conf import settings; django.setup(); Store = import_module(settings.SESSION_ENGINE).SessionStore; ${program}"`;

describe("OMERO.web that gets two machines of its own", () => {
    const stack = new TestStack("apps");
    const settings = { prefix: "/omero", workers: 2, cors: { origins: ["https://portal.example.org"] } };
    const own = { machine: { ...SMALL["omero-web"].machine }, data: { sizeGiB: 2 } };
    let stranger: Guest;
    let outputs: Outputs;
    let web: Web;
    let session: string;

    const login = () => new URL("webclient/login/", outputs.url).href;
    const pageOf = (path: string) => new URL(path, outputs.url).href;

    /** Of somebody with a session: a page that looks into it. Who has one keeps its cookie; where Redis is away, Django takes it. */
    const withSession = () =>
        ({
            request: async (url: string) => {
                const answer = await web.request(url, { headers: { Cookie: `sessionid=${session}` } });
                const cookies = answer.headers["set-cookie"] ?? [];
                const loggedOut = cookies.some((cookie) => cookie.startsWith('sessionid="";'));
                return { ...answer, status: loggedOut ? 401 : answer.status === 302 ? 200 : answer.status };
            },
        }) as Web;

    /** What two visitors saw during something: one of the log-in page, and one with a session. */
    async function seenDuring(work: () => Promise<unknown>): Promise<{ visitor: Seen; user: Seen }> {
        const all = [new Visitor(web, login()), new Visitor(withSession(), pageOf("webclient/"))];
        await sleep(1000);
        await work();
        await sleep(3000);
        const [visitor, user] = (await Promise.all(all.map((each) => each.leave()))) as [Seen, Seen];
        for (const [name, { asked, failed, others, away, slowest }] of Object.entries({ visitor, user })) {
            process.stderr.write(
                `  ${name}: of ${asked} requests ${failed} failed (${[...others].join(", ")}), ` +
                    `away for ${away.toFixed(1)} s at most, the slowest took ${slowest.toFixed(1)} s\n`,
            );
        }
        return { visitor, user };
    }

    /** Neither of them saw anything of it. */
    async function expectUnseen(work: () => Promise<unknown>): Promise<void> {
        const { visitor, user } = await seenDuring(work);
        expect([visitor.failed, user.failed, ...visitor.others, ...user.others]).toEqual([0, 0]);
    }

    /** Whether a machine of OMERO.web knows the session of before. */
    const knows = async (machine: string) =>
        (await stack.sshOn(machine, inDjango(`print(Store('${session}').get('of'))`))).trim() === "before";

    beforeAll(async () => {
        stack.configure({ ...SMALL["omero-web"], omeroWeb: settings });
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        web = new Web(outputs.certificate);
        stranger = Guest.create("stranger", { network: NETWORK });
    });

    afterAll(() => {
        web?.close();
        stack.remove();
        stranger?.destroy();
    });

    test("has the sessions of before, and its users wait for seconds", async () => {
        session = (await stack.ssh(inDjango("s = Store(); s['of'] = 'before'; s.save(); print(s.session_key)"))).trim();
        stack.configure({ applications: { app1: own, app2: own } });
        const { visitor, user } = await seenDuring(() => stack.run("up"));
        // The maintenance page, and nobody is logged out.
        expect([...new Set([...visitor.others, ...user.others])]).toEqual([503]);
        expect(Math.max(visitor.away, user.away)).toBeLessThan(60);
        expect(await knows("app1")).toBe(true);
        expect(await knows("app2")).toBe(true);
        expect(await stack.ssh("ls -d /opt/omero 2>/dev/null || true")).toBe("");
    });

    test("every requirement is met, on each of the machines; another up changes nothing", async () => {
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        for (const row of [
            "O01",
            "O02",
            "O04",
            "O05",
            "O09",
            "O12",
            "O14",
            "X01",
            "X02",
            "X03",
            "X05",
            "X06",
            "X10",
            "X14",
        ]) {
            expect(detail(row)).toContain(`${stack.beside("app1")}: `);
            expect(detail(row)).toContain(`${stack.beside("app2")}: `);
        }
        expect(detail("X12")).toContain("2 servers of OMERO.web, which all answer it by TLS");
        await expectUnchanged(stack, "haproxy nginx redis-server");
    });

    test("Gunicorn and Redis answer the machines of the stack alone, by TLS; nothing is open, said or allowed that need not be", async () => {
        const connect = (address: string, port: number) =>
            `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' 2>&1 && echo open || echo closed`;
        const app1 = (await stack.outputs<Outputs>()).applications!["app1"]!.address;
        expect(stranger.run(connect(app1, 4080))).toContain("closed");
        expect(stranger.run(connect(outputs.machine.address, 6379))).toContain("closed");
        expect(await stack.sshOn("app2", connect(app1, 4080))).toContain("closed");
        expect(await stack.sshOn("app2", connect(outputs.machine.address, 6379))).toContain("open");
        const plain = `exec 3<>/dev/tcp/${app1}/4080; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; timeout 3 head -n 1 <&3 | grep -c 'HTTP/1.. [23]' || true`;
        expect((await stack.ssh(plain)).trim()).toBe("0");
        await expectSafe(stack, outputs, [22, 80, 443], ["webclient/login/", "static/webclient/css/layout.css"]);
    });

    test("a changed setting comes to one machine after the other, and no request fails", async () => {
        stack.configure({ omeroWeb: { ...settings, sessionCookieAgeSeconds: 7200 } });
        await expectUnseen(() => stack.run("up"));
        for (const machine of ["app1", "app2"]) {
            const age = "omero-web config get omero.web.session_cookie_age";
            expect((await stack.sshOn(machine, age)).trim()).toBe("7200");
        }
        expect(await knows("app1")).toBe(true);
        // Whoever only looks, as HAProxy does every other second, leaves no session behind.
        const redis = `REDISCLI_AUTH=$(cat /etc/science-stacks/secrets/redis) redis-cli --tls --cacert /etc/redis/authority.pem`;
        expect(Number(await stack.ssh(`${redis} -h ${outputs.machine.address} DBSIZE`))).toBeLessThan(5);
    });

    test("a machine that loses its power costs hardly a request, and up brings it back", async () => {
        const { visitor, user } = await seenDuring(async () => {
            powerCut(stack.beside("app1"));
            await sleep(10_000);
        });
        expect(Math.max(visitor.failed, user.failed)).toBeLessThanOrEqual(1);
        expect(await knows("app2")).toBe(true);
        await expectUnseen(() => stack.run("up"));
        expect(await knows("app1")).toBe(true);
    });

    test("while none of them runs, visitors see the maintenance page", async () => {
        await Promise.all(["app1", "app2"].map((machine) => stack.sshOn(machine, "systemctl stop omero-web")));
        const { status, text, headers } = await web.request(login());
        expect([status, headers["retry-after"]]).toEqual([503, "60"]);
        expect(text).toContain("OMERO.web is being maintained");
        const { status: drift, stdout } = await stack.attempt("drift");
        expect([drift, stdout]).toEqual([1, expect.stringContaining("app2-omero-web-configuration")]);
        await Promise.all(["app1", "app2"].map((machine) => stack.sshOn(machine, "systemctl start omero-web")));
        await untilItAnswers(web, login());
    });

    test("users' commands know the machines: ssh, logs, status, rotate", async () => {
        expect((await stack.sshOn("app2", "hostname")).trim()).toBe(stack.beside("app2"));
        expect(await stack.run("logs", "--machine", "app1")).toContain("omero-web.service");
        expect((await stack.attemptAll("status", "--json")).stdout).toContain('"app1:/data"');
        const wrong = await stack.attempt("ssh", "--machine", "app3", "--", "hostname");
        expect(wrong.status).not.toBe(0);
        expect(wrong.stderr).toContain('"app3" is none of the machines');
        const { visitor } = await seenDuring(() => stack.run("rotate", "cache-password"));
        expect(visitor.away).toBeLessThan(10);
        expect(await knows("app2")).toBe(true);
        expect((await web.get(pageOf("webclient/login/"))).status).toBe(200);
    });

    test("one that is taken out leaves the other as it is, and costs no request", async () => {
        const process = () => stack.sshOn("app2", "systemctl show --property=MainPID omero-web");
        const before = await process();
        stack.configure({ applications: { app2: own } });
        await expectUnseen(() => stack.run("up"));
        expect(await process()).toBe(before);
        expect(machineRuns(stack.beside("app1"))).toBe(false);
    });

    test("its sessions can have a machine of their own, and those of before are there when they come back from it", async () => {
        stack.configure({ redis: own });
        await stack.run("up");
        const redis = (await stack.outputs<Outputs>()).redisMachine!;
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        expect(detail("O05")).toContain(`Redis on ${stack.beside("redis")}, which keeps what OMERO.web gives it`);
        expect(detail("X03")).toContain(`${stack.beside("redis")}: the kernel drops all but 6379 from`);
        const connect = `timeout 3 bash -c 'exec 3<>/dev/tcp/${redis.address}/6379' 2>&1 && echo open || echo closed`;
        expect(await stack.sshOn("app2", connect)).toContain("open");
        expect(await stack.ssh(connect)).toContain("closed");
        expect(await knows("app2")).toBe(false);
        expect(await stack.ssh("systemctl is-active redis-server || true; ls /data/redis")).toMatch(
            /^inactive\n[^]*appendonlydir/,
        );

        stack.configure({ redis: undefined });
        await stack.run("up");
        expect(await knows("app2")).toBe(true);
        expect(machineRuns(stack.beside("redis"))).toBe(false);
    });

    test("goes back to one machine, with the sessions of before", async () => {
        stack.configure({ applications: undefined });
        const { visitor, user } = await seenDuring(() => stack.run("up"));
        // Who asks while Redis moves is taken for somebody without a session; what Redis has stays.
        expect([503, 401]).toEqual(expect.arrayContaining([...visitor.others, ...user.others]));
        expect([...visitor.others]).not.toContain(401);
        expect(Math.max(visitor.away, user.away)).toBeLessThan(60);
        const kept = await stack.ssh(inDjango(`print(Store('${session}').get('of'))`));
        expect(kept.trim()).toBe("before");
        expect(machineRuns(stack.beside("app2"))).toBe(false);
        // Gunicorn has nobody on another machine again.
        await expectAllRowsOk(stack, [...NOT_HERE, "O07"], ROWS);
    });

    test("destroy leaves nothing of any of them", async () => {
        stranger.destroy();
        await expectDestroyed(stack, NETWORK);
    });
});
