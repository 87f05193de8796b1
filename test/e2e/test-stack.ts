import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { quote } from "../../components/guest/shell";
import { CLUSTERS } from "../../stacks/config/further-services";
import type { Report } from "../../verify/report";
import { removeMachine, sweep } from "../guest/guest";

const project = join(__dirname, "..", "..");
const HOMES = "science-stacks-e2e-";

/** As far as tests look at it. */
interface Configuration {
    config?: Record<string, Record<string, unknown>>;
}

/** What one of the user's commands ended with. */
export interface Ended {
    status: number;
    stdout: string;
    stderr: string;
    seconds: number;
}

/** A stack with states and a passphrase of its own, used by the commands that users have. */
export class TestStack {
    /** The machine has the same name; the number at its end tells a later run whose it was. */
    readonly name: string;
    private readonly home: string;
    private directory = project;

    /** @param label makes the name `test-<label>-<process>` */
    constructor(label: string) {
        removeLeftovers();
        this.name = `test-${label}-${process.pid}`;
        this.home = mkdtempSync(join(tmpdir(), `${HOMES}${process.pid}-`));
    }

    /** The same stack, by the commands of a clone of the project. */
    in(directory: string): TestStack {
        return Object.assign(Object.create(TestStack.prototype) as TestStack, this, { directory });
    }

    /** The stack's configuration file, from the project's directory. */
    get configuration(): string {
        return join("stacks", `Pulumi.${this.name}.yaml`);
    }

    /** Sets keys of the stack's configuration, as its user edits the file; what else is in the file stays. */
    configure(values: Record<string, unknown>): void {
        const before = existsSync(this.file) ? (parse(readFileSync(this.file, "utf8")) as { config?: object }) : {};
        const changed = Object.fromEntries(
            Object.entries(values).map(([key, value]) => [`science-stacks:${key}`, value]),
        );
        writeFileSync(this.file, stringify({ ...before, config: { ...before.config, ...changed } }));
    }

    /** Starts the stack's configuration anew, with these keys alone. */
    replaceConfiguration(values: Record<string, unknown>): void {
        rmSync(this.file, { force: true });
        this.configure(values);
    }

    /** Puts an encrypted value into the stack's configuration, as docs/configuration.md says. */
    async setSecret(path: string, value: string): Promise<void> {
        const args = ["config", "set", "--secret", "--path", `science-stacks:${path}`, "--stack", this.name];
        const { status, stderr } = await this.npm("pulumi", args, value);
        if (status !== 0) {
            throw new Error(`the value of ${path} was not set: ${stderr}`);
        }
    }

    /** `npm run COMMAND -- STACK ARGUMENTS…`, as it ends. */
    attempt(command: string, ...args: string[]): Promise<Ended> {
        return this.npm(command, [this.name, ...args]);
    }

    /** Pulumi itself, on the stack. */
    async pulumi(command: string, ...args: string[]): Promise<void> {
        const { status, stdout, stderr } = await this.npm("pulumi", [command, "--stack", this.name, ...args]);
        if (status !== 0) {
            throw new Error(
                `pulumi ${command} ended with status ${status}:\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`,
            );
        }
    }

    /** Reboots the machine from inside, and waits until it takes log-ins again. */
    async reboot(): Promise<void> {
        const boot = "cat /proc/sys/kernel/random/boot_id; systemctl show -P UserspaceTimestampMonotonic";
        const before = await this.ssh(boot);
        await this.attempt("ssh", "--", "systemctl reboot");
        const deadline = Date.now() + 120_000;
        for (;;) {
            const { status, stdout } = await this.attempt("ssh", "--", boot);
            if (status === 0 && stdout !== before) {
                return;
            }
            if (Date.now() > deadline) {
                throw new Error(`${this.name} did not come back within 120 s of its reboot`);
            }
            await sleep(500);
        }
    }

    /** `npm run COMMAND -- ARGUMENTS…`, of a command that is for all stacks. */
    attemptAll(command: string, ...args: string[]): Promise<Ended> {
        return this.npm(command, args);
    }

    /** What its commands are told, for one that a test starts by itself. */
    get environment() {
        return { SCIENCE_STACKS_HOME: this.home };
    }

    private npm(command: string, args: string[], stdin = ""): Promise<Ended> {
        return this.start(command, args, stdin).ended;
    }

    /** A command that a test may end, as a terminal does: all of its processes get the signal. */
    begin(command: string): { ended: Promise<Ended>; signal(name: NodeJS.Signals): void } {
        return this.start(command, [this.name]);
    }

    private start(command: string, args: string[], stdin = "") {
        const started = Date.now();
        const child = spawn("npm", ["run", "--silent", command, "--", ...args], {
            cwd: this.directory,
            env: { ...process.env, ...this.environment },
            detached: true,
        });
        const ended = new Promise<Ended>((resolve, reject) => {
            child.stdin.end(stdin);
            const output = { stdout: "", stderr: "" };
            child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
            child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
            child.on("error", reject);
            child.on("close", (code) => {
                const end = { status: code ?? 255, ...output, seconds: (Date.now() - started) / 1000 };
                process.stderr.write(
                    `  ${command} ${args.join(" ").replaceAll(/\s+/g, " ").slice(0, 80)}: status ${end.status}, ${end.seconds.toFixed(1)} s\n`,
                );
                resolve(end);
            });
        });
        return { ended, signal: (name: NodeJS.Signals) => process.kill(-child.pid!, name) };
    }

