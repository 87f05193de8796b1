import fc from "fast-check";
import { roomFor } from "../../backup/room";
import { choose, databasesFor, filesFor, shown } from "../../backup/snapshots";
import { backupFiles, repositoryAddress, type Repository } from "../../components/guest/backup-files";
import { ADMINISTRATOR_ELSEWHERE, LOCAL_ADMINISTRATOR } from "../../components/guest/postgresql-server";
import { rotated } from "../../rotate";
import { parse, refused, refusedKeys } from "./config-given";

const SFTP: Repository = {
    mode: "sftp",
    host: "backup.example.org",
    port: 2222,
    user: "science",
    hostKey: "ssh-ed25519 AAAA",
    path: "/srv/backups",
};

describe("the backup that a time means", () => {
    const day = (text: string, id: string) => ({ id, time: new Date(text) });
    const all = [
        day("2026-11-19T02:30:00", "aaaaaaaa"),
        day("2026-11-20T02:30:00", "bbbbbbbb"),
        day("2026-11-20T14:00:30", "cccccccc"),
    ];

    test.each([
        [undefined, "cccccccc"],
        ["2026-11-20", "cccccccc"],
        ["2026-11-20 14:00", "cccccccc"],
        ["2026-11-20 14:00:29", "bbbbbbbb"],
        ["2026-11-20T12:00", "bbbbbbbb"],
        ["2026-11-19", "aaaaaaaa"],
        ["bbbbbbbb", "bbbbbbbb"],
    ])("%s is %s", (at, id) => {
        expect(choose(all, at).id).toBe(id);
    });

    test.each([
        ["2026-11-18", /no backup from before 2026-11-18: the oldest is of 2026-11-19 02:30:00/],
        ["yesterday", /no time, and no backup has this identifier/],
        ["2026-13-45", /no time/],
    ])("%s is refused", (at, reason) => {
        expect(() => choose(all, at)).toThrow(reason);
    });

    test("the databases' of another machine are those from before the files, and the files' from after them", () => {
        const files = all[2]!;
        const databases = [day("2026-11-20T13:59:58", "dddddddd"), day("2026-11-20T14:01:00", "eeeeeeee")];
        expect(databasesFor(databases, files).id).toBe("dddddddd");
        expect(databasesFor([...all], files).id).toBe("cccccccc");
        expect(filesFor(all, databases[0]!, "maps-app1").id).toBe("cccccccc");
        expect(() => databasesFor(databases, all[0]!)).toThrow(/no backup of the databases from before .*2026-11-19/);
        expect(() => filesFor(all, databases[1]!, "maps-app1")).toThrow(
            /no backup of the files of maps-app1 from after .*2026-11-20 14:01:00/,
        );
    });

    test("an empty repository is said to be one", () => {
        expect(() => choose([])).toThrow("no backup of this stack");
    });

    test("a time that is shown means the backup that it was shown for", () => {
        const times = fc.uniqueArray(fc.integer({ min: 1.6e9, max: 2e9 }), { minLength: 1 });
        fc.assert(
            fc.property(times, (seconds) => {
                const many = [...seconds]
                    .sort((a, b) => a - b)
                    .map((second) => ({ id: second.toString(16), time: new Date(second * 1000) }));
                return many.every((each) => choose(many, shown(each.time)) === each);
            }),
        );
    });
});

describe("the files of the backups", () => {
    const contents = {
        directories: ["/data/eoxserver"],
        databases: LOCAL_ADMINISTRATOR,
        units: ["eoxserver@instance00.service"],
    };
    const settings = { schedule: "02:30", keep: { daily: 7, weekly: 0, monthly: 1 } };
    const render = (repository: Repository, more = {}) =>
        backupFiles({
            host: "maps",
            product: "eoxserver",
            settings: { ...settings, repository, ...more },
            contents,
        });

    test("restic's address is of the kind that the configuration has", () => {
        expect(repositoryAddress(SFTP)).toBe("sftp:science@backup.example.org:/srv/backups");
        expect(repositoryAddress({ mode: "directory", path: "/mnt/backup" })).toBe("/mnt/backup");
        const s3 = { mode: "s3", url: "https://s3.example.org/", region: "eu-central-1", bucket: "backups" } as const;
        expect(repositoryAddress(s3)).toBe("s3:https://s3.example.org/backups");
    });

    test("the settings say what is kept, and not what is not", () => {
        const { content = "" } = render(SFTP)["/etc/science-stacks/backup/settings"] ?? {};
        expect(content).toContain("keep=(--keep-daily 7 --keep-monthly 1)\n");
        expect(content).toContain(
            "databases=here\nadministrator=postgres\nconnection=(PGHOST=/var/run/postgresql PGPORT=5432 PGDATABASE=postgres)\ndatabases_of=''\n",
        );
    });

    test("databases beside the machine are reached by a file that root alone reads; no password is in the settings", () => {
        const files = backupFiles({
            ...{ host: "maps", product: "eoxserver", settings: { ...settings, repository: SFTP } },
            contents: { ...contents, databases: ADMINISTRATOR_ELSEWHERE },
        });
        expect(files["/etc/science-stacks/backup/settings"]?.content).toContain(
            "databases=elsewhere\nadministrator=root\nconnection=(PGSERVICEFILE=/etc/science-stacks/secrets/postgresql-elsewhere PGSERVICE=postgresql-elsewhere)\n",
        );
    });

    test("a second copy of databases needs their size, and what of it is in PostgreSQL's log besides", () => {
        const GIB = 2 ** 30;
        expect([0, GIB, 100 * GIB].map((bytes) => roomFor(bytes) / GIB)).toEqual([0, 2, 102.5]);
    });

    test("ssh knows the host of the repository, by its key alone, and no other", () => {
        const files = render(SFTP);
        expect(files["/etc/science-stacks/backup/known-hosts"]?.content).toBe("repository ssh-ed25519 AAAA\n");
        expect(files["/etc/science-stacks/backup/ssh"]?.content).toMatch(/Port 2222\n.*StrictHostKeyChecking yes/s);
    });

    test("a directory is mounted before the backup begins; mail is sent only where it is asked for", () => {
        const service = "/etc/systemd/system/stack-backup.service";
        const plain = render({ mode: "directory", path: "/mnt/backup" });
        expect(plain[service]?.content).toContain("RequiresMountsFor=/data /mnt/backup\n");
        expect(plain[service]?.content).not.toContain("OnFailure");
        const mail = { server: "mail.example.org", from: "server@example.org", to: "admin@example.org" };
        const mailing = render(SFTP, { mail });
        expect(mailing[service]?.content).toContain("OnFailure=stack-backup-failed.service\n");
        expect(Object.values(mailing).some(({ content }) => content.includes("--mail-rcpt 'admin@example.org'"))).toBe(
            true,
        );
    });
});

