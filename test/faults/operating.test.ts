import { rmSync } from "node:fs";
import { get } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { expectUnchanged } from "../e2e/checks";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { note } from "./faults";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

const MINUTE = 60_000;

describe("a backup that does not fit or does not come up, a state that is lost, passwords and keys that are to be others", () => {
    const stack = new TestStack("operating");
    let outputs: Outputs;

    beforeAll(async () => {
        stack.configure({
            ...SMALL.eoxserver,
            backup: { repository: { mode: "directory", path: "/srv/backups" } },
        });
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
    }, 15 * MINUTE);

    afterAll(() => stack.remove());

    test(
        "a restored copy that does not come up goes again, and what was there before answers",
        async () => {
            const rename = (from: string, to: string) =>
                stack.ssh(
                    `cd / && runuser -u postgres -- psql -q -d eoxs_instance00 -c 'alter table ${from} rename to ${to}'`,
                );
            const tables = () =>
                stack.ssh(
                    `cd / && runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c "select string_agg(tablename, ' ' order by tablename) from pg_tables"`,
                );
            // Django takes a database without its list of migrations for an empty one, and cannot make tables that are there.
            await rename("django_migrations", "mislaid");
            await stack.run("backup");
            await rename("mislaid", "django_migrations");
            const before = await tables();

            const { status, stderr, seconds } = await stack.attempt("restore");
            expect(status).toBe(1);
            expect(stderr).toContain("is as it was before, since it did not come up with the restored data");
            expect(await tables()).toBe(before);
            expect(await stack.ssh("ls -A /data")).not.toContain(".restore");
            const { rows } = await stack.verify();
            expect(rows.filter(({ ok }) => ok === false)).toEqual([]);
            note(
                "EOxServer",
                "a restored backup does not come up",
                `what was there before is back after ${seconds.toFixed(0)} s in all, status 1, with the cause; every row of \`verify\` is met`,
            );
        },
        10 * MINUTE,
    );

    test(
        "where there is no room, neither a backup nor a restore is begun",
        async () => {
            await stack.ssh(
                "fallocate --length $(($(df --output=avail --block-size=1 /data | tail -n 1) - 1048576)) /data/filler",
            );
            const backup = await stack.attempt("backup");
            const restore = await stack.attempt("restore");
            await stack.ssh("rm /data/filler");
            expect(backup).toMatchObject({ status: 1, stderr: expect.stringContaining("no room for dumps") as string });
            expect(restore).toMatchObject({
                status: 1,
                stderr: expect.stringContaining("no room for a second copy") as string,
            });
            await stack.run("backup");
            const { rows } = await stack.verify();
            expect(rows.filter(({ ok }) => ok === false)).toEqual([]);
            note(
                "EOxServer",
                "no room on /data for a backup, or a restore",
                "both say so with what is needed and what is free, and change nothing",
            );
        },
        5 * MINUTE,
    );

    test.each([
        ["database-password", "/etc/eoxserver/instance00/database-password"],
        ["certificate", "/etc/ssl/certs/science-stacks.pem"],
        ["ssh-key", "/root/.ssh/authorized_keys"],
        ["host-key", "/etc/ssh/ssh_host_ed25519_key.pub"],
    ])(
        "%s: another one, by one command, with an answer again within seconds",
        async (kind, file) => {
            const before = await stack.ssh(`cat ${file}`);
            const watch = watchOver(outputs);
            const { status, stdout, stderr, seconds } = await stack.attempt("rotate", kind);
            const away = await watch.end();
            expect({ status, stdout: status === 0 ? "" : stdout, stderr: status === 0 ? "" : stderr }).toEqual({
                status: 0,
                stdout: "",
                stderr: "",
            });
            expect(await stack.ssh(`cat ${file}`)).not.toBe(before);
            expect(away).toBeLessThan(30);
            outputs = await stack.outputs<Outputs>();
            const report = await stack.verify();
            expect(report.rows.filter(({ ok }) => ok === false)).toEqual([]);
            note(
                "EOxServer",
                `\`npm run rotate\` ${kind}`,
                `done in ${seconds.toFixed(0)} s; requests failed for ${away.toFixed(1)} s at most; every row of verify is met`,
            );
        },
        10 * MINUTE,
    );

    test(
        "a state that is lost is found on the machine: nothing is installed anew, and no password changes",
        async () => {
            rmSync(stack.stateFile);
            rmSync(`${stack.stateFile}.bak`, { force: true });
            expect((await stack.attempt("verify")).stderr).toContain("has not been made yet");
            await stack.run("adopt");
            expect(await stack.outputs()).toEqual(outputs);
            await expectUnchanged(stack, "eoxserver@instance00 apache2 postgresql@15-main");
            expect((await stack.attempt("adopt")).stderr).toContain("has a state, so there is nothing to adopt");
            note(
                "EOxServer",
                "the state is lost, its copy too",
                "`npm run adopt` finds the copy on the machine; `up` then changes nothing, and passwords are the same",
            );
        },
        5 * MINUTE,
    );

    test(
        "what cannot be rotated is refused, and nothing is changed",
        async () => {
            const { status, stderr } = await stack.attempt("rotate", "cache-password");
            expect({ status, stderr }).toEqual({
                status: 1,
                stderr: expect.stringContaining("it has no Redis of its own") as string,
            });
        },
        MINUTE,
    );
});

/** Asks for a page again and again; tells the longest time without an answer, in seconds. */
function watchOver(outputs: Outputs): { end(): Promise<number> } {
    const { url } = outputs.instances["instance00"]!;
    let longest = 0;
    let last = Date.now();
    let running = true;
    const asking = (async () => {
        while (running) {
            const status = await statusOf(url);
            if (status === 200) {
                longest = Math.max(longest, Date.now() - last);
                last = Date.now();
            }
            await sleep(200);
        }
        longest = Math.max(longest, Date.now() - last);
    })();
    return {
        end: async () => {
            running = false;
            await asking;
            return longest / 1000;
        },
    };
}

/** The status of a page, whatever the certificate: which one it is, `verify` looks at. 0 where nothing answers in two seconds. */
function statusOf(url: string): Promise<number> {
    return new Promise((resolve) => {
        const request = get(url, { rejectUnauthorized: false, agent: false, timeout: 2000 }, (response) => {
            response.resume();
            response.on("end", () => resolve(response.statusCode ?? 0));
            response.on("error", () => resolve(0));
        });
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(0));
    });
}
