import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DCOR_PYTHON } from "../../verify/dcor-api";
import { dcorApi } from "./dataset";
import type { Reached } from "./reached";

/** Writes to a service of DCOR, each of which it acknowledges, or not. */
export interface Writes {
    /** One after the other, until one is not acknowledged. @returns once the first one is, what tells how many were */
    begin(stack: Reached<"dcor">, round: number): Promise<{ acknowledged: Promise<number> }>;
    /** How many of those that were acknowledged are not there, once the service answers. */
    missing(stack: Reached<"dcor">, round: number, acknowledged: number): Promise<number>;
    /** Removes what was written. */
    forget(stack: Reached<"dcor">): Promise<void>;
}

const program = readFileSync(join(__dirname, "write.py"), "utf8");
const command = (...words: (string | number)[]) => `cd /; ${DCOR_PYTHON} ${words.join(" ")}`;

/** From DCOR's machine, with the keys that DCOR has. */
const written = (what: "rows" | "objects"): Writes => ({
    begin: async ({ machine }, round) => {
        const said = await machine.converse(command(what, "write", round));
        said.tell(program);
        said.finish();
        await said.hear<{ begun: true }>();
        const ended = said.hear<{ acknowledged: number }>();
        return { acknowledged: ended.then(({ acknowledged }) => acknowledged) };
    },
    missing: async ({ machine }, round, acknowledged) =>
        Number(await machine.run(command(what, "missing", round, acknowledged), program)),
    forget: async ({ machine }) => {
        await machine.run(command(what, "forget"), program);
    },
});

/** In the database. */
export const rows = written("rows");

/** In the object store. */
export const objects = written("objects");

/** Circles, by DCOR's API: from outside. */
export const circles: Writes = {
    begin: async (stack, round) => {
        const make = (n: number) => dcorApi(stack).action("organization_create", { name: `kept-${round}-${n}` });
        await make(1);
        const others = async () => {
            for (let n = 2; ; n++) {
                try {
                    await make(n);
                } catch {
                    return n - 1;
                }
            }
        };
        return { acknowledged: others() };
    },
    missing: async (stack, round, acknowledged) => {
        const there = new Set(await circlesOf(stack));
        const names = Array.from({ length: acknowledged }, (_, index) => `kept-${round}-${index + 1}`);
        return names.filter((name) => !there.has(name)).length;
    },
    forget: async (stack) => {
        for (const id of (await circlesOf(stack)).filter((name) => name.startsWith("kept-"))) {
            await dcorApi(stack).action("organization_purge", { id });
        }
    },
};

const circlesOf = (stack: Reached<"dcor">) => dcorApi(stack).action<string[]>("organization_list", { limit: 10_000 });
