import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readOptions, splitWords } from "../../offline/language-host/options";
import { installedPackages, requiredPackages } from "../../offline/language-host/packages";
import { outcome } from "../../offline/language-host/run";

describe("the options of Node.js in Pulumi.yaml", () => {
    test("nodeargs are split as a shell splits them", () => {
        expect(splitWords(`--import tsx  --title="a b" '--x=$y' a\\ b ""`)).toEqual([
            "--import",
            "tsx",
            "--title=a b",
            "--x=$y",
            "a b",
            "",
        ]);
    });

    test("a quote that is not closed is an error that shows the line", () => {
        expect(() => splitWords("--title='x")).toThrow("--title='x");
    });

    test("without options a program is TypeScript, as in the official host", () => {
        expect(readOptions({})).toEqual({ typescript: true, nodeargs: [], tsconfig: undefined });
    });

    test.each([
        [{ typescript: "no" }, "typescript"],
        [{ nodeargs: ["--a"] }, "nodeargs"],
        [{ tsconfig: 1 }, "tsconfig"],
        [{ packagemanager: "yarn" }, "packagemanager"],
    ])("%j is refused by name", (options, name) => {
        expect(() => readOptions(options)).toThrow(`runtime option ${name}`);
    });
});

describe("the plugins that a program needs", () => {
    let directory: string;
    const lay = (path: string, manifest: object) => {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), JSON.stringify(manifest));
    };
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "packages-"))));
    afterEach(() => rmSync(directory, { recursive: true }));

    test("are those of the packages in package.json, and of what those depend on", () => {
        lay("package.json", { dependencies: { "@pulumi/tls": "1", components: "1", missing: "1" } });
        lay("node_modules/@pulumi/tls/package.json", {
            name: "@pulumi/tls",
            version: "5.6.1",
            pulumi: { resource: true, name: "tls" },
        });
        lay("node_modules/components/package.json", { name: "components", dependencies: { "@acme/pulumi-dns": "1" } });
        lay("node_modules/components/node_modules/@acme/pulumi-dns/package.json", {
            name: "@acme/pulumi-dns",
            version: "2.0.0",
            pulumi: { resource: true, name: "dns", version: "1.9.0", server: "https://example.org/plugins" },
        });
        lay("node_modules/not-asked-for/package.json", { name: "x", version: "1.0.0", pulumi: { resource: true } });
        mkdirSync(join(directory, "stacks"));

        expect(requiredPackages(join(directory, "stacks"))).toEqual([
            { name: "dns", version: "v1.9.0", server: "https://example.org/plugins" },
            { name: "tls", version: "v5.6.1", server: "" },
        ]);
    });

    test("are found though packages depend on each other in a circle", () => {
        lay("package.json", { dependencies: { a: "1" } });
        lay("node_modules/a/package.json", { name: "a", version: "1.0.0", dependencies: { b: "1" } });
        lay("node_modules/b/package.json", { name: "b", version: "1.0.0", dependencies: { a: "1" } });
        const names = installedPackages(directory, { transitive: true }).map(({ manifest }) => manifest.name);
        expect(names).toEqual(["a", "b"]);
    });

    test("are those of this project: the versions that package.json pins", () => {
        const versions = Object.fromEntries(
            requiredPackages(process.cwd()).map(({ name, version }) => [name, version]),
        );
        expect(versions).toMatchObject({ command: "v1.2.1", random: "v4.21.2", tls: "v5.6.1", aws: "v7.48.0" });
    });
});

describe("how a program ended", () => {
    test.each([
        [0, null, { error: "", bail: false }],
        [32, null, { error: "", bail: true }],
        [3, null, { error: "Program exited with non-zero exit code: 3", bail: false }],
        [null, "SIGKILL", { error: "Program was ended by the signal SIGKILL", bail: false }],
    ])("status %s, signal %s", (code, signal, expected) => {
        expect(outcome(code, signal)).toEqual(expected);
    });
});
