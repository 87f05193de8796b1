import { setTimeout as sleep } from "node:timers/promises";
import { limit } from "../../verify/limit";
import { summary, table } from "../../verify/report";
import { ensure, NotHere, type Result, type Row } from "../../verify/row";
import { runRows } from "../../verify/run";

const row = (id: string, check: Row<string>["check"]): Row<string> => ({ id, title: `Title of ${id}`, check });

const result = (id: string, ok: boolean | null, detail = "seen"): Result => ({ id, ok, detail, seconds: 0.1 });

describe("the rows of verify", () => {
    test("a row is ok with what was seen, FAILED with what is wrong, or null with the reason", async () => {
        const results = await runRows(
            [
                row("A", (context) => Promise.resolve(`seen ${context}`)),
                row("B", async () => {
                    await Promise.resolve();
                    ensure(false, "port 80 is closed");
                    return "";
                }),
                row("C", () => Promise.reject(new NotHere("no security groups here"))),
            ],
            "it",
        );
        expect(results.map(({ id, ok, detail }) => ({ id, ok, detail }))).toEqual([
            { id: "A", ok: true, detail: "seen it" },
            { id: "B", ok: false, detail: "port 80 is closed" },
            { id: "C", ok: null, detail: "no security groups here" },
        ]);
    });

    test("a check that never ends fails after its time, and does not hold up the others", async () => {
        const hanging = row("A", () => new Promise(() => undefined));
        const results = await runRows([hanging, row("B", () => Promise.resolve("seen"))], "", { timeoutSeconds: 0.05 });
        expect(results.map(({ ok }) => ok)).toEqual([false, true]);
        expect(results[0]?.detail).toBe("no result within 0.05 s");
    });

    test("a check that throws something else than a sentence fails all the same", async () => {
        const [failed] = await runRows([row("A", () => Promise.reject(new TypeError("x is undefined")))], "");
        expect(failed).toMatchObject({ ok: false, detail: "x is undefined" });
    });

    test("a check that throws before it has begun fails, and no other with it", async () => {
        const broken = row("A", () => {
            throw new TypeError("x is undefined");
        });
        const results = await runRows([broken, row("B", () => Promise.resolve("seen"))], "");
        expect(results.map(({ ok, detail }) => ({ ok, detail }))).toEqual([
            { ok: false, detail: "x is undefined" },
            { ok: true, detail: "seen" },
        ]);
    });

    test("rows are checked side by side, and reported in their own order", async () => {
        const finished: string[] = [];
        const slow = row("A", () => sleep(40).then(() => "slow"));
        const fast = row("B", () => Promise.resolve("fast"));
        const results = await runRows([slow, fast], "", { onResult: ({ id }) => finished.push(id) });
        expect(finished).toEqual(["B", "A"]);
        expect(results.map(({ id }) => id)).toEqual(["A", "B"]);
    });
});

describe("the table of verify", () => {
    const rows = [result("E01", true), result("E02", false, "port 443 is closed"), result("X11", null, "not yet")];

    test("what failed comes first", () => {
        const text = table(rows, new Map([["E02", "Ports"]]), 100);
        expect(text.split("\n")[0]).toMatch(/^E02 +FAILED +0\.1 +Ports$/);
        expect(text.split("\n")[1]?.trim()).toBe("port 443 is closed");
    });

    test("no line is wider than the terminal", () => {
        const long = result("E01", true, Array(60).fill("word").join(" "));
        const widths = table([long], new Map(), 80)
            .split("\n")
            .map((line) => line.length);
        expect(Math.max(...widths)).toBeLessThanOrEqual(80);
    });

    test("the last line counts the rows and names those that failed", () => {
        expect(summary(rows, 3.21)).toBe("1 of 3 rows ok; not here: X11; FAILED: E02; 3.2 s");
    });
});

test("no more tasks run at once than were allowed, and a failed one makes room", async () => {
    const take = limit(2);
    let running = 0;
    let most = 0;
    const task = (fails: boolean) => async () => {
        most = Math.max(most, ++running);
        await sleep(5);
        running--;
        ensure(!fails, "failed");
    };
    const outcomes = await Promise.allSettled([true, true, false, false, false].map((fails) => take(task(fails))));
    expect(most).toBe(2);
    expect(outcomes.map(({ status }) => status)).toEqual([
        "rejected",
        "rejected",
        "fulfilled",
        "fulfilled",
        "fulfilled",
    ]);
});
