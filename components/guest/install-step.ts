import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import type { Machine } from "../machine/machine";
import { programText, revisionOf, STEP_SECONDS, stepCommand, type StepProgram } from "./program";
import { asRoot } from "./shell";

export interface InstallStepArgs {
    machine: Machine;
    /** What the step does. Never holds a secret: a preview shows it line by line. */
    program: pulumi.Input<StepProgram>;
    /** The step undoes what it did when it is deleted: its script is run with the argument `remove`. @default false */
    removable?: boolean;
    /** The time after which the step is stopped and has failed, in seconds. @default 1800 */
    timeoutSeconds?: number;
}

/**
 * One phase of an installation, run in the guest as root by the step runner.
 *
 * A step that is cut off, by a dropped connection or a cancelled `up`, goes on in the guest; the next `up` waits for it.
 * It is run again when its text changes, and when the machine is another one.
 * Its error names the step, the machine, the cause and the log; the whole output is in `/var/log/science-stacks/<name>.log`.
 */
export class InstallStep extends command.remote.Command {
    /** Differs when what the step does differs: for what must be done anew after it. */
    public readonly revision: pulumi.Output<string>;

    constructor(name: string, args: InstallStepArgs, opts: pulumi.CustomResourceOptions) {
        const { machine, timeoutSeconds = STEP_SECONDS } = args;
        const text = pulumi.output(args.program).apply(programText);
        const run = (action: "apply" | "remove") => asRoot(stepCommand(name, action, timeoutSeconds));
        const timeout = `${timeoutSeconds + 60}s`;

        super(
            name,
            {
                connection: machine.connection,
                create: run("apply"),
                delete: args.removable ? run("remove") : undefined,
                stdin: text,
                // Another machine is a change of the step, done again there. As a trigger it would replace the step: its removal
                // would run in the old machine, on a volume that the new one takes over.
                update: pulumi.interpolate`${run("apply")} # machine ${machine.identity}`,
                // What a step prints can be anything, and is in the guest's log; an error has the part that matters.
                logging: command.remote.Logging.None,
                addPreviousOutputInEnv: false,
            },
            pulumi.mergeOptions(opts, {
                dependsOn: machine.ready,
                deletedWith: machine.host,
                // A replaced step undoes the old before it does the new, never the other way round.
                deleteBeforeReplace: true,
                customTimeouts: { create: timeout, update: timeout, delete: timeout },
            }),
        );

        this.revision = text.apply(revisionOf);
    }
}
