import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ephemeralConfiguration, keysOf, withSnapshot } from "../../ephemeral/configuration";
import { ephemeralName, expiryOf, ttlOf } from "../../ephemeral/name";

test("the name of an ephemeral stack says when its time is over, and can name a machine", () => {
    const expires = new Date("2026-11-21T23:59:00Z");
    const name = ephemeralName("omero-web", expires);
    expect(expiryOf(name)).toEqual(expires);
    expect(name).toMatch(/^[a-z0-9-]{1,57}$/);
    expect(ephemeralName("omero-web", expires)).not.toBe(name);
});

test.each([
    "omero-web-local",
    "ephemeral",
    "ephemeral-omero-web",
    "my-ephemeral-omero-web-20200101-0000-abcd",
    "test-1",
])("a stack that is not ephemeral is never swept: %s", (name) => expect(expiryOf(name)).toBeUndefined());

test("a time to live is a number of minutes, hours or days, and nothing else", () => {
    expect([ttlOf("90m"), ttlOf("4h"), ttlOf("2d")]).toEqual([5_400_000, 14_400_000, 172_800_000]);
    for (const wrong of ["", "4", "h", "0h", "-1h", "4 h", "1w"]) {
        expect(() => ttlOf(wrong)).toThrow("no time to live");
    }
});

test("an ephemeral stack is the other one's, small, elsewhere, and with nothing that outlives it", () => {
    const example = readFileSync(join(__dirname, "..", "..", "stacks", "examples", "omero-web-local.yaml"), "utf8");
    expect((parse(ephemeralConfiguration(example)) as { config: object }).config).toEqual({
        "science-stacks:product": "omero-web",
        "science-stacks:omeroWeb": { workers: 2 },
        "science-stacks:machine": { platform: "local" },
        "science-stacks:data": { sizeGiB: 5, onDestroy: "delete" },
    });
    const other = [
        "encryptionsalt: v1:x",
        "config:",
        "  science-stacks:product: omero-web",
        "  science-stacks:machine: {platform: local, address: 10.77.0.9, network: 10.77.0.0/24}",
        "  science-stacks:data: {sizeGiB: 500, onDestroy: refuse}",
        "  science-stacks:backup: {repository: {mode: directory, path: /srv/backups}}",
        "  science-stacks:omeroWeb: {workers: 30, apps: [figure]}",
    ].join("\n");
    expect(parse(ephemeralConfiguration(other))).toEqual({
        encryptionsalt: "v1:x",
        config: {
            "science-stacks:machine": { platform: "local", network: "10.77.0.0/24" },
            "science-stacks:data": { sizeGiB: 5, onDestroy: "delete" },
            "science-stacks:product": "omero-web",
            "science-stacks:omeroWeb": { workers: 2, apps: ["figure"] },
        },
    });
});

test("a stack that begins with a snapshot is otherwise the same", () => {
    const own =
        "config: { science-stacks:product: omero-web, science-stacks:machine: { platform: local }, aws:region: x }";
    const configuration = ephemeralConfiguration(own);
    const snapshot = "omero-web-0123456789abcdef";
    expect(keysOf(withSnapshot(configuration, snapshot))).toEqual({
        ...keysOf(configuration),
        machine: { platform: "local", snapshot },
    });
    expect(parse(withSnapshot(configuration, snapshot))).toHaveProperty(["config", "aws:region"], "x");
});
