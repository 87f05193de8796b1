import { spawnSync } from "node:child_process";
import {
    copyFileSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("What V8 has compiled", () => {
    const project = mkdtempSync(join(tmpdir(), "science-stacks-compiled-"));
    const kept = join(project, "node_modules/.cache/science-stacks/compiled");
    const keep = join(project, "scripts/host/keep-compiled.cjs");

    const start = (): string => {
        const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", keep, join(project, "main.js")], {
            encoding: "utf8",
        });
        expect([status, stderr]).toEqual([0, ""]);
        return stdout;
    };
    const pack = (): string => join(kept, readdirSync(kept)[0]!);
    /** Another one whenever it is written. */
    const inode = (): number => statSync(pack()).ino;

    beforeAll(() => {
        mkdirSync(join(project, "scripts/host"), { recursive: true });
        copyFileSync("scripts/host/keep-compiled.cjs", keep);
    });

    afterAll(() => rmSync(project, { recursive: true }));

    beforeEach(() => {
        rmSync(kept, { recursive: true, force: true });
        const files = {
            "main.js":
                '#!/usr/bin/env node\nconst { place } = require("./place");\n' +
                'require("./imports").then(({ name }) => console.log([name, ...place()].join()));\n',
            "place.js":
                'exports.place = () => [__filename, require.resolve("./main.js"), require.main.filename, ' +
                "new Error().stack.match(/place.js:(\\d+)/)[1]];\n",
            "imports.js": 'module.exports = import("./name.mjs");\n',
            "name.mjs": 'export const name = "first";\n',
        };
        Object.entries(files).forEach(([name, content]) => writeFileSync(join(project, name), content));
    });

    test("is kept for the next process with the same main file, which behaves in the same way", () => {
        const [main, place] = [join(project, "main.js"), join(project, "place.js")];
        expect(start()).toBe(`first,${place},${main},${main},1\n`);
        const before = inode();
        expect(start()).toBe(`first,${place},${main},${main},1\n`);
        expect([inode(), readdirSync(kept)]).toEqual([before, [pack().slice(kept.length + 1)]]);
    });

    test("is made anew of a file that has changed, though as many characters as before", () => {
        start();
        const before = inode();
        const path = join(project, "main.js");
        writeFileSync(path, readFileSync(path, "utf8").replace("[name,", "[null,"));
        expect(start()).toMatch(/^,/);
        expect(inode()).not.toBe(before);
    });

    test.each([
        ["cut off", (content: Buffer) => content.subarray(0, content.length / 2)],
        ["empty", () => Buffer.alloc(0)],
        [
            "otherwise in one byte",
            (content: Buffer) => content.fill(content.at(-9)! ^ 1, content.length - 9, content.length - 8),
        ],
    ])("is not believed when it is %s, and made anew", (_, damaged) => {
        start();
        const content = readFileSync(pack());
        writeFileSync(pack(), damaged(Buffer.from(content)));
        expect(start()).toMatch(/^first,/);
        expect(readFileSync(pack()).length).toBe(content.length);
    });
});
