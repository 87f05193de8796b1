import { expectAllRowsOk } from "../e2e/checks";
import { machineRuns } from "../e2e/host";
import { NOT_HERE, OmeroWebMachines, OWN, ROWS, type Outputs } from "../e2e/omero-web-machines";
import { expectUnseen, seenDuring } from "../e2e/visitors";
import { MINUTE } from "./tried";

describe("OMERO.web on two machines of its own", () => {
    const omeroWeb = new OmeroWebMachines("apps");
    const { stack } = omeroWeb;

    beforeAll(async () => {
        await omeroWeb.begin({ applications: { app1: OWN, app2: OWN } });
        await omeroWeb.logIn("app1");
    }, 15 * MINUTE);

    afterAll(() => omeroWeb.remove());

    test(
        "a new password of Redis costs its users seconds, and no session",
        async () => {
            const { visitor } = await seenDuring("a new password of Redis", omeroWeb.visits, () =>
                stack.run("rotate", "cache-password"),
            );
            expect(visitor.away).toBeLessThan(10);
            expect(await omeroWeb.knows("app2")).toBe(true);
            expect((await omeroWeb.web.get(omeroWeb.login)).status).toBe(200);
        },
        5 * MINUTE,
    );

    test(
        "one that is taken out leaves the other as it is, and costs no request",
        async () => {
            const process = () => stack.sshOn("app2", "systemctl show --property=MainPID omero-web");
            const before = await process();
            stack.configure({ applications: { app2: OWN } });
            await expectUnseen("app1 is taken out", omeroWeb.visits, () => stack.run("up"));
            expect(await process()).toBe(before);
            expect(machineRuns(stack.beside("app1"))).toBe(false);
        },
        5 * MINUTE,
    );

    test(
        "its sessions can have a machine of their own, and those of before are there when they come back from it",
        async () => {
            stack.configure({ redis: OWN });
            await stack.run("up");
            const redis = (await stack.outputs<Outputs>()).redisMachine!;
            const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
            const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
            expect(detail("O05")).toContain(`Redis on ${stack.beside("redis")}, which keeps what OMERO.web gives it`);
            expect(detail("X03")).toContain(`${stack.beside("redis")}: the kernel drops all but 6379 from`);
            const connect = `timeout 3 bash -c 'exec 3<>/dev/tcp/${redis.address}/6379' 2>&1 && echo open || echo closed`;
            expect(await stack.sshOn("app2", connect)).toContain("open");
            expect(await stack.ssh(connect)).toContain("closed");
            expect(await omeroWeb.knows("app2")).toBe(false);
            expect(await stack.ssh("systemctl is-active redis-server || true; ls /data/redis")).toMatch(
                /^inactive\n[^]*appendonlydir/,
            );

            stack.configure({ redis: undefined });
            await stack.run("up");
            expect(await omeroWeb.knows("app2")).toBe(true);
            expect(machineRuns(stack.beside("redis"))).toBe(false);
        },
        15 * MINUTE,
    );

    test(
        "goes back to one machine, with the sessions of before",
        async () => {
            stack.configure({ applications: undefined });
            const { visitor, user } = await seenDuring("back to one machine", omeroWeb.visits, () => stack.run("up"));
            // Who asks while Redis moves is taken for somebody without a session; what Redis has stays.
            expect([503, 401]).toEqual(expect.arrayContaining([...visitor.others, ...user.others]));
            expect([...visitor.others]).not.toContain(401);
            expect(Math.max(visitor.away, user.away)).toBeLessThan(60);
            expect(await omeroWeb.knows()).toBe(true);
            expect(machineRuns(stack.beside("app2"))).toBe(false);
            // Gunicorn has nobody on another machine again.
            await expectAllRowsOk(stack, [...NOT_HERE, "O07"], ROWS);
        },
        10 * MINUTE,
    );
});
