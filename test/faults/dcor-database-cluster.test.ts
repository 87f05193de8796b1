import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { expectDestroyed, expectUnchanged } from "../e2e/checks";
import { ClusterStack, DCOR, MEMBERS, MOST_SECONDS, otherThan, psql } from "../e2e/cluster-stack";
import { powerCut } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { seenDuring } from "../e2e/visitors";
import { dcorApi, makeDataset, type Made } from "./dataset";
import { editedDuring, type Edited } from "./editor";
import { connect, type Reached } from "./reached";
import { MINUTE } from "./tried";
import { expectMaintenanceAlone, upWatched, VERSIONS } from "./upgrade";

const { before: BEFORE, now: NOW } = VERSIONS.dcor;
const ofVersion = (version: string) => ({ dcor: { workers: 2, version } });
const sql = (query: string) => psql(query, DCOR.database);
/** All rows of the tables, as one sum; but for the mark of the search index, which a restore builds anew. @param tables options of `pg_dump`. @default all */
const rowsOf = (tables = "") =>
    `cd /; runuser -u postgres -- pg_dump --data-only ${tables} ${DCOR.database} | grep -vE '^(--|SET |SELECT pg_catalog|.(un)?restrict )|science_stacks.search_index' | sort | sha256sum`;
/** The tables of what users make: accounts have when their users were last seen. */
const OF_USERS = ["package*", "resource*", "group*", "member"].map((each) => `-t '${each}'`).join(" ");
/** What is beside those that a cluster begins with, and whose it is. */
const DATABASES = `
    SELECT string_agg(datname || ' ' || pg_get_userbyid(datdba), ',') FROM pg_database
    WHERE NOT datistemplate AND datname <> 'postgres'`;

