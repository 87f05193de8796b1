import { setTimeout as sleep } from "node:timers/promises";
import { Guest } from "../guest/guest";
import { expectAllRowsOk, expectDestroyed, expectUnchanged, untilItAnswers } from "./checks";
import { powerCut } from "./host";
import { NETWORK } from "./network";
import { NOT_HERE, OmeroWebMachines, OWN, ROWS, SETTINGS, type Outputs } from "./omero-web-machines";
import { expectSafe } from "./scan";
import { expectUnseen, seenDuring } from "./visitors";

const MACHINES = ["app1", "app2"] as const;

describe("OMERO.web that gets two machines of its own", () => {
    const omeroWeb = new OmeroWebMachines("apps");
    const { stack } = omeroWeb;
    let stranger: Guest;

    beforeAll(async () => {
        await omeroWeb.begin();
        stranger = Guest.create("stranger", { network: NETWORK });
    });

    afterAll(() => {
        omeroWeb.remove();
        stranger?.destroy();
    });

    test("has the sessions of before, and its users wait for seconds", async () => {
        await omeroWeb.logIn();
        stack.configure({ applications: { app1: OWN, app2: OWN } });
        const { visitor, user } = await seenDuring("to two machines", omeroWeb.visits, () => stack.run("up"));
        // The maintenance page, and nobody is logged out.
        expect([...new Set([...visitor.others, ...user.others])]).toEqual([503]);
        expect(Math.max(visitor.away, user.away)).toBeLessThan(60);
        expect(await omeroWeb.knows("app1")).toBe(true);
        expect(await omeroWeb.knows("app2")).toBe(true);
        expect(await stack.ssh("ls -d /opt/omero 2>/dev/null || true")).toBe("");
    });

    test("every requirement is met, on each of the machines; another up changes nothing", async () => {
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        const onEach = ["O01", "O02", "O04", "O05", "O09", "O12", "O14", "X01", "X02", "X03", "X05", "X06", "X10"];
        for (const row of [...onEach, "X14"]) {
            expect(detail(row)).toContain(`${stack.beside("app1")}: `);
            expect(detail(row)).toContain(`${stack.beside("app2")}: `);
        }
        expect(detail("X12")).toContain("2 servers of OMERO.web, which all answer it by TLS");
        await expectUnchanged(stack, "haproxy nginx redis-server");
    });

    test("Gunicorn and Redis answer the machines of the stack alone, by TLS; nothing is open, said or allowed that need not be", async () => {
        const connect = (address: string, port: number) =>
            `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' 2>&1 && echo open || echo closed`;
        const { outputs } = omeroWeb;
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
        stack.configure({ omeroWeb: { ...SETTINGS, sessionCookieAgeSeconds: 7200 } });
        await expectUnseen("another setting", omeroWeb.visits, () => stack.run("up"));
        for (const machine of MACHINES) {
            const age = "omero-web config get omero.web.session_cookie_age";
            expect((await stack.sshOn(machine, age)).trim()).toBe("7200");
        }
        expect(await omeroWeb.knows("app1")).toBe(true);
        // Whoever only looks, as HAProxy does every other second, leaves no session behind.
        const redis = `REDISCLI_AUTH=$(cat /etc/science-stacks/secrets/redis) redis-cli --tls --cacert /etc/redis/authority.pem`;
        expect(Number(await stack.ssh(`${redis} -h ${omeroWeb.outputs.machine.address} DBSIZE`))).toBeLessThan(5);
    });

    test("a machine that loses its power costs hardly a request, and up brings it back", async () => {
        const { visitor, user } = await seenDuring("app1 loses its power", omeroWeb.visits, async () => {
            powerCut(stack.beside("app1"));
            await sleep(10_000);
        });
        expect(Math.max(visitor.failed, user.failed)).toBeLessThanOrEqual(1);
        expect(await omeroWeb.knows("app2")).toBe(true);
        await expectUnseen("app1 comes back", omeroWeb.visits, () => stack.run("up"));
        expect(await omeroWeb.knows("app1")).toBe(true);
    });

    test("while none of them runs, visitors see the maintenance page; users' commands know the machines", async () => {
        await Promise.all(MACHINES.map((machine) => stack.sshOn(machine, "systemctl stop omero-web")));
        const { status, text, headers } = await omeroWeb.web.request(omeroWeb.login);
        expect([status, headers["retry-after"]]).toEqual([503, "60"]);
        expect(text).toContain("OMERO.web is being maintained");
        const { status: drift, stdout } = await stack.attempt("drift");
        expect([drift, stdout]).toEqual([1, expect.stringContaining("app2-omero-web-configuration")]);
        await Promise.all(MACHINES.map((machine) => stack.sshOn(machine, "systemctl start omero-web")));
        await untilItAnswers(omeroWeb.web, omeroWeb.login);

        expect((await stack.sshOn("app2", "hostname")).trim()).toBe(stack.beside("app2"));
        expect(await stack.run("logs", "--machine", "app1")).toContain("omero-web.service");
        expect((await stack.attemptAll("status", "--json")).stdout).toContain('"app1:/data"');
        const wrong = await stack.attempt("ssh", "--machine", "app3", "--", "hostname");
        expect(wrong.status).not.toBe(0);
        expect(wrong.stderr).toContain('"app3" is none of the machines');
    });

    test("destroy leaves nothing of any of them", async () => {
        stranger.destroy();
        await expectDestroyed(stack, NETWORK);
    });
});
