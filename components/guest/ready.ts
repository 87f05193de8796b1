import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import type { Connection } from "../machine/machine";
import { runnerText } from "./program";
import { asRoot, quote } from "./shell";

export interface ReadyArgs {
    machineName: string;
    connection: pulumi.Input<Connection>;
    /** Changes when the machine is another one. */
    identity: pulumi.Input<string>;
    /** What goes when the machine goes; none for a host that stays. */
    host: pulumi.Resource | undefined;
    /** On a host that stays: all that the runner and the steps have written for themselves goes with the stack. @default false */
    leaveNothing?: boolean;
}

/**
 * The machine answers over SSH, has finished its own first boot, and has the step runner.
 * Every step waits for it. A machine that is still booting is waited for: about four minutes of refused connections.
 */
export class Ready extends command.remote.Command {
    constructor(name: string, args: ReadyArgs, { parent }: { parent: pulumi.Resource }) {
        const install = asRoot("bash -euo pipefail -c 'program=$(cat); eval \"$program\"'");
        super(
            `${name}-runner`,
            {
                connection: pulumi.output(args.connection).apply((connection) => ({
                    ...connection,
                    dialErrorLimit: 60,
                    perDialTimeout: 5,
                })),
                create: install,
                // As with the steps, another machine is a change: a replacement would end with the removal of what is new.
                update: pulumi.interpolate`${install} # machine ${args.identity}`,
                delete: args.leaveNothing ? asRoot(`rm -rf ${OWN_DIRECTORIES.join(" ")}`) : undefined,
                stdin: firstBootText() + runnerText() + stackText(args.machineName),
                logging: command.remote.Logging.None,
                addPreviousOutputInEnv: false,
            },
            {
                parent,
                deletedWith: args.host,
                // It had a component of its own.
                aliases: [{ parent: pulumi.createUrn(name, "science-stacks:guest:Ready", parent) }],
            },
        );
    }
}

/** What the runner and the steps keep for themselves. */
const OWN_DIRECTORIES = ["/etc", "/run", "/usr/local/lib", "/var/lib", "/var/log"].map(
    (above) => `${above}/science-stacks`,
);

/** Whose machine it is: a host has one stack. */
const stackText = (stack: string) => `printf '%s\\n' ${quote(stack)} >/var/lib/science-stacks/stack\n`;

/** cloud-init changes the machine under our feet until it is done; it ends with 2 when something it could recover from happened. */
function firstBootText(): string {
    return [
        "if command -v cloud-init >/dev/null; then",
        "    cloud-init status --wait >/dev/null || [ $? = 2 ] || { cloud-init status --long >&2; exit 1; }",
        "fi\n",
    ].join("\n");
}
