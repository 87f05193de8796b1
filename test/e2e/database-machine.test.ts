import { Guest } from "../guest/guest";
import { expectAllRowsOk, expectDestroyed, expectNoDrift, expectUnchanged } from "./checks";
import { powerCut } from "./host";
import { NETWORK } from "./network";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

/** Rows that a stack without an access control and without backups cannot show. */
const NOT_HERE = ["E15", "X11"];
const ROWS = 30;

interface Outputs {
    database: { name: string; address: string; url: string };
    machine: { address: string };
}

describe("EOxServer with its database on a machine of its own", () => {
    const stack = new TestStack("two");
    let third: Guest;
    let outputs: Outputs;

    /** What a query prints that the server's superuser asks on its machine. */
    const sql = (query: string) =>
        stack.sshOn(
            "database",
            `cd /; runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d eoxs_instance00 -c "${query}"`,
        );

    beforeAll(async () => {
        stack.configure({
            ...SMALL.eoxserver,
            postgresql: { machine: { ...SMALL.eoxserver.machine }, data: { sizeGiB: 2 } },
        });
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        third = Guest.create("third", { network: NETWORK });
    });

    afterAll(() => {
        stack.remove();
        third?.destroy();
    });

    test("every requirement is met, of both machines; another up changes nothing", async () => {
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        expect(detail("E03")).toMatch(new RegExp(`^${stack.beside("database")}: .* on the data volume`));
        expect(detail("E07")).toMatch(/TLSv1\.\d \(sslmode verify-full\); the server refuses connections without TLS/);
        for (const row of ["X01", "X02", "X03", "X05", "X06", "X10", "X14"]) {
            expect(detail(row)).toContain(`${stack.beside("database")}: `);
        }
        const { address } = outputs.machine;
        expect(detail("X03")).toContain(`drops all but 5432 from ${address}, 22 from ${NETWORK}`);
        await expectUnchanged(stack, "eoxserver@instance00");
    });

    test("PostgreSQL answers the first machine alone", async () => {
        const { address } = outputs.database;
        const connect = `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/5432' 2>&1 && echo open || echo closed`;
        expect(await stack.ssh(connect)).toContain("open");
        expect(third.run(connect)).toContain("closed");
        expect(third.run(`timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/22' && echo open`)).toBe("open");
    });

    test("users' commands know the machine: ssh, logs, drift", async () => {
        expect((await stack.sshOn("database", "hostname")).trim()).toBe(stack.beside("database"));
        expect(await stack.run("logs", "--machine", "database")).toContain("postgresql@15-main");
        await stack.sshOn("database", "echo broken >>/etc/postgresql/15/main/pg_hba.conf");
        const { status, stdout } = await stack.attempt("drift");
        expect([status, stdout]).toEqual([1, expect.stringContaining("database-server-access")]);
        await stack.run("up", "--repair");
        await expectNoDrift(stack);
    });

    test("a new password of the administrator, and of the instances, is taken up on both machines", async () => {
        await stack.run("rotate", "database-password");
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
    });

    test("the database's machine loses its power, and comes back with what was written", async () => {
        await sql("CREATE TABLE kept AS SELECT 42 AS answer");
        powerCut(stack.beside("database"));
        await stack.run("up");
        expect((await sql("SELECT answer FROM kept")).trim()).toBe("42");
        await sql("DROP TABLE kept");
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
    });

    test("destroy leaves nothing of either", async () => {
        third.destroy();
        await expectDestroyed(stack, NETWORK);
    });
});
