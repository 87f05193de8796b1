import { expectAllRowsOk, expectDestroyed, expectUnchanged } from "./checks";
import { powerCut } from "./host";
import { NETWORK } from "./network";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

const MINUTE = 60_000;
/** Rows that a stack without backups, and not for development, cannot show. */
const NOT_HERE = ["D10", "X11"];
const ROWS = 32;

describe("DCOR with its database on a machine of its own", () => {
    const stack = new TestStack("two-dcor");

    beforeAll(async () => {
        const { machine } = SMALL.dcor;
        stack.configure({ ...SMALL.dcor, postgresql: { machine: { ...machine }, data: { sizeGiB: 2 } } });
        await stack.run("up");
    }, 15 * MINUTE);

    afterAll(() => stack.remove());

    test(
        "every requirement is met, of both machines; another up changes nothing",
        async () => {
            const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
            const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
            expect(detail("D04")).toContain(`${stack.databaseMachine}:/var/lib/postgresql/15/main`);
            expect(detail("X03")).toContain("drops all but 5432 from");
            expect(await stack.sshDatabase("systemctl is-enabled unattended-upgrades")).toContain("enabled");
            await expectUnchanged(stack, "supervisor");
        },
        5 * MINUTE,
    );

    test(
        "the database's machine loses its power, and everything works with it again",
        async () => {
            powerCut(stack.databaseMachine);
            await stack.run("up");
            await expectAllRowsOk(stack, NOT_HERE, ROWS);
        },
        5 * MINUTE,
    );

    test("destroy leaves nothing of either", () => expectDestroyed(stack, NETWORK), 2 * MINUTE);
});
