import type { AwsMachineArgs } from "./aws/args";
import { ExistingMachine, type ExistingMachineArgs } from "./existing";
import { LocalMachine, type LocalMachineArgs } from "./local";
import type { Machine } from "./machine";

/** The `machine` section of a stack's configuration. */
export type MachineConfig =
    | ({ platform: "local" } & Omit<LocalMachineArgs, "mirrors" | keyof FurtherMachine>)
    | ({ platform: "aws" } & Omit<AwsMachineArgs, "mirrors" | keyof FurtherMachine>)
    | ({ platform: "existing" } & Omit<ExistingMachineArgs, "mirrors" | keyof FurtherMachine | keyof MachineNeeds>);

/** What a product needs of a machine that is there already; a machine of its own has it. */
export type MachineNeeds = Pick<ExistingMachineArgs, "ports" | "sizeGiB" | "scratchGiB" | "administrators">;

/** A machine besides the stack's first one. */
export interface FurtherMachine {
    /** Its name, which begins with the stack's. */
    machineName: string;
    /** The first one, beside which it is. */
    beside: Machine;
}

/** The machine that the configuration asks for. @param further @default it is the stack's first, and has its name */
export async function createMachine(
    name: string,
    config: MachineConfig,
    mirrors: LocalMachineArgs["mirrors"],
    needs: MachineNeeds,
    further?: FurtherMachine,
): Promise<Machine> {
    const { machineName } = further ?? {};
    switch (config.platform) {
        case "local":
            return new LocalMachine(name, { ...config, machineName, mirrors });
        case "aws": {
            // Loaded when it is asked for: a stack that is not on AWS does not pay for its SDK.
            const { AwsMachine } = await import("./aws");
            const beside = further?.beside instanceof AwsMachine ? further.beside : undefined;
            return new AwsMachine(name, { ...config, machineName, beside, mirrors });
        }
        case "existing":
            return ExistingMachine.create(name, { ...config, ...needs, machineName, mirrors });
    }
}
