import { Archive } from "../base";
import type { Asset, FunctionType, InputFields, OperationContext, ResourceType } from "../base";
import { commandFields, newId, processFields } from "./fields";
import type { CommandInputs, CommandOutputs, Logging } from "./fields";
import { filesByGlobs } from "./globs";
import { runProcess } from "./local-process";
import { previousOutput } from "./output";

interface ProcessInputs {
    /** @default ["/bin/sh", "-c"] */
    interpreter?: string[];
    /** @default where Pulumi runs */
    dir?: string;
    environment?: Record<string, string>;
    stdin?: string;
    logging?: Logging;
    addPreviousOutputInEnv?: boolean;
    /** Files to return after the command, each as an asset. */
    assetPaths?: string[];
    /** Files to return after the command, together as one archive. */
    archivePaths?: string[];
}

interface ProcessOutputs extends CommandOutputs {
    assets?: Record<string, Asset>;
    archive?: Archive;
}

const strings = { type: "list", items: { type: "string" } } as const;

const localFields: InputFields = {
    interpreter: strings,
    dir: { type: "string" },
    assetPaths: strings,
    archivePaths: strings,
};

/** A command on this machine. */
export const localCommand: ResourceType<CommandInputs & ProcessInputs, ProcessOutputs> = {
    inputs: { ...commandFields, ...localFields },
    outputs: { stdout: {}, stderr: {}, assets: {}, archive: {} },

    async create(inputs, context) {
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

/** A command on this machine at every preview and every deployment. */
export const localRun: FunctionType<ProcessInputs & { command: string }> = {
    inputs: { ...processFields, ...localFields, command: { type: "string", required: true } },
    async call(inputs, context) {
        return { ...inputs, ...(await run(inputs.command, inputs, {}, context)) };
    },
};

const nothing: ProcessOutputs = { stdout: "", stderr: "" };

async function run(
    command: string,
    inputs: ProcessInputs,
    previous: Partial<CommandOutputs>,
    context: OperationContext,
): Promise<ProcessOutputs> {
    const directory = inputs.dir ?? process.cwd();
    const outputs: ProcessOutputs = await runProcess(
        {
            command,
            interpreter: inputs.interpreter?.length ? inputs.interpreter : ["/bin/sh", "-c"],
            directory,
            environment: { ...inputs.environment, ...previousOutput(inputs, previous, context) },
            stdin: inputs.stdin,
            logging: inputs.logging,
        },
        context,
    );
    if (inputs.assetPaths) {
        outputs.assets = await filesByGlobs(directory, inputs.assetPaths);
    }
    if (inputs.archivePaths) {
        // Whoever takes the archive as an input gets its hash from the engine, which computes what is missing.
        outputs.archive = new Archive({ assets: await filesByGlobs(directory, inputs.archivePaths) });
    }
    return outputs;
}