    /** The same, for what must succeed: its standard output. */
    async run(command: string, ...args: string[]): Promise<string> {
        const { status, stdout, stderr } = await this.attempt(command, ...args);
        if (status !== 0) {
            throw new Error(
                `npm run ${command} ended with status ${status}:\n${reasons(stdout)}\n${stderr.slice(-3000)}`,
            );
        }
        return stdout;
    }

    /** Runs a shell text as root on the stack's machine. */
    ssh(text: string): Promise<string> {
        return this.run("ssh", "--", text);
    }

    /** The same, on a machine beside it. @param input its standard input */
    async sshOn(machine: string, text: string, input = ""): Promise<string> {
        const { status, stdout, stderr } = await this.npm("ssh", [this.name, "--machine", machine, "--", text], input);
        if (status !== 0) {
            throw new Error(`"${text}" on ${this.beside(machine)} ended with status ${status}: ${stdout}${stderr}`);
        }
        return stdout;
    }

    /** `npm run COMMAND -- STACK ARGUMENTS… | npm run COMMAND -- STACK ARGUMENTS…`, each given as its words. */
    async pipe(...commands: readonly (readonly [string, ...string[]])[]): Promise<void> {
        const line = commands
            .map(([command, ...args]) => ["npm", "run", "--silent", command, "--", this.name, ...args].map(quote))
            .map((words) => words.join(" "))
            .join(" | ");
        const env = { ...process.env, ...this.environment };
        await promisify(execFile)("bash", ["-o", "pipefail", "-c", line], { cwd: this.directory, env });
    }

    async outputs<T>(): Promise<T> {
        return JSON.parse(await this.run("outputs", "--json", "--show-secrets")) as T;
    }

    /** The rows of `verify`; it fails when one of them fails, and its report says which. */
    async verify(): Promise<Report> {
        const { stdout, stderr } = await this.attempt("verify", "--json");
        if (!stdout.startsWith("{")) {
            throw new Error(`verify gives no report: ${stderr.slice(-3000)}`);
        }
        return JSON.parse(stdout) as Report;
    }

    /** Takes away everything of the stack, whatever state it is in. */
    remove(): void {
        this.further().forEach((machine) => removeMachine(this.beside(machine)));
        removeMachine(this.name);
        rmSync(this.file, { force: true });
        rmSync(this.home, { recursive: true, force: true });
    }

    /** Those that its configuration has, or may have had. */
    private further(): string[] {
        const { config = {} } = existsSync(this.file) ? (parse(readFileSync(this.file, "utf8")) as Configuration) : {};
        const clusters = CLUSTERS.map((section) => config[`science-stacks:${section}`]?.["machines"]);
        const named = [config["science-stacks:applications"], ...(clusters as (object | undefined)[])];
        const services = ["database", "object-store", "redis", "search"];
        return [...services, ...named.flatMap((machines) => Object.keys(machines ?? {}))];
    }

    /** The name of a machine beside the first one, where it has one. */
    beside(machine: string): string {
        return `${this.name}-${machine}`;
    }

    /** Where the file backend keeps the state. */
    get stateFile(): string {
        return join(this.home, "state/.pulumi/stacks/science-stacks", `${this.name}.json`);
    }

    private get file(): string {
        return join(project, this.configuration);
    }
}

/**
 * Removes what runs left that were killed: all whose name has the number of a process that is gone, and the machines of
 * stacks whose states are in such a directory (ephemeral stacks have names of their own).
 */
function removeLeftovers(): void {
    sweep();
    const gone = (process?: string) => process !== undefined && !existsSync(`/proc/${process}`);
    readdirSync(join(project, "stacks"))
        .filter((file) => gone(/^Pulumi\.test-.*-(\d+)\.yaml$/.exec(file)?.[1]))
        .forEach((file) => rmSync(join(project, "stacks", file)));
    readdirSync(tmpdir())
        .filter((name) => gone(new RegExp(`^${HOMES}(\\d+)-`).exec(name)?.[1]))
        .map((name) => join(tmpdir(), name))
        .forEach((home) => {
            stacksOf(home).forEach((stack) => {
                removeMachine(stack);
                rmSync(join(project, "stacks", `Pulumi.${stack}.yaml`), { force: true });
            });
            rmSync(home, { recursive: true, force: true });
        });
}

/** The stacks of a home, as Pulumi's files name them. */
function stacksOf(home: string): string[] {
    const states = join(home, "state", ".pulumi", "stacks", "science-stacks");
    const files = existsSync(states) ? readdirSync(states) : [];
    return files.flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? []);
}

/** What an `up` says of its failures comes before all outputs; of another command it is what it said last. */
function reasons(stdout: string): string {
    const begin = stdout.search(/^Diagnostics:/m);
    return begin === -1 ? stdout.slice(-3000) : stdout.slice(begin, begin + 4000);
}
