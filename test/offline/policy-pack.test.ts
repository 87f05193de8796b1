import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EngineProject } from "./engine-project";

const pack = resolve("policy");

describe("a real preview with the policy pack", () => {
    const home = mkdtempSync(join(tmpdir(), "policy-"));
    const products = readdirSync("stacks/examples").flatMap((file) => /^(.*)-local\.yaml$/.exec(file)?.[1] ?? []);
    const stackOf = (product: string) => `test-policy-${product}-${process.pid}`;

    afterAll(() => {
        rmSync(home, { recursive: true, force: true });
        products.forEach((product) => rmSync(`stacks/Pulumi.${stackOf(product)}.yaml`, { force: true }));
    });

    test.each(products)("finds nothing against a local stack of %s", (product) => {
        const stack = stackOf(product);
        copyFileSync(`stacks/examples/${product}-local.yaml`, `stacks/Pulumi.${stack}.yaml`);
        const { status, stdout, stderr } = spawnSync(
            "bash",
            ["scripts/stack.sh", "preview", stack, "--policy-pack", pack],
            { encoding: "utf8", env: { ...process.env, SCIENCE_STACKS_HOME: home } },
        );
        expect({ status, output: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, output: "" });
        expect(stdout).toMatch(/Policy Packs run/);
        expect(stdout).not.toMatch(/\[mandatory\]/);
    });
});

describe("an up", () => {
    let project: EngineProject;
    beforeAll(() => {
        project = new EngineProject(["command", "random"]);
    });
    afterAll(() => project?.remove());

    const quiet = { logging: "none", addPreviousOutputInEnv: false };
    const command = (args: object) => ({ package: "command/local", class: "Command", args });
    const withPack = () => {
        try {
            return project.pulumi("up", "--yes", "--skip-preview", "--policy-pack", pack);
        } catch (error) {
            return (error as Error).message;
        }
    };

    test("is stopped by a command that prints what it writes, before it has run", () => {
        const witness = join(project.directory, "was-run");
        project.declare({ loud: command({ create: `touch ${witness}` }) });
        expect(withPack()).toMatch(/\[mandatory\][\s\S]*quiet-commands/);
        expect(existsSync(witness)).toBe(false);
    });

    test("fails when a secret that it has made stands in a command's text", () => {
        const password = { package: "random", class: "RandomPassword", args: { length: 20 } };
        project.declare({ password, leaking: command({ ...quiet, create: "true", delete: "${password.result}" }) });
        expect(withPack()).toMatch(/no-generated-secret-in-a-text/);
    });

    test("is let through when it comes by standard input", () => {
        const password = { package: "random", class: "RandomPassword", args: { length: 20 } };
        project.declare({ password, careful: command({ ...quiet, create: "cat", stdin: "${password.result}" }) });
        expect(withPack()).not.toMatch(/mandatory\]/);
    });
});

describe("what a machine is made with", () => {
    let project: EngineProject;
    beforeAll(() => {
        project = new EngineProject([]);
    });
    afterAll(() => project?.remove());

    const stash = (input: string, replacementTrigger: string) => ({
        kept: { package: "pulumi", class: "Stash", args: { input }, options: { replacementTrigger } },
    });
    const kept = () =>
        project.exported().deployment.resources.find(({ type }) => type === "pulumi:index:Stash")?.["outputs"] as {
            output: string;
        };

    test("is kept by the engine while newer values come, and renewed when its trigger changes", () => {
        project.declare(stash("ami-1", "one"));
        project.up();
        project.declare(stash("ami-2", "one"));
        project.up();
        expect(kept().output).toBe("ami-1");
        project.declare(stash("ami-3", "two"));
        project.up();
        expect(kept().output).toBe("ami-3");
    });
});
