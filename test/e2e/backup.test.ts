import { coverageDifference, makeFixture } from "../../verify/geotiff";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { getCoverage } from "../../verify/ows";
import { Web } from "../../verify/web";
import { Guest } from "../guest/guest";
import { expectAllRowsOk, expectRefused } from "./checks";
import { powerCut } from "./host";
import { NETWORK } from "./network";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

const ROWS = 30;

describe("backups of EOxServer on another host, by SFTP", () => {
    const stack = new TestStack("backup");
    let store: Guest;
    let outputs: Outputs;
    let web: Web;

    beforeAll(() => {
        store = Guest.create("store", { network: NETWORK });
    });

    afterAll(() => {
        web?.close();
        stack.remove();
        store?.destroy();
    });

    test("a repository that cannot be one is refused with the key and the reason, and nothing is touched", async () => {
        stack.configure({
            ...SMALL.eoxserver,
            backup: {
                repository: { mode: "directory", path: "/data/backups" },
                schedule: "every night",
                keep: { daily: 0, weekly: 0, monthly: 0 },
            },
        });
        await expectRefused(stack, "10.255.255.0/24", ["backup.repository.path", "backup.schedule", "backup.keep"]);
    });

    test("are made by the first up, on a timer, and on request; verify says so", async () => {
        stack.configure({
            backup: {
                repository: {
                    mode: "sftp",
                    host: store.address,
                    hostKey: store.connection.hostKey,
                    user: "root",
                    path: "/srv/backups",
                },
            },
        });
        await stack.setSecret("backup.repository.privateKey", store.connection.privateKey);
        await up();
        await stack.ssh(
            `eoxsi00 coveragetype create RGB8 ${["red", "green", "blue"]
                .map((name) => `--field-type ${name} ${name} urn:${name} 1 0`)
                .join(" ")}`,
        );
        await register("first", 0);
        const said = await stack.run("backup");
        expect(said).toMatch(/backup [0-9a-f]{8}: \d+ MiB, 1 databases/);

        const report = await expectAllRowsOk(stack, ["E15"], ROWS);
        const row = report.rows.find(({ id }) => id === "X11");
        expect(row).toMatchObject({
            ok: true,
            detail: expect.stringContaining("read back byte by byte") as string,
        });
        // Whoever has the repository cannot read it.
        const readable = store.exec("grep -rl -e scene -e eoxserver /srv/backups").stdout;
        expect(readable).toBe("");
    });

    test("what was lost is there again: rows of the database, files of the instance and pictures, each as it was", async () => {
        const before = await fingerprint();
        await stack.ssh("sleep 1");
        await register("second", 10);
        await stack.ssh(`
                cd / && runuser -u postgres -- psql -q -d eoxs_instance00 -c 'drop table coverages_eoobject cascade'
                rm -r /srv/eodata/first /srv/eoxserver/instance00/instance00
            `);
        expect((await stack.attempt("verify", "--json")).status).toBe(1);

        for (const [at, reason] of [
            ["yesterday", "no time, and no backup has this identifier"],
            ["2001-01-01", "no backup from before 2001-01-01"],
        ] as const) {
            const { status, stderr } = await stack.attempt("restore", "--at", at);
            expect({ status, said: stderr }).toEqual({
                status: 1,
                said: expect.stringContaining(reason) as string,
            });
        }
        const backups = (await stack.run("restore", "--list")).trim().split("\n");
        expect(backups).toHaveLength(2);

        const said = await stack.run("restore");
        expect(said).toContain(`${stack.name} has the data of ${backups[1]!.slice(0, 19)}`);
        expect(await fingerprint()).toBe(before);
        await expectPicture("first", 0);
        await expectAllRowsOk(stack, ["E15"], ROWS);
    });

    test("a restore that loses its power while data are exchanged is finished by the next one", async () => {
        const before = await fingerprint();
        await stack.ssh("rm -r /srv/eodata/first");
        // Stops where the databases have been exchanged, and the directories have not.
        await stack.ssh(
            `printf '#!/bin/sh\nif [ "$1" = -T ]; then touch /run/exchanging; sleep 600; fi\nexec /usr/bin/mv "$@"\n' >/usr/local/sbin/mv; chmod 755 /usr/local/sbin/mv`,
        );
        const restore = stack.attempt("restore");
        await stack.ssh(
            "timeout 240 sh -c 'until [ -e /run/exchanging ]; do sleep 0.2; done'; rm /usr/local/sbin/mv; sync",
        );
        powerCut(stack.name);
        expect((await restore).status).not.toBe(0);

        expect(await stack.run("restore")).toContain("and answers");
        expect(await fingerprint()).toBe(before);
        await expectPicture("first", 0);
    });

    test("machine, volume and passwords lost: a new stack has all the data again", async () => {
        const before = await fingerprint();
        const lost = outputs;
        await stack.run("destroy");
        await up();
        expect(outputs.adminPasswords).not.toEqual(lost.adminPasswords);
        expect(outputs.backup).toEqual(lost.backup);
        await stack.run("restore");
        expect(await fingerprint()).toBe(before);
        await expectPicture("first", 0);
        // The administrator logs in with the new password, the database's user with its own: E06, E08, E13.
        await expectAllRowsOk(stack, ["E15"], ROWS);
    });

    test("a backup that fails is seen: its command, the unit and verify say why", async () => {
        store.run("mv /srv/backups /srv/gone");
        const { status, stderr } = await stack.attempt("backup");
        expect({ status, said: stderr }).toEqual({ status: 1, said: expect.stringContaining("error:") as string });
        const { stdout } = await stack.attempt("verify", "--json");
        const { rows } = JSON.parse(stdout) as { rows: { id: string; ok: boolean | null; detail: string }[] };
        expect(rows.find(({ id }) => id === "X11")).toMatchObject({ ok: false });
        store.run("mv /srv/gone /srv/backups");
        await stack.run("backup");
        await expectAllRowsOk(stack, ["E15"], ROWS);
    });

    test("a backup waits while another one has the repository for itself, and not for one that was killed", async () => {
        // What reads so slowly that it does not end by itself stands for another machine's that removes old backups.
        const held = stack.ssh(
            "timeout --foreground --signal=KILL 25 backup-restic --limit-download 1 check --read-data >/dev/null 2>&1 || [ $? = 137 ]",
        );
        await stack.ssh("until backup-restic --no-lock list locks | grep -q .; do sleep 0.2; done");
        expect(await stack.run("backup")).toContain("the repository is in order");
        await held;
        expect(await stack.ssh("journalctl --unit stack-backup")).toContain("in use by another machine");
    });

    async function up(): Promise<void> {
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        web?.close();
        web = new Web(outputs.certificate);
    }

    /** A picture in a directory of its own, registered as a coverage of that name. */
    async function register(name: string, variant: number): Promise<void> {
        const path = `/srv/eodata/${name}`;
        await stack.ssh(`
            set -e
            install -d -o eodata -g www-data ${path}
            echo ${makeFixture(variant).toString("base64")} | base64 --decode >${path}/scene.tif
            chown eodata:www-data ${path}/scene.tif
            eoxsi00 coverage register --identifier ${name} --type RGB8 --data ${path}/scene.tif --footprint-from-extent \
                --begin-time 2026-06-01T10:00:00Z --end-time 2026-06-01T10:00:00Z
        `);
    }

    async function expectPicture(name: string, variant: number): Promise<void> {
        const { ows } = outputs.instances["instance00"]!;
        expect(await coverageDifference((await web.get(getCoverage(ows, name))).body, variant)).toBeUndefined();
    }

    /** What the instance is: its files with their owners and contents, but for the mark of the administrator's password, and its objects. */
    async function fingerprint(): Promise<string> {
        return stack.ssh(`
            set -eo pipefail
            cd /data
            find eoxserver eodata -type f ! -path '*/logs/*' ! -name '*.pyc' ! -name password-of-admin -printf '%p %u:%g %m\\n' | sort
            find eoxserver eodata -type f ! -path '*/logs/*' ! -name '*.pyc' ! -name password-of-admin -print0 | sort -z | xargs -0 sha256sum
            cd / && runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c "select count(*), md5(string_agg(t::text, ',' order by id)) from coverages_eoobject t"
        `);
    }
});
