import { setTimeout as sleep } from "node:timers/promises";
import { Guest } from "../guest/guest";
import { expectAllRowsOk, expectDestroyed, expectNoDrift, expectUnchanged, untilItAnswers } from "./checks";
import { EoxserverMachines, NOT_HERE, OWN, ROWS, type Outputs } from "./eoxserver-machines";
import { machineRuns, powerCut } from "./host";
import { NETWORK } from "./network";
import { SMALL } from "./small";
import { expectUnseen, seenDuring } from "./visitors";

const MACHINES = ["app1", "app2"] as const;

describe("EOxServer that grows from one machine to four", () => {
    const eoxserver = new EoxserverMachines("eox-apps");
    const { stack } = eoxserver;
    let stranger: Guest;

    /** What a query of the database's superuser prints, asked on the server's machine. */
    const query = (text: string) => `cd /; runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c "${text}"`;
    const setPassword = (password: string) =>
        `from django.contrib.auth.models import User; u = User.objects.get(username='admin'); u.set_password('${password}'); u.save()\n`;

    beforeAll(async () => {
        await eoxserver.begin();
        stranger = Guest.create("stranger", { network: NETWORK });
    });

    afterAll(() => {
        eoxserver.remove();
        stranger?.destroy();
    });

    test("its database moves to a machine of its own, with all data and the log-ins of before, by the commands of docs/more-machines.md", async () => {
        await stack.ssh(query("SET ROLE instance00; CREATE TABLE kept AS SELECT 42 AS answer"));
        const users = "SELECT username, password FROM auth_user";
        const before = await stack.ssh(query(users));

        await stack.ssh("systemctl stop 'eoxserver@*'");
        const dump = await stack.ssh("cd /; runuser -u postgres -- pg_dump --clean --if-exists eoxs_instance00");
        stack.configure({ postgresql: OWN });
        await stack.run("up");
        const restore = "psql -Xq -v ON_ERROR_STOP=1 --single-transaction eoxs_instance00 >/dev/null";
        await stack.sshOn("database", `cd /; runuser -u postgres -- ${restore}`, dump);

        expect((await stack.sshOn("database", query("SELECT answer FROM kept"))).trim()).toBe("42");
        expect(await stack.sshOn("database", query(users))).toBe(before);
        expect((await stack.ssh("systemctl is-active postgresql || true")).trim()).toBe("inactive");
        await eoxserver.logIn();
    });

    test("it goes to two machines without a request that fails, with the password that its administrator has chosen", async () => {
        const chosen = "a-password-of-ones-own";
        await stack.ssh(`cd /; echo "${setPassword(chosen).trim()}" | eoxsi00 shell`);
        stack.configure({ applications: { app1: OWN, app2: OWN } });
        await expectUnseen("to two machines", eoxserver.visits, () => stack.run("up"));
        await eoxserver.logIn(chosen);
        // The directory of before stays, and nothing of the software.
        expect(await stack.ssh("ls -d /data/eoxserver/instance00 /opt/eoxserver 2>/dev/null || true")).toBe(
            "/data/eoxserver/instance00\n",
        );
        // For what follows, the stack's.
        const own = setPassword(eoxserver.outputs.adminPasswords["instance00"]!);
        await stack.sshOn("app1", "cd /; eoxsi00 shell --verbosity 0 2>/dev/null", own);
        await eoxserver.logIn();
    });

    test("every requirement is met, on each of the machines; another up changes nothing", async () => {
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        const onEach = ["E01", "E04", "E05", "E08", "E09", "E10", "E12", "X01", "X02", "X03", "X05", "X06", "X10"];
        for (const row of onEach) {
            expect(detail(row)).toContain(`${stack.beside("app1")}: `);
            expect(detail(row)).toContain(`${stack.beside("app2")}: `);
        }
        expect(detail("E03")).toMatch(new RegExp(`^${stack.beside("database")}: .* on the data volume`));
        expect(detail("E07")).toMatch(/TLSv1\.\d \(sslmode verify-full\); the server refuses connections without TLS/);
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
        const seen = await seenDuring("app1 loses its power", eoxserver.allVisits, async () => {
            powerCut(stack.beside("app1"));
            await sleep(10_000);
        });
        expect(Math.max(...Object.values(seen).map(({ failed }) => failed))).toBeLessThanOrEqual(1);
        await expectUnseen("app1 comes back", eoxserver.allVisits, () => stack.run("up"));
        expect(machineRuns(stack.beside("app1"))).toBe(true);
    });

    test("a changed setting comes to one machine after the other, and no request fails", async () => {
        stack.configure({ eoxserver: { ...SMALL.eoxserver.eoxserver, requestTimeoutSeconds: 120 } });
        await expectUnseen("another time limit", eoxserver.allVisits, () => stack.run("up"));
        for (const machine of MACHINES) {
            const limit = "grep -o 'request-timeout=[0-9]*' /etc/eoxserver/instance00/apache2.conf";
            expect((await stack.sshOn(machine, limit)).trim()).toBe("request-timeout=120");
        }
    });

    test("while none of them runs, visitors see the maintenance page; users' commands know the machines", async () => {
        await Promise.all(MACHINES.map((machine) => stack.sshOn(machine, "systemctl stop eoxserver@instance00")));
        const { web, instance } = eoxserver;
        const { status, text, headers } = await web.request(instance.url);
        expect([status, headers["retry-after"]]).toEqual([503, "60"]);
        expect(text).toContain("EOxServer is being maintained");
        await stack.sshOn("database", "echo broken >>/etc/postgresql/15/main/pg_hba.conf");
        const { status: drift, stdout } = await stack.attempt("drift");
        expect([drift, stdout]).toEqual([1, expect.stringContaining("app2-eoxserver-instance00-instance")]);
        expect(stdout).toContain("database-server-access");
        await stack.run("up", "--repair");
        await untilItAnswers(web, instance.url);
        expect((await stack.sshOn("app2", "hostname")).trim()).toBe(stack.beside("app2"));
        expect(await stack.run("logs", "--machine", "app1")).toContain("eoxserver@instance00.service");
        expect((await stack.attemptAll("status", "--json")).stdout).toContain('"app1:/data"');
    });

    test("the database's machine loses its power, and comes back with what was written; a new password is taken up on all of them", async () => {
        powerCut(stack.beside("database"));
        await stack.run("up");
        expect((await stack.sshOn("database", query("SELECT answer FROM kept"))).trim()).toBe("42");
        await stack.run("rotate", "database-password");
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
        await expectNoDrift(stack);
    });

    test("destroy leaves nothing of any of them", async () => {
        stranger.destroy();
        await expectDestroyed(stack, NETWORK);
    });
});
