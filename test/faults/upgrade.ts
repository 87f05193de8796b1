import type { Web } from "../../verify/web";
import type { Ended, TestStack } from "../e2e/test-stack";
import { Visitor, type Seen } from "./visitor";

/** What upgrades are tried from, and to. */
export const VERSIONS = {
    /** The last version with Django 3.2. */
    eoxserver: { before: "1.5.0", now: "1.5.5" },
    /** The last version with Django 4.2 and pickled sessions. */
    omeroWeb: { before: "5.29.3", now: "5.33.2" },
    dcor: { before: "2.11.3", now: "2.11.6" },
};

/** An `up`, and what visitors see of it meanwhile. */
export async function upWatched(stack: TestStack, web: Web, url: string): Promise<Ended & Seen> {
    const visitor = new Visitor(web, url);
    const ended = await stack.attempt("up");
    return { ...ended, ...(await visitor.leave()) };
}

/** Nobody saw an error: the page of maintenance, which says when to come again, and nothing else. */
export function expectMaintenanceAlone({ others, maintenance, away }: Seen): void {
    expect([...others]).toEqual([503]);
    expect(maintenance).toMatchObject({
        "retry-after": "60",
        "content-type": expect.stringMatching("text/html") as string,
    });
    expect(away).toBeLessThan(120);
}

/**
 * Every row of `verify` that can be met is.
 * @param unmet those that a product of this version cannot meet, and does not
 */
export async function expectWhole(stack: TestStack, unmet: string[] = []): Promise<void> {
    const { rows } = await stack.verify();
    const failed = rows.filter(({ ok }) => ok === false);
    expect(failed.filter(({ id }) => !unmet.includes(id))).toEqual([]);
    expect(failed.map(({ id }) => id)).toEqual(unmet);
}
