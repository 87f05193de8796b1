import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** The Pulumi CLI in a folder of its own, with a state of its own, and small projects for it to run. */
export class Engine {
    private projects = 0;

    private constructor(
        /** The folder that holds everything. */
        readonly place: string,
        readonly cli: string,
    ) {}

    /** The user's own CLI, with our language host beside it whatever the user has. It is made when it is not there. */
    static withOurLanguageHost(): Engine {
        const installed = execFileSync("bash", [
            "-c",
            "bash scripts/host/toolchain/make.sh; source scripts/host/toolchain/environment.sh; " +
                'printf %s "$cli_bin"',
        ]).toString();
        const place = mkdtempSync(join(tmpdir(), "engine-cli-"));
        const bin = join(place, "bin");
        mkdirSync(bin);
        mkdirSync(join(place, "state"));
        execFileSync("cp", ["--reflink=auto", join(installed, "pulumi"), bin]);
        execFileSync("node", ["scripts/host/toolchain/bundle.mjs", bin, "language-host"], {
            env: { ...process.env, PULUMI_HOME: join(place, "home") },
        });
        return new Engine(place, join(bin, "pulumi"));
    }

    /** A Pulumi project of the given files, with the packages of this one and a stack that is named as its folder. */
    projectOf(files: Record<string, string>, options = "{ typescript: false }"): string {
        const directory = join(this.place, `project-${++this.projects}`);
        const all: Record<string, string> = {
            "Pulumi.yaml": `name: trial\nruntime: { name: nodejs, options: ${options} }\n`,
            "package.json": JSON.stringify({ name: "trial", dependencies: { "@pulumi/random": "*" } }),
            ...files,
        };
        for (const [path, content] of Object.entries(all)) {
            mkdirSync(dirname(join(directory, path)), { recursive: true });
            writeFileSync(join(directory, path), content);
        }
        symlinkSync(resolve("node_modules"), join(directory, "node_modules"));
        this.run(directory, "stack", "init", basename(directory));
        return directory;
    }

    environment(): NodeJS.ProcessEnv {
        return {
            ...process.env,
            PULUMI_HOME: join(this.place, "home"),
            PULUMI_BACKEND_URL: `file://${this.place}/state`,
            PULUMI_CONFIG_PASSPHRASE: "trial",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
        };
    }

    run(directory: string, ...args: string[]): { status: number | null; output: string } {
        const { status, stdout, stderr } = spawnSync(this.cli, [...args, "--non-interactive"], {
            cwd: directory,
            env: this.environment(),
            encoding: "utf8",
        });
        return { status, output: stdout + stderr };
    }

    up(directory: string): { status: number | null; output: string } {
        return this.run(directory, "up", "--yes", "--skip-preview");
    }

    outputs(directory: string): unknown {
        return JSON.parse(this.run(directory, "stack", "output", "--json", "--show-secrets").output);
    }

    remove(): void {
        rmSync(this.place, { recursive: true, force: true });
    }
}
