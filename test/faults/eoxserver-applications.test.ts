import { expectAllRowsOk } from "../e2e/checks";
import { EoxserverMachines, OWN, ROWS } from "../e2e/eoxserver-machines";
import { machineRuns } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { expectUnseen, seenDuring } from "../e2e/visitors";
import { Guest } from "../guest/guest";
import { MINUTE } from "./tried";

/** The row that a stack without an access control cannot show. */
const NOT_HERE = ["E15"];

describe("EOxServer on two machines of its own", () => {
    const eoxserver = new EoxserverMachines("eox-apps");
    const { stack } = eoxserver;
    /** Has the repository of the backups. */
    let another: Guest;

    const sql = (query: string, database = "eoxs_instance00") =>
        stack.sshOn(
            "database",
            `cd /; runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d ${database} -c "${query}"`,
        );

    beforeAll(async () => {
        another = Guest.create("another", { network: NETWORK });
        await eoxserver.keepBackupsOn(another);
        await eoxserver.begin({ postgresql: OWN, applications: { app1: OWN, app2: OWN } });
        await eoxserver.logIn();
    }, 15 * MINUTE);

    afterAll(() => {
        eoxserver.remove();
        another?.destroy();
    });

    test(
        "what each of the machines has lost comes back from the backups; users see the maintenance page meanwhile",
        async () => {
            const edited = "/srv/eoxserver/instance00/instance00/conf/eoxserver.conf";
            await sql("SET ROLE instance00; CREATE TABLE kept AS SELECT 42 AS answer");
            await stack.sshOn("app1", `echo '# by an operator' >>${edited}`);
            await stack.sshOn(
                "app2",
                "cd /srv/eodata; install -d -o eodata kept; echo kept >kept/scene; chown eodata kept/scene",
            );
            const made = (await stack.run("backup")).trim().split("\n");
            expect(made.map((line) => line.replace(/: backup [0-9a-f]{8}: .*/, ""))).toEqual(
                ["database", "app1", "app2"].map((machine) => stack.beside(machine)).concat(stack.name),
            );

            const lose = "systemctl stop eoxserver@instance00; find /srv/eoxserver/instance00 -mindepth 1 -delete";
            await stack.sshOn("app1", lose);
            await stack.sshOn("app2", "rm -r /srv/eodata/kept");
            await sql("DROP DATABASE eoxs_instance00 WITH (FORCE)", "postgres");
            const { page } = await seenDuring("a restore", { page: eoxserver.visits.page }, () => stack.run("restore"));
            expect(page.maintenance?.["retry-after"]).toBe("60");

            expect((await sql("SELECT answer FROM kept")).trim()).toBe("42");
            expect(await stack.sshOn("app1", `tail -n 1 ${edited}`)).toBe("# by an operator\n");
            expect(await stack.sshOn("app2", "cat /srv/eodata/kept/scene")).toBe("kept\n");
            const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
            const detail = rows.find(({ id }) => id === "X11")?.detail;
            for (const machine of ["database", "app1", "app2"]) {
                expect(detail).toContain(`${stack.beside(machine)}: `);
            }
            await eoxserver.logIn();
        },
        10 * MINUTE,
    );

    test(
        "one that is taken out leaves the other as it is, and costs no request",
        async () => {
            const process = () => stack.sshOn("app2", "systemctl show --property=MainPID eoxserver@instance00");
            const before = await process();
            stack.configure({ applications: { app2: OWN } });
            await expectUnseen("app1 is taken out", eoxserver.allVisits, () => stack.run("up"));
            expect(await process()).toBe(before);
            expect(machineRuns(stack.beside("app1"))).toBe(false);
        },
        5 * MINUTE,
    );

    test(
        "goes back to one machine, where visitors wait, or are refused, while the database lets in that one alone already",
        async () => {
            stack.configure({ applications: undefined });
            const seen = await seenDuring("back to one machine", eoxserver.visits, () => stack.run("up"));
            expect(Math.max(seen.page.away, seen.capabilities.away)).toBeLessThan(60);
            expect(["app1", "app2"].map((machine) => machineRuns(stack.beside(machine)))).toEqual([false, false]);
            await eoxserver.logIn();
        },
        5 * MINUTE,
    );
});
