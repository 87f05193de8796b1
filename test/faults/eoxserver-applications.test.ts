import { EoxserverMachines, OWN } from "../e2e/eoxserver-machines";
import { machineRuns } from "../e2e/host";
import { expectUnseen, seenDuring } from "../e2e/visitors";
import { MINUTE } from "./tried";

describe("EOxServer on two machines of its own", () => {
    const eoxserver = new EoxserverMachines("eox-apps");
    const { stack } = eoxserver;

    beforeAll(async () => {
        await eoxserver.begin({ postgresql: OWN, applications: { app1: OWN, app2: OWN } });
        await eoxserver.logIn();
    }, 15 * MINUTE);

    afterAll(() => eoxserver.remove());

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