describe("the key backup", () => {
    const directory = { mode: "directory", path: "/mnt/backup" };
    const backup = (more: object) => ({ backup: { repository: directory, ...more } });

    test("needs a repository alone", () => {
        expect(parse(backup({})).backup).toMatchObject({
            schedule: "02:30",
            keep: { daily: 7, weekly: 5, monthly: 12 },
            maximumAgeHours: 36,
        });
    });

    test.each(["02:30", "3:00:00", "Sun 03:00", "Mon..Fri 22:15", "*-*-* 00,12:00:00", "*-*-01 04:00"])(
        "%s is a schedule",
        (schedule) => {
            expect(parse(backup({ schedule })).backup?.schedule).toBe(schedule);
        },
    );

    test.each<[object, string]>([
        [{ repository: { mode: "directory", path: "/data/backups" } }, "backup.repository.path"],
        [{ repository: { mode: "directory", path: "/mnt/../data" } }, "backup.repository.path"],
        [{ repository: { mode: "tape" } }, "backup.repository.mode"],
        [{ repository: { mode: "sftp", host: "a.example.org", user: "b", path: "/c" } }, "backup.repository.hostKey"],
        [{ schedule: "every night" }, "backup.schedule"],
        [{ keep: { daily: 0, weekly: 0, monthly: 0 } }, "backup.keep"],
        [{ maximumAgeHours: 0 }, "backup.maximumAgeHours"],
    ])("%j is refused by its key", (more, key) => {
        expect(refusedKeys(backup(more), ["backup"])).toContain(key);
    });

    test("a password in plain text is refused, and not shown", () => {
        const { message } = refused(backup({ password: "plainly" }));
        expect(message).toContain("backup.password");
        expect(message).not.toContain("plainly");
    });
});

describe("what can be made anew", () => {
    const resource = (type: string, name: string) => ({ urn: `urn:pulumi:a::b::${type}::${name}`, type, custom: true });
    const deployment = {
        resources: [
            resource("random:index/randomPassword:RandomPassword", "eoxserver-instance00-database-password"),
            resource("random:index/randomPassword:RandomPassword", "eoxserver-instance00-admin-password"),
            resource("random:index/randomPassword:RandomPassword", "redis-server-password"),
            ...["machine-login-key", "app1-machine-login-key", "app1-tls-key"].map((name) =>
                resource("tls:index/privateKey:PrivateKey", name),
            ),
        ],
        pendingOperations: [],
    };

    test("is found by its kind", () => {
        expect(rotated(deployment, "maps", "database-password", "local")).toEqual([
            expect.stringMatching(/::eoxserver-instance00-database-password$/),
        ]);
        expect(rotated(deployment, "maps", "cache-password", "aws")).toEqual([
            expect.stringMatching(/::redis-server-password$/),
        ]);
        expect(rotated(deployment, "maps", "ssh-key", "local")).toHaveLength(2);
    });

    test.each([
        [
            "passwords",
            "local",
            /"passwords" cannot be rotated\. Allowed: database-password, cache-password, search-password, certificate/,
        ],
        ["certificate", "local", /maps has no certificate that could be rotated: .*tls\.mode/],
        ["ssh-key", "aws", /on AWS the ssh-key is given to a machine when it is made/],
    ])("%s on %s is refused with the reason", (kind, platform, reason) => {
        expect(() => rotated(deployment, "maps", kind, platform)).toThrow(reason);
    });
});
