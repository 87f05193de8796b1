import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { withSnapshot } from "../../ephemeral/configuration";
import { ephemeralName, expiryOf } from "../../ephemeral/name";
import { configurationOf, endOf, putAside, standingBy, take, takeBack } from "../../ephemeral/standby";

const DAY = 24 * 60 * 60 * 1000;
const stack = ephemeralName("unit", new Date(Date.now() + 7 * DAY));
const snapshot = `unit-${process.pid}`;
const configuration = withSnapshot(
    "config: { science-stacks:product: omero-web, science-stacks:machine: { platform: local } }",
    snapshot,
);

beforeEach(() => {
    writeFileSync(configurationOf(stack), configuration);
    putAside(stack);
});
afterEach(() => {
    takeBack(stack);
    rmSync(configurationOf(stack), { force: true });
});

test("a stack that stands by is taken once, as it is, and its time is over when its taker's is", () => {
    const until = new Date(Date.now() + DAY / 24);
    expect(existsSync(configurationOf(stack))).toBe(false);
    expect(standingBy()).toContainEqual({ stack, snapshot });
    expect(endOf(stack)).toEqual(expiryOf(stack));

    expect([take(snapshot, until), take(snapshot, until)]).toEqual([stack, undefined]);
    expect(readFileSync(configurationOf(stack), "utf8")).toContain(configuration);
    expect(endOf(stack)).toEqual(until);
});

test("a stack that began with another snapshot is not taken", () => {
    expect(take(`${snapshot}-newer`, new Date())).toBeUndefined();
    expect(standingBy()).toContainEqual({ stack, snapshot });
});

test("a stack that is not ephemeral has no end, whatever its configuration says", () => {
    expect(endOf("omero-web-local")).toBeUndefined();
});
