import { setTimeout as sleep } from "node:timers/promises";
import type { Web } from "../../verify/web";
import { Visitor, type Seen } from "../faults/visitor";

/** The page that each of some visitors asks for, by name, and how he reaches it. */
export type Visits<Name extends string> = Record<Name, { web: Web; url: string }>;

/** What visitors saw during something, and for seconds after it. */
export async function seenDuring<Name extends string>(
    what: string,
    visits: Visits<Name>,
    work: () => Promise<unknown>,
): Promise<Record<Name, Seen>> {
    const visitors = (Object.keys(visits) as Name[]).map((name) => ({
        name,
        visitor: new Visitor(visits[name].web, visits[name].url),
    }));
    const during = async () => {
        await sleep(1000);
        await work();
        await sleep(3000);
    };
    const leave = () => Promise.all(visitors.map(async ({ name, visitor }) => [name, await visitor.leave()] as const));
    // They go, too, where it fails.
    await during().finally(leave);
    const seen = await leave();
    for (const [name, { asked, failed, others, away, slowest }] of seen) {
        process.stderr.write(
            `  ${what}, ${name}: of ${asked} requests ${failed} failed (${[...others].join(", ")}), ` +
                `away for ${away.toFixed(1)} s at most, the slowest took ${slowest.toFixed(1)} s\n`,
        );
    }
    return Object.fromEntries(seen) as Record<Name, Seen>;
}

/** None of them saw anything of it. */
export async function expectUnseen<Name extends string>(
    what: string,
    visits: Visits<Name>,
    work: () => Promise<unknown>,
): Promise<void> {
    const seen = Object.values<Seen>(await seenDuring(what, visits, work));
    expect(seen.filter(({ failed }) => failed > 0)).toEqual([]);
}
