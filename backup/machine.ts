import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programText, stepCommand, type StepProgram } from "../components/guest/program";
import { Machines } from "../drift/guest";
import { stepsOf, type Step } from "../drift/steps";
import { stackOutputs, type Deployment } from "../verify/deployment";
import { Engine } from "../verify/engine";
import { furtherLogins, readOutputs, type Outputs } from "../verify/outputs";
import { Ssh } from "../verify/ssh";

/** A step's longest time: that of a large restore. */
const SECONDS = 7 * 86400;

/** The stack has none: they are not configured, or it keeps no data. */
export class NoBackups extends Error {}

/** A running machine of a stack whose data are backed up. */
export class BackedUpMachine {
    constructor(
        /** Its name, by which the repository knows it. */
        readonly name: string,
        readonly ssh: Ssh,
    ) {}

    /** Runs a program as a step of the machine: it outlives this connection, and a second call waits for it. */
    async step(name: string, program: StepProgram): Promise<string> {
        return this.ssh.run(stepCommand(name, "apply", SECONDS), programText(program));
    }
}

/** The running machines of a stack, for the commands that work on its data. */
export class BackedUpStack {
    private constructor(
        readonly name: string,
        readonly outputs: Outputs,
        readonly deployment: Deployment,
        readonly steps: readonly Step[],
        readonly first: BackedUpMachine,
        readonly databases: BackedUpMachine,
        /** All of them, that of the databases before the others: what they name is in the files. */
        readonly machines: readonly BackedUpMachine[],
        /** The machines that the databases are on, where those are several. */
        readonly databaseMembers: readonly BackedUpMachine[],
        /** All machines of the stack, where its steps are run. */
        readonly guests: Machines,
    ) {}

    /** @throws what is missing, before anything is touched */
    static async open(stack: string): Promise<BackedUpStack> {
        const directory = mkdtempSync(join(tmpdir(), "science-stacks-backup-"));
        // However it ends: there is a key in the directory.
        process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
        (["SIGINT", "SIGTERM", "SIGHUP"] as const).forEach((signal) => process.once(signal, () => process.exit(1)));

        const { deployment } = await new Engine(stack, directory).export("--show-secrets");
        const outputs = readOutputs(stack, stackOutputs(deployment));
        if (outputs.backup === undefined) {
            throw new NoBackups(
                `${stack} has no backups: its configuration has no key backup.\n` +
                    `  Set backup.repository in stacks/Pulumi.${stack}.yaml (docs/backups.md), and run: npm run up -- ${stack}`,
            );
        }
        const steps = stepsOf(deployment);
        const place = () => mkdtempSync(join(directory, "machine-"));
        const machine = (name: string, login: Outputs["ssh"]) => new BackedUpMachine(name, new Ssh(login, place()));
        const named = ([name, login]: [string, Outputs["ssh"]]) => machine(`${stack}-${name}`, login);
        const further = furtherLogins(outputs)
            .filter(([name]) => steps.some((step) => step.name === `${name}-backup-repository`))
            .map(named);
        const members = Object.entries(outputs.databaseMemberSsh ?? {}).map(named);
        const first = machine(stack, outputs.ssh);
        const databases = further.find(({ name }) => name === `${stack}-database`) ?? first;
        const machines = [databases, ...[...further, first].filter((each) => each !== databases)];
        const guests = new Machines(place);
        return new BackedUpStack(stack, outputs, deployment, steps, first, databases, machines, members, guests);
    }

    /** The machines that the product is on instead of the first one. */
    get applications(): BackedUpMachine[] {
        const names = Object.keys(this.outputs.applicationSsh ?? {}).map((name) => `${this.name}-${name}`);
        return this.machines.filter(({ name }) => names.includes(name));
    }

    /** Gives the first machine the state of the stack, its secrets encrypted, to be backed up with the data. */
    async keepState(): Promise<void> {
        const { text } = await new Engine(this.name, "").export();
        const path = "/var/lib/science-stacks/backup/state.json";
        await this.first.ssh.run(
            `umask 077; mkdir -p /var/lib/science-stacks/backup; cat >${path}.new && mv ${path}.new ${path}`,
            text,
        );
    }
}

/** A line of progress, for whoever waits. */
export function progress(text: string): void {
    console.error(`==> ${text}`);
}

/** Runs a command, says why it failed, and sets the exit status. */
export function command(main: () => Promise<void>): void {
    main().then(
        () => process.exit(0),
        (error: unknown) => {
            console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
            process.exit(1);
        },
    );
}