describe("DCOR with its database on three machines", () => {
    const stack = new ClusterStack("dcor-cluster", DCOR);
    let reached: Reached<"dcor">;
    let kept: Made;

    const at = (path: string) => ({ web: reached.web, url: new URL(path, reached.outputs.url).href });
    const found = async (name: string) => {
        const { results } = await dcorApi(reached).action<{ results: { name: string }[] }>("package_search", {
            ...{ q: `name:${name}`, include_private: true },
        });
        return results.map((each) => each.name);
    };
    /** The dataset that was made at first, its file with it. */
    const expectKept = async () => {
        const back = await dcorApi(reached).download(kept.id, { id: kept.resource, name: "kept.rtdc" });
        expect([back.status, back.body.equals(kept.content)]).toEqual([200, true]);
    };

    /** What visitors saw, and somebody who makes circles and datasets, during something. */
    function edited(what: string, prefix: string, work: () => Promise<unknown>): Promise<Edited> {
        const visits = { home: at(""), dataset: at("dataset/kept"), search: at("api/3/action/package_search?q=kept") };
        return editedDuring(what, { api: dcorApi(reached), circle: "kept", prefix }, () =>
            seenDuring(what, visits, work),
        );
    }

    beforeAll(async () => {
        stack.configureCluster();
        stack.configure(ofVersion(BEFORE));
        await stack.run("up");
        reached = connect(await stack.outputs<Extract<AnyOutputs, { product: "dcor" }>>());
        kept = await makeDataset(reached, "kept", "public");
    }, 30 * MINUTE);

    afterAll(async () => {
        await reached?.close();
        stack.remove();
    }, 5 * MINUTE);

    test(
        "every requirement is met, of all machines; another up changes nothing",
        async () => {
            const detail = await stack.expectWhole(["D03", "X01", "X02", "X03", "X05", "X06", "X10", "X14"]);
            for (const member of MEMBERS) {
                expect(detail("D04")).toContain(`${stack.beside(member)}:/var/lib/postgresql/15/main`);
            }
            expect(detail("X12")).toMatch(/2 standbys streaming by TLS, .* CKAN comes to the one that writes/);
            await expectUnchanged(stack, "supervisor nginx", "supervisorctl pid all");
        },
        15 * MINUTE,
    );

    test(
        "the machine that writes loses its power: another one takes over, what was acknowledged is there, and datasets are processed",
        async () => {
            const lost = await stack.leader();
            const seen = await edited(`${lost}, which writes, loses its power`, "power", async () => {
                await sleep(5000);
                powerCut(stack.beside(lost));
                await sleep(MOST_SECONDS * 1000);
                expect(await stack.leader(otherThan(lost))).not.toBe(lost);
            });
            expect(seen.missing).toEqual([]);
            expect(seen.longestSeconds).toBeLessThan(MOST_SECONDS);
            await makeDataset(reached, "meanwhile", "private");
            expect(await found("meanwhile")).toEqual(["meanwhile"]);
            await expectKept();

            await stack.run("up");
            await stack.untilItStreams(lost);
            expect(await stack.leader(lost)).not.toBe(lost);
            await stack.expectWhole();
        },
        15 * MINUTE,
    );

    test(
        "another password of the database is taken up by CKAN and its workers",
        async () => {
            await edited("another password", "password", () => stack.run("rotate", "database-password"));
            await makeDataset(reached, "rotated", "private");
            await stack.expectWhole();
        },
        20 * MINUTE,
    );

    test(
        "a backup is of whichever writes, and a restore gives all machines each row of it",
        async () => {
            const writes = await stack.leader();
            const before = await stack.sshOn(writes, rowsOf());
            expect(await stack.run("backup")).toMatch(/backup [0-9a-f]{8}: \d+ MiB, 1 databases/);
            await dcorApi(reached).action("organization_create", { name: "later" });
            await stack.sshOn(writes, sql("DROP TABLE package_extra, resource CASCADE"));
            expect(await stack.run("restore")).toContain("and answers");
            expect(await stack.leader()).toBe(writes);
            await Promise.all(
                MEMBERS.map((member) => stack.untilItSays(member, DATABASES, "ckan_default ckan_default\n")),
            );
            for (const member of MEMBERS) {
                expect([member, await stack.sshOn(member, rowsOf())]).toEqual([member, before]);
            }
            expect(await dcorApi(reached).action("organization_list")).not.toContain("later");
            expect(await found("kept")).toEqual(["kept"]);
            await expectKept();
            const detail = await stack.expectWhole();
            expect(detail("X11")).toContain("with 1 database dumps");
        },
        25 * MINUTE,
    );

    test(
        "an upgrade whose migration fails is taken back, with the database; the next one goes through",
        async () => {
            const writes = await stack.leader();
            const known = (await stack.sshOn(writes, sql("SELECT version_num FROM alembic_version"))).trim();
            // A state of the database that no version of CKAN knows.
            await stack.sshOn(writes, sql("UPDATE alembic_version SET version_num = 'from elsewhere'"));
            const before = await stack.sshOn(writes, rowsOf(OF_USERS));
            const { url } = at("api/3/action/status_show");
            const version = async () =>
                (await dcorApi(reached).action<{ ckan_version: string }>("status_show")).ckan_version;

            stack.configure(ofVersion(NOW));
            const { status, stdout, stderr, ...seen } = await upWatched(stack, reached.web, url);
            expect([status === 0, stdout + stderr]).toEqual([
                false,
                expect.stringContaining("what was there before is back and answers"),
            ]);
            expectMaintenanceAlone(seen);
            expect(await version()).toBe(BEFORE);
            await Promise.all(
                MEMBERS.map((member) => stack.untilItSays(member, DATABASES, "ckan_default ckan_default\n")),
            );
            expect(await stack.sshOn(otherThan(writes), rowsOf(OF_USERS))).toBe(before);

            await stack.sshOn(writes, sql(`UPDATE alembic_version SET version_num = '${known}'`));
            const again = await upWatched(stack, reached.web, url);
            expect(again.status).toBe(0);
            process.stderr.write(
                `  an upgrade that fails: away for ${seen.away.toFixed(1)} s; one that goes through: ${again.away.toFixed(1)} s\n`,
            );
            expect(await version()).toBe(NOW);
            await expectKept();
            await stack.expectWhole();
        },
        20 * MINUTE,
    );

    test(
        "destroy leaves nothing of any of them",
        async () => {
            await expectDestroyed(stack, NETWORK);
        },
        10 * MINUTE,
    );
});
