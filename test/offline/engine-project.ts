import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const repository = resolve(__dirname, "../..");
const version = versionOf("pulumi");

/** A resource of the program: its class in the npm package, its arguments. "${name.output}" is another one's output. */
export interface Declared {
    package: string;
    class: string;
    args: object;
    options?: object;
}

interface Exported {
    deployment: { resources: Record<string, unknown>[] };
}

/**
 * A Pulumi project of its own, in a directory of its own: the real CLI and engine, the stand-ins as they are bundled for
 * users, and a program that makes what a file says.
 */
export class EngineProject {
    readonly directory = mkdtempSync(join(tmpdir(), "engine-"));
    private readonly environment: NodeJS.ProcessEnv;

    /** @param plugins names of the stand-ins, e.g. "random" */
    constructor(plugins: readonly string[]) {
        const home = join(this.directory, "home");
        const bin = join(home, "versions", version, "bin");
        mkdirSync(join(this.directory, "state"), { recursive: true });
        mkdirSync(bin, { recursive: true });
        symlinkSync(installedCli(), join(bin, "pulumi"));
        this.environment = {
            ...process.env,
            PATH: `${bin}:${process.env.PATH}`,
            PULUMI_HOME: home,
            PULUMI_BACKEND_URL: `file://${join(this.directory, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "of this test",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
        };
        const parts = plugins.map((name) => `${name}=${versionOf(`@pulumi/${name}`)}`);
        execFileSync(process.execPath, ["scripts/host/toolchain/bundle.mjs", bin, "language-host", ...parts], {
            cwd: repository,
            env: this.environment,
        });
        this.write(
            "Pulumi.yaml",
            "name: engine\nmain: program.js\nruntime: { name: nodejs, options: { typescript: false } }\n",
        );
        this.write("package.json", "{}");
        symlinkSync(join(repository, "node_modules"), join(this.directory, "node_modules"));
        this.write("program.js", program);
        this.declare({});
        this.pulumi("stack", "init", "test");
    }

    /** What the program makes from now on. */
    declare(resources: Record<string, Declared>): void {
        this.write("resources.json", JSON.stringify(resources));
    }

    /** Runs the CLI. @throws with all its output, when it fails */
    pulumi(...args: string[]): string {
        const command = ["--non-interactive", "--color=never", ...args];
        const options = { cwd: this.directory, env: this.environment, encoding: "utf8", maxBuffer: 1e8 } as const;
        const { status, stdout, stderr } = spawnSync("pulumi", command, options);
        if (status !== 0) {
            throw new Error(`pulumi ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
        }
        return stdout;
    }

    up(): void {
        this.pulumi("up", "--yes", "--skip-preview");
    }

    /** What an `up` would do, by the resources' names: e.g. "create", "same", "replace". */
    preview(): Record<string, string> {
        const { steps } = JSON.parse(this.pulumi("preview", "--json")) as { steps: { op: string; urn: string }[] };
        return Object.fromEntries(steps.map(({ op, urn }) => [urn.split("::").at(-1) ?? "", op]));
    }

    /** The state as its file has it: with secrets encrypted. */
    stateFile(): string {
        return readFileSync(join(this.directory, "state/.pulumi/stacks/engine/test.json"), "utf8");
    }

    /** The deployment with secrets in plain text. */
    exported(): Exported {
        return JSON.parse(this.pulumi("stack", "export", "--show-secrets")) as Exported;
    }

    write(name: string, content: string): void {
        writeFileSync(join(this.directory, name), content);
    }

    remove(): void {
        rmSync(this.directory, { recursive: true, force: true });
    }
}

function installedCli(): string {
    const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
    const path = join(
        process.env.PULUMI_HOME ?? join(cache, "science-stacks/pulumi"),
        "versions",
        version,
        "bin/pulumi",
    );
    if (!existsSync(path)) {
        throw new Error(`there is no Pulumi CLI at ${path}: scripts/host/toolchain/make.sh makes it`);
    }
    return path;
}

function versionOf(name: string): string {
    const path = join(dirname(require.resolve(`${name}/package.json`)), "package.json");
    return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** Makes the resources of the file in its order; a text "${name.output}" stands for the output of one before. */
const program = `
const pulumi = require("@pulumi/pulumi");
const made = {};
const filled = (value) => {
    if (typeof value === "string") {
        const [, name, output] = /^\\$\\{([\\w-]+)\\.(\\w+)\\}$/.exec(value) ?? [];
        return name ? made[name][output] : value;
    }
    if (Array.isArray(value)) return value.map(filled);
    if (value && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner)]));
    }
    return value;
};
for (const [name, declared] of Object.entries(require("./resources.json"))) {
    const type = require("@pulumi/" + declared.package)[declared.class];
    made[name] = new type(name, filled(declared.args), declared.options);
}
`;
