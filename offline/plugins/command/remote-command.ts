import type { OperationContext, ResourceType } from "../base";
import { connectionFailures } from "./connection-check";
import { commandFields, connectionFields, newId, shownOfConnection } from "./fields";
import type { CommandInputs, CommandOutputs, Connection } from "./fields";
import { previousOutput } from "./output";

type Inputs = CommandInputs & { connection: Connection };

/** A command on another machine, by SSH. */
export const remoteCommand: ResourceType<Inputs, CommandOutputs> = {
    inputs: { ...commandFields, ...connectionFields },
    outputs: { stdout: {}, stderr: {} },
    shownInErrors: shownOfConnection,

    check: (inputs) => ({ inputs, failures: connectionFailures(inputs.connection) }),

    async create(inputs, context) {
        const nothing = { stdout: "", stderr: "" };
        const outputs = inputs.create === undefined ? nothing : await run(inputs.create, inputs, {}, context);
        return { id: newId(context.name), outputs };
    },
    async update({ oldOutputs, newInputs }, context) {
        const command = newInputs.update ?? newInputs.create;
        return command === undefined ? {} : run(command, newInputs, oldOutputs, context);
    },
    async delete({ outputs }, context) {
        if (outputs.delete !== undefined) {
            await run(outputs.delete, outputs, outputs, context);
        }
    },
};

/**
 * One connection for each command: the next command then has the groups, limits and files of a new login, which is what
 * a command that changes them for the next one counts on.
 */
async function run(
    command: string,
    inputs: Inputs,
    previous: Partial<CommandOutputs>,
    context: OperationContext,
): Promise<CommandOutputs> {
    // Loaded when it is needed: most runs change nothing, and should not wait for an SSH library.
    const [{ dial }, { runRemotely }] = await Promise.all([import("./ssh/dial"), import("./ssh/session")]);
    const client = await dial(inputs.connection, context);
    try {
        return await runRemotely(
            client,
            {
                command,
                environment: inputs.environment ?? {},
                optionalEnvironment: previousOutput(inputs, previous, context),
                stdin: inputs.stdin,
                logging: inputs.logging,
            },
            context,
        );
    } finally {
        client.end();
    }
}
