import { setTimeout as sleep } from "node:timers/promises";
import { logIn } from "../../verify/django";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { wmsCapabilities } from "../../verify/ows";
import { Web } from "../../verify/web";
import { Visitor, type Seen } from "../faults/visitor";
import { Guest } from "../guest/guest";
import { expectAllRowsOk, expectDestroyed, expectUnchanged, untilItAnswers } from "./checks";
import { machineRuns, powerCut } from "./host";
import { NETWORK } from "./network";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

/** Rows that a stack without an access control and without backups cannot show. */
const NOT_HERE = ["E15", "X11"];
const ROWS = 30;
const MACHINES = ["app1", "app2"] as const;

describe("EOxServer that gets two machines of its own", () => {
    const stack = new TestStack("eox-apps");
    const own = { machine: { ...SMALL.eoxserver.machine }, data: { sizeGiB: 2 } };
    let stranger: Guest;
    let outputs: Outputs;
    let web: Web;
    /** Of the administrator, as a browser keeps it. */
    let session = "";

    const instance = () => outputs.instances["instance00"]!;
    const manage = (machine: string, python: string) =>
        stack.sshOn(machine, `cd /; eoxsi00 shell --verbosity 0 2>/dev/null`, `${python}\n`);

    /** A page of the administration, which leads those to the log-in who have none. */
    const withSession = () => ({ request: (url: string) => web.request(url, { headers: { Cookie: session } }) }) as Web;

    /** What visitors saw during something: of the page, of the capabilities, and one who has logged in, where one has. */
    async function seenDuring(what: string, work: () => Promise<unknown>, isLoggedIn = true): Promise<Seen[]> {
        const { url, ows, admin } = instance();
        const all = [
            ...[new Visitor(web, url), new Visitor(web, wmsCapabilities(ows))],
            ...(isLoggedIn ? [new Visitor(withSession(), admin)] : []),
        ];
        await sleep(1000);
        await work();
        await sleep(2000);
        const seen = await Promise.all(all.map((each) => each.leave()));
        for (const [index, { asked, failed, others, away, slowest }] of seen.entries()) {
            process.stderr.write(
                `  ${what}, ${["page", "capabilities", "administrator"][index]}: of ${asked} requests ${failed} failed ` +
                    `(${[...others].join(", ")}), away for ${away.toFixed(1)} s at most, the slowest took ${slowest.toFixed(1)} s\n`,
            );
        }
        return seen;
    }

    /** None of them saw anything of it. */
    async function expectUnseen(what: string, work: () => Promise<unknown>, isLoggedIn = true): Promise<void> {
        const seen = await seenDuring(what, work, isLoggedIn);
        expect(seen.filter(({ failed }) => failed > 0)).toEqual([]);
    }

    /** Logs the administrator in. */
    async function logInAs(password: string): Promise<void> {
        const recording = {
            get: (url: string) => web.get(url),
            request: async (...args: Parameters<Web["request"]>) => {
                const answer = await web.request(...args);
                const cookies = answer.headers["set-cookie"] ?? [];
                session = cookies.find((cookie) => cookie.startsWith("sessionid="))?.split(";")[0] ?? session;
                return answer;
            },
        } as Web;
        const { text } = await logIn(recording, instance().admin, "admin", password);
        expect(text).toContain("Site administration");
    }

    beforeAll(async () => {
        stack.configure({ ...SMALL.eoxserver, postgresql: own });
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

    test("goes there without a request that fails, with the password that its administrator has chosen", async () => {
        const chosen = "a-password-of-ones-own";
        await stack.ssh(
            `cd /; echo "from django.contrib.auth.models import User; u = User.objects.get(username='admin'); u.set_password('${chosen}'); u.save()" | eoxsi00 shell`,
        );
        stack.configure({ applications: { app1: own, app2: own } });
        await expectUnseen("to two machines", () => stack.run("up"), false);
        await logInAs(chosen);
        // The directory of before stays, and nothing of the software.
        expect(await stack.ssh("ls -d /data/eoxserver/instance00 /opt/eoxserver 2>/dev/null || true")).toBe(
            "/data/eoxserver/instance00\n",
        );
        // For what follows, the stack's.
        const password = outputs.adminPasswords["instance00"]!;
        await manage(
            "app1",
            `from django.contrib.auth.models import User; u = User.objects.get(username='admin'); u.set_password('${password}'); u.save()`,
        );
        await logInAs(password);
    });

    test("every requirement is met, on each of the machines; another up changes nothing", async () => {
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        const onEach = ["E01", "E04", "E05", "E08", "E09", "E10", "E12", "X01", "X02", "X03", "X05", "X06", "X10"];
        for (const row of onEach) {
            expect(detail(row)).toContain(`${stack.beside("app1")}: `);
            expect(detail(row)).toContain(`${stack.beside("app2")}: `);
        }
        expect(detail("X12")).toContain("2 servers of EOxServer, which all answer it by TLS for each instance");
        await expectUnchanged(stack, "haproxy apache2");
    });

    test("HAProxy there and PostgreSQL answer the machines of the stack alone", async () => {
        const connect = (address: string, port: number) =>
            `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' 2>&1 && echo open || echo closed`;
        const { applications, database } = await stack.outputs<Outputs>();
        const app1 = applications!["app1"]!.address;
        expect(await stack.ssh(connect(app1, 7443))).toContain("open");
        expect(stranger.run(connect(app1, 7443))).toContain("closed");
        expect(await stack.sshOn("app2", connect(app1, 7443))).toContain("closed");
        expect(await stack.sshOn("app2", connect(database!.address, 5432))).toContain("open");
        expect(stranger.run(connect(database!.address, 5432))).toContain("closed");
        // The back ends, and Debian's own site, are not there for others.
        expect(await stack.sshOn("app1", "ss -Hltn | awk '{ print $4 }' | grep -Ev '^127\\.|:22$'")).toBe(
            `${app1}:7443\n`,
        );
    });

    test("a machine that loses its power costs hardly a request and nobody's log-in, and up brings it back", async () => {
        const seen = await seenDuring("app1 loses its power", async () => {
            powerCut(stack.beside("app1"));
            await sleep(10_000);
        });
        expect(Math.max(...seen.map(({ failed }) => failed))).toBeLessThanOrEqual(1);
        await expectUnseen("app1 comes back", () => stack.run("up"));
        expect(machineRuns(stack.beside("app1"))).toBe(true);
    });

    test("a changed setting comes to one machine after the other, and no request fails", async () => {
        stack.configure({ eoxserver: { ...SMALL.eoxserver.eoxserver, requestTimeoutSeconds: 120 } });
        await expectUnseen("another time limit", () => stack.run("up"));
        for (const machine of MACHINES) {
            const limit = "grep -o 'request-timeout=[0-9]*' /etc/eoxserver/instance00/apache2.conf";
            expect((await stack.sshOn(machine, limit)).trim()).toBe("request-timeout=120");
        }
    });

    test("while none of them runs, visitors see the maintenance page; users' commands know the machines", async () => {
        await Promise.all(MACHINES.map((machine) => stack.sshOn(machine, "systemctl stop eoxserver@instance00")));
        const { status, text, headers } = await web.request(instance().url);
        expect([status, headers["retry-after"]]).toEqual([503, "60"]);
        expect(text).toContain("EOxServer is being maintained");
        const { status: drift, stdout } = await stack.attempt("drift");
        expect([drift, stdout]).toEqual([1, expect.stringContaining("app2-eoxserver-instance00-instance")]);
        await stack.run("up", "--repair");
        await untilItAnswers(web, instance().url);
        expect((await stack.sshOn("app2", "hostname")).trim()).toBe(stack.beside("app2"));
        expect(await stack.run("logs", "--machine", "app1")).toContain("eoxserver@instance00.service");
        expect((await stack.attemptAll("status", "--json")).stdout).toContain('"app1:/data"');
    });

    test("one that is taken out leaves the other as it is, and costs no request", async () => {
        const process = () => stack.sshOn("app2", "systemctl show --property=MainPID eoxserver@instance00");
        const before = await process();
        stack.configure({ applications: { app2: own } });
        await expectUnseen("app1 is taken out", () => stack.run("up"));
        expect(await process()).toBe(before);
        expect(machineRuns(stack.beside("app1"))).toBe(false);
    });

    test("goes back to one machine, where visitors wait, or are refused, while the database lets in that one alone already", async () => {
        stack.configure({ applications: undefined });
        const seen = await seenDuring("back to one machine", () => stack.run("up"), false);
        expect(Math.max(...seen.map(({ away }) => away))).toBeLessThan(60);
        expect(MACHINES.map((machine) => machineRuns(stack.beside(machine)))).toEqual([false, false]);
        await logInAs(outputs.adminPasswords["instance00"]!);
    });

    test("destroy leaves nothing of any of them", async () => {
        stranger.destroy();
        await expectDestroyed(stack, NETWORK);
    });
});
