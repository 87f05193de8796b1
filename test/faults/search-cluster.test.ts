import { setTimeout as sleep } from "node:timers/promises";
import { CLOUD } from "../../components/search-cluster/member-files";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { expectAllRowsOk, expectDestroyed, expectUnchanged } from "../e2e/checks";
import { powerCut } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { seenDuring } from "../e2e/visitors";
import { cutOffFrom, JOIN_AGAIN } from "./cut-off";
import { dcorApi, makeDataset } from "./dataset";
import { NOT_HERE, OWN, ROWS, SEARCH_MEMBERS as MEMBERS } from "./dcor-machines";
import { editedDuring } from "./editor";
import { connect, type Reached } from "./reached";
import { MINUTE } from "./tried";

/** What a request waits for at most while the members agree who leads. */
const MOST_SECONDS = 58;

describe("DCOR with its Solr on three machines", () => {
    const stack = new TestStack("solr-cluster");
    let reached: Reached<"dcor">;

    const at = (path: string) => ({ web: reached.web, url: new URL(path, reached.outputs.url).href });
    const asked = (member: string, command: string) => stack.sshOn(member, `. ${CLOUD}; ${command}`);
    /** How many documents each member has. */
    const documents = () =>
        Promise.all(
            MEMBERS.map((each) =>
                asked(each, "asked 'ckan/select?q=*:*&rows=0&distrib=false' | grep -o 'numFound\":[0-9]*'"),
            ),
        );
    const leader = async (by: string) => {
        const [line = ""] = (await asked(by, "replicas ckan | sed -n '/ leader$/p'")).split("\n");
        const [, address] = line.split(" ");
        const members = Object.entries(reached.outputs.searchMembers!);
        return members.find(([, machine]) => machine.address === address)?.[0];
    };
    const found = async (prefix: string) => {
        const { results } = await dcorApi(reached).action<{ results: { name: string }[] }>("package_search", {
            ...{ fq: `name:${prefix}-*`, include_private: true, include_drafts: true, rows: 1000 },
        });
        return results.map(({ name }) => name);
    };
    /** Every row of `verify` is met, once the member that comes back has what the others have. */
    const expectWhole = async (by = "search1") => {
        await asked(
            by,
            'for try in $(seq 90); do [ "$(replicas ckan | grep -c \' active \')" = 3 ] && health && [ -n "$(zookeeper_mode)" ] && exit 0; sleep 1; done; exit 1',
        );
        return expectAllRowsOk(stack, NOT_HERE, ROWS);
    };

    /** What visitors who search saw, and somebody who makes datasets, during something: each of his is found afterwards. */
    async function edited(what: string, prefix: string, work: () => Promise<unknown>): Promise<void> {
        const visits = { search: at("api/3/action/package_search?q=kept"), page: at("dataset/?q=kept") };
        const seen = await editedDuring(what, { api: dcorApi(reached), circle: "kept", prefix }, () =>
            seenDuring(what, visits, work),
        );
        const there = await found(prefix);
        const lost = seen.datasets.filter((name) => !there.includes(name));
        process.stderr.write(`  ${what}: of ${seen.datasets.length} datasets ${lost.length} not found\n`);
        expect([seen.missing, lost]).toEqual([[], []]);
        expect(seen.longestSeconds).toBeLessThan(MOST_SECONDS);
    }

    beforeAll(async () => {
        const machines = Object.fromEntries(MEMBERS.map((name) => [name, OWN]));
        stack.configure({ ...SMALL.dcor, solr: { heapMiB: 256, machines } });
        await stack.run("up");
        reached = connect(await stack.outputs<Extract<AnyOutputs, { product: "dcor" }>>());
        await makeDataset(reached, "kept", "public");
    }, 30 * MINUTE);

    afterAll(async () => {
        await reached?.close();
        stack.remove();
    }, 5 * MINUTE);

    test(
        "every requirement is met, of all machines; another up changes nothing",
        async () => {
            const { rows } = await expectWhole();
            expect(rows.find(({ id }) => id === "X12")?.detail).toMatch(/Solr's index is on .*, the same on each/);
            await expectUnchanged(stack, "supervisor nginx haproxy", "supervisorctl pid all");
        },
        10 * MINUTE,
    );

    test.each(MEMBERS)(
        "%s loses its power: the others are searched and written to, and nothing that was acknowledged is missing",
        async (lost) => {
            const was = (await leader(lost)) === lost ? "which leads" : "which follows";
            await edited(`${lost}, ${was}, loses its power`, `power-${lost}`, async () => {
                await sleep(5000);
                powerCut(stack.beside(lost));
                await sleep(25_000);
            });
            await stack.run("up");
            await expectWhole(lost);
            expect(new Set(await documents()).size).toBe(1);
        },
        15 * MINUTE,
    );

    test(
        "one that leads is cut off from the others: another one leads, and it has what they have when it is back",
        async () => {
            const cut = (await leader("search1"))!;
            const others = Object.entries(reached.outputs.searchMembers!).filter(([name]) => name !== cut);
            const own = reached.outputs.searchMembers![cut]!;
            await edited(`${cut}, which leads, is cut off from the others`, "cut", async () => {
                await stack.sshOn(cut, cutOffFrom(others.map(([, { address }]) => address)));
                await sleep(30_000);
                expect(await leader(others[0]![0])).not.toBe(cut);
                const written = `curl --silent --max-time 60 --output /dev/null --write-out '%{http_code}' -H 'Content-Type: application/json' "$url/ckan/update?commit=true" -d '[{"index_id": "split", "id": "split", "site_id": "split"}]'`;
                expect(await asked(cut, written)).toMatch(/^[45]\d\d/);
                await stack.sshOn(cut, JOIN_AGAIN);
            });
            await stack.run("up");
            await expectWhole(cut);
            expect(
                await asked(cut, `asked 'ckan/select?q=site_id:split&rows=0' | grep -o 'numFound":[0-9]*'`),
            ).toContain(":0");
            expect(own.name).toBe(stack.beside(cut));
        },
        15 * MINUTE,
    );

    test(
        "what a member had is lost: `up --repair` makes its replica anew, and searches go on",
        async () => {
            await edited("search2 loses what it had", "lost", async () => {
                await stack.sshOn(
                    "search2",
                    "systemctl stop solr zookeeper; find /data/solr /data/zookeeper -mindepth 1 -delete",
                );
                await stack.run("up", "--repair");
            });
            await expectWhole();
            expect(new Set(await documents()).size).toBe(1);
        },
        15 * MINUTE,
    );

    test(
        "another password is taken up by all members and CKAN",
        async () => {
            await stack.run("rotate", "search-password");
            await makeDataset(reached, "rotated", "private");
            await expectWhole();
        },
        15 * MINUTE,
    );

    test(
        "destroy leaves nothing",
        async () => {
            await expectDestroyed(stack, NETWORK);
        },
        5 * MINUTE,
    );
});
