import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programText, stepCommand, type StepProgram } from "../components/guest/program";
import { stepsOf, type Step } from "../drift/steps";
import { stackOutputs, type Deployment } from "../verify/deployment";
import { Engine } from "../verify/engine";
import { readOutputs, type Outputs } from "../verify/outputs";
import { Ssh } from "../verify/ssh";

/** A step's longest time: that of a large restore. */
const SECONDS = 7 * 86400;

/** The stack has none: they are not configured, or it keeps no data. */
export class NoBackups extends Error {}

/** The running machine of a stack, for the commands that work on its data. */
export class BackedUpMachine {
    private constructor(
        readonly stack: string,
        readonly outputs: Outputs,
        readonly steps: readonly Step[],
        readonly deployment: Deployment,
        readonly ssh: Ssh,
    ) {}

    /** @throws what is missing, before anything is touched */
    static async open(stack: string): Promise<BackedUpMachine> {
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
        return new BackedUpMachine(stack, outputs, stepsOf(deployment), deployment, new Ssh(outputs.ssh, directory));
    }

    /** Runs a program as a step of the machine: it outlives this connection, and a second call waits for it. */
    async step(name: string, program: StepProgram): Promise<string> {
        return this.ssh.run(stepCommand(name, "apply", SECONDS), programText(program));
    }

    /** Gives the machine the state of the stack, its secrets encrypted, to be backed up with the data. */
    async keepState(): Promise<void> {
        const { text } = await new Engine(this.stack, "").export();
        const path = "/var/lib/science-stacks/backup/state.json";
        await this.ssh.run(
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
