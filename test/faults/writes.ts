import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DCOR_PYTHON } from "../../verify/dcor-api";
import { dcorApi } from "./dataset";
import type { Reached } from "./reached";

/** Writes to a service of DCOR, each of which it acknowledges, or not. */
export interface Writes {
    /** One after the other, until one is not acknowledged. @returns how many were */
    begin(stack: Reached<"dcor">, round: number): Promise<number>;
    /** How many of those that were acknowledged are not there, once the service answers. */
    missing(stack: Reached<"dcor">, round: number, acknowledged: number): Promise<number>;
    /** Removes what was written. */
    forget(stack: Reached<"dcor">): Promise<void>;
}

const program = readFileSync(join(__dirname, "write.py"), "utf8");
const run = async ({ machine }: Reached<"dcor">, ...words: (string | number)[]) =>
    Number(await machine.run(`cd /; ${DCOR_PYTHON} ${words.join(" ")}`, program));

/** From DCOR's machine, with the keys that DCOR has. */
const written = (what: "rows" | "objects"): Writes => ({
    begin: (stack, round) => run(stack, what, "write", round),
    missing: (stack, round, acknowledged) => run(stack, what, "missing", round, acknowledged),
    forget: async (stack) => {
        await run(stack, what, "forget");
    },
});

/** In the database. */
export const rows = written("rows");

/** In the object store. */
export const objects = written("objects");

/** Circles, by DCOR's API: from outside. */
export const circles: Writes = {
    begin: async (stack, round) => {
        let acknowledged = 0;
        for (;;) {
            try {
                await dcorApi(stack).action("organization_create", { name: `kept-${round}-${acknowledged + 1}` });
            } catch {
                return acknowledged;
            }
            acknowledged++;
        }
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
