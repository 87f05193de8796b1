import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs } from "../../verify/outputs";
import { conditionOf, powerCut } from "../e2e/host";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { runHostScript } from "../guest/guest";
import { note } from "./faults";
import { FRONTS, type Front } from "./fronts";
import { connect, type Reached } from "./reached";
import { expectWhole } from "./upgrade";
import { Visitor, type Seen } from "./visitor";
import { circles, objects, rows, type Writes } from "./writes";

const MINUTE = 60_000;
const NAME = "DCOR on three machines";

/** How often the database's machine is killed while it is written to. */
const TIMES = Number(process.env.KILLS ?? 100);
/** The machines, and how often each is killed while something is written to what it has. */
const KILLS: {
    what: string;
    machine: (stack: TestStack) => string;
    writes: Writes;
    written: string;
    times: number;
}[] = [
    {
        what: "of the database",
        machine: (stack) => stack.beside("database"),
        writes: rows,
        written: "rows",
        times: TIMES,
    },
    {
        what: "of the object store",
        machine: (stack) => stack.beside("object-store"),
        writes: objects,
        written: "objects",
        times: 10,
    },
    { what: "of DCOR itself", machine: (stack) => stack.name, writes: circles, written: "circles", times: 5 },
];

describe(NAME, () => {
    const stack = new TestStack("kills");
    let outputs: Extract<Outputs, { product: "dcor" }>;
    /** What visitors ask for, by name. */
    let asked: Record<string, string>;

    beforeAll(async () => {
        const own = { machine: { ...SMALL.dcor.machine }, data: { sizeGiB: 2 } };
        stack.configure({ ...SMALL.dcor, postgresql: own, objectStore: { mode: "minio", ...own } });
        await stack.run("up");
        outputs = await stack.outputs<typeof outputs>();
        const front = FRONTS.find(({ name }) => name === "DCOR") as unknown as Front<"dcor">;
        asked = await reach((reached) => front.asked(reached, stack));
    }, 30 * MINUTE);

    afterAll(() => stack.remove());

    /** For one use: the connections of an earlier one may have gone with a machine's power. */
    async function reach<T>(use: (reached: Reached<"dcor">) => Promise<T>): Promise<T> {
        const reached = connect(outputs);
        try {
            return await use(reached);
        } finally {
            await reached.close();
        }
    }

    /** What visitors see while something happens, until all of them are answered again. */
    function visited(happens: () => Promise<void>): Promise<string> {
        return reach(async ({ web }) => {
            const visitors = Object.entries(asked).map(([what, url]) => ({ what, visitor: new Visitor(web, url) }));
            const told = async ({ what, visitor }: (typeof visitors)[number]) =>
                `${what} ${inWords(await visitor.leave())}`;
            try {
                await Promise.all(visitors.map(({ visitor }) => visitor.answered(60)));
                await happens();
                await Promise.all(visitors.map(({ visitor }) => visitor.answered(120)));
            } finally {
                await Promise.all(visitors.map(({ visitor }) => visitor.leave()));
            }
            return (await Promise.all(visitors.map(told))).join("; ");
        });
    }

    describe.each(KILLS)("the machine $what", ({ what, machine, writes, written, times }) => {
        test(
            "loses its power under load, and the next up puts it back in its place",
            async () => {
                let seconds = 0;
                const seen = await visited(async () => {
                    powerCut(machine(stack));
                    await sleep(5000);
                    ({ seconds } = await stack.attempt("up"));
                });
                await expectWhole(stack);
                note(
                    NAME,
                    `the machine ${what} loses its power; \`up\` five seconds later`,
                    `${seen}; \`up\` in ${seconds.toFixed(0)} s; every row of \`verify\` met`,
                );
            },
            15 * MINUTE,
        );

        test(
            `loses its power while ${written} are written: what was acknowledged is there`,
            async () => {
                let all = 0;
                for (let round = 1; round <= times; round++) {
                    const acknowledged = await reach(async (reached) => {
                        const writing = await writes.begin(reached, round);
                        await sleep(Math.random() * 2000);
                        powerCut(machine(stack));
                        return writing.acknowledged;
                    });
                    runHostScript("machine.sh", ["start", machine(stack)]);
                    const missing = await reach((reached) =>
                        onceItAnswers(() => writes.missing(reached, round, acknowledged)),
                    ).catch((cause: unknown) => {
                        throw new Error(conditionOf(machine(stack)), { cause });
                    });
                    expect(missing).toBe(0);
                    all += acknowledged;
                }
                await reach((reached) => writes.forget(reached));
                await stack.run("up");
                await expectWhole(stack);
                note(
                    NAME,
                    `the machine ${what} loses its power ${times} times while ${written} are written`,
                    `${all} were acknowledged, and all of them are there; every row of \`verify\` met`,
                );
            },
            (times + 10) * MINUTE,
        );
    });

    test(
        "the network between DCOR and its database is cut for half a minute",
        async () => {
            const { address } = outputs.machine;
            const seen = await visited(async () => {
                await stack.sshOn(
                    "database",
                    `nft -f - <<<'table inet cut { chain input { type filter hook input priority -300; ip saddr ${address} drop; }; }'`,
                );
                await sleep(30_000);
                await stack.sshOn("database", "nft delete table inet cut");
            });
            await expectWhole(stack);
            note(
                NAME,
                "the network between DCOR and its database is cut for 30 s",
                `${seen}; goes on by itself; every row of \`verify\` met`,
            );
        },
        10 * MINUTE,
    );
});

const inWords = ({ asked, failed, away, slowest, others }: Seen) =>
    failed === 0
        ? `answered each of ${asked} times, after ${slowest.toFixed(1)} s at most`
        : `${failed} of ${asked} requests failed (${[...others].join(", ")}), for ${away.toFixed(1)} s at most`;

/** Tries until it has an answer, for two minutes at most. */
async function onceItAnswers<T>(use: () => Promise<T>): Promise<T> {
    const until = Date.now() + 2 * MINUTE;
    for (;;) {
        try {
            return await use();
        } catch (error) {
            if (Date.now() > until) {
                throw error;
            }
            await sleep(200);
        }
    }
}
