import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Engine } from "./engine-cli";

/** Programs and policy packs run by the real engine through the stand-in of the language host. */

let engine: Engine;
beforeAll(() => (engine = Engine.withOurLanguageHost()));
afterAll(() => engine.remove());

test("a program is told its stack and its configuration, secrets as secrets, and gives its outputs", () => {
    const directory = engine.projectOf({
        "index.js": `
            const pulumi = require("@pulumi/pulumi");
            const config = new pulumi.Config();
            exports.name = [pulumi.getProject(), pulumi.getStack(), pulumi.getOrganization()].join("/");
            exports.plain = config.require("plain");
            exports.secret = config.requireSecret("secret");
            exports.dryRun = pulumi.runtime.isDryRun();
            exports.directory = process.cwd();
        `,
    });
    engine.run(directory, "config", "set", "plain", "a = b");
    engine.run(directory, "config", "set", "--secret", "secret", "hidden");

    expect(engine.up(directory)).toMatchObject({ status: 0 });
    expect(engine.outputs(directory)).toEqual({
        name: `trial/${basename(directory)}/organization`,
        plain: "a = b",
        secret: "hidden",
        dryRun: false,
        directory,
    });
    expect(engine.run(directory, "stack", "output").output).not.toContain("hidden");
    expect(engine.run(directory, "preview").output).toMatch(/dryRun *: false => true/);
});

test("TypeScript runs by itself when the project says nothing, with the compiler settings that it names", () => {
    const directory = engine.projectOf(
        {
            "index.ts": "const value: { a?: number } = {}; export const result = value?.a ?? 'none';",
            "settings.json": JSON.stringify({
                compilerOptions: { noCheck: true, module: "commonjs", moduleResolution: "node" },
            }),
        },
        "{ tsconfig: settings.json }",
    );
    expect(engine.up(directory).output).toContain("1 created");
    expect(engine.outputs(directory)).toEqual({ result: "none" });
});

test("Node.js gets the arguments of nodeargs", () => {
    const directory = engine.projectOf(
        { "index.js": "exports.title = process.title; exports.given = process.execArgv;" },
        `{ typescript: false, nodeargs: "--title='a trial'" }`,
    );
    expect(engine.up(directory)).toMatchObject({ status: 0 });
    expect(engine.outputs(directory)).toEqual({ title: "a trial", given: ["--title=a trial"] });
});

test("what a program prints is shown, and an error that it reports is told once", () => {
    const directory = engine.projectOf({
        "index.js": `
            require(${JSON.stringify(resolve("scripts/host/load-typescript.cjs"))});
            console.log("seen");
            throw new (require("@pulumi/pulumi").RunError)("broken on purpose");
        `,
    });
    const { status, output } = engine.up(directory);
    expect(status).not.toBe(0);
    expect(output).toContain("seen");
    expect(output.match(/error: broken on purpose/g)).not.toBeNull();
    expect(output).not.toContain("non-zero exit code");
});

test("an exception in a program that is loaded as ours is shown at once, with its line in the TypeScript", () => {
    const directory = engine.projectOf({
        "index.js": `
            require(${JSON.stringify(resolve("scripts/host/load-typescript.cjs"))});
            module.exports = require("./program.ts");
        `,
        "program.ts":
            "interface Removed {\n  name: string;\n}\n\nexport function main(value: Removed): never {\n" +
            "  throw new Error(`broken: ${value.name}`);\n}\n\nmain({ name: 'on purpose' });\n",
    });
    const started = Date.now();
    const { status, output } = engine.up(directory);
    expect(status).not.toBe(0);
    expect(output).toContain("broken: on purpose");
    expect(output).toContain("program.ts:6");
    expect(Date.now() - started).toBeLessThan(20_000);
});

test("a program that ends by itself with a status makes the update fail with that status", () => {
    const directory = engine.projectOf({ "index.js": "process.exit(3);" });
    const { status, output } = engine.up(directory);
    expect(status).not.toBe(0);
    expect(output).toContain("Program exited with non-zero exit code: 3");
});

test("a project whose packages are not installed says what to do", () => {
    const directory = engine.projectOf({ "index.js": "" });
    rmSync(join(directory, "node_modules"));
    const { status, output } = engine.up(directory);
    expect(status).not.toBe(0);
    expect(output).toContain("npm ci");
});

test("a policy pack looks at the resources, and a mandatory violation fails the preview", () => {
    const directory = engine.projectOf({
        "index.js": `
            const pulumi = require("@pulumi/pulumi");
            new (class Thing extends pulumi.ComponentResource {
                constructor() { super("trial:index:Thing", "thing"); this.registerOutputs({}); }
            })();
        `,
        "policy/PulumiPolicy.yaml": "runtime: nodejs\nmain: index.js\n",
        "policy/package.json": JSON.stringify({ name: "rules", version: "1.0.0", main: "index.js" }),
        "policy/index.js": `
            const { PolicyPack } = require("@pulumi/policy");
            new PolicyPack("rules", { policies: [{
                name: "no-things",
                description: "There are no things.",
                enforcementLevel: "mandatory",
                validateResource: (resource, report) => {
                    if (resource.type === "trial:index:Thing") { report("a thing was found"); }
                },
            }] });
        `,
    });
    const { status, output } = engine.run(directory, "preview", "--policy-pack", "policy");
    expect(output).toContain("a thing was found");
    expect(output).toContain("no-things");
    expect(status).not.toBe(0);
});

test("`pulumi about` and `pulumi install` know Node.js and npm", () => {
    const directory = engine.projectOf({ "index.js": "" });
    expect(engine.run(directory, "about").output).toContain(process.version);
    rmSync(join(directory, "node_modules"));
    writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "trial", version: "1.0.0" }));
    expect(engine.run(directory, "install")).toMatchObject({ status: 0 });
    expect(readFileSync(join(directory, "package-lock.json"), "utf8")).toContain('"trial"');
});

test("Ctrl-C ends an update, and no process of it is left", async () => {
    const mark = join(engine.place, "waiting");
    const directory = engine.projectOf({
        "index.js": `
            require("fs").writeFileSync(${JSON.stringify(mark)}, String(process.pid));
            module.exports = () => new Promise((resolve) => setTimeout(resolve, 120_000));
        `,
    });
    const child = spawn(engine.cli, ["up", "--yes", "--skip-preview", "--non-interactive"], {
        cwd: directory,
        env: engine.environment(),
        stdio: "ignore",
    });
    const end = new Promise<number | null>((done) => child.once("close", done));
    const program = Number(await until(() => readFileSync(mark, "utf8")));
    child.kill("SIGINT");
    expect(await end).not.toBe(0);
    await until(() => expect(() => process.kill(program, 0)).toThrow());
});

/** Tries until it does not throw, for 20 seconds. */
async function until<T>(attempt: () => T): Promise<T> {
    for (const deadline = Date.now() + 20_000; ;) {
        try {
            const value = attempt();
            if (value !== "") {
                return value;
            }
        } catch (error) {
            if (Date.now() > deadline) {
                throw error;
            }
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
