import type { AwsMachineArgs } from "./aws/args";
import { ExistingMachine, type ExistingMachineArgs } from "./existing";
import { LocalMachine, type LocalMachineArgs } from "./local";
import type { Machine } from "./machine";

/** The `machine` section of a stack's configuration. */
export type MachineConfig =
    | ({ platform: "local" } & Omit<LocalMachineArgs, "mirrors">)
    | ({ platform: "aws" } & Omit<AwsMachineArgs, "mirrors">)
    | ({ platform: "existing" } & Omit<ExistingMachineArgs, "mirrors" | keyof MachineNeeds>);

/** What a product needs of a machine that is there already; a machine of its own has it. */
export type MachineNeeds = Pick<ExistingMachineArgs, "ports" | "sizeGiB" | "scratchGiB" | "administrators">;

/** The machine that the configuration asks for. */
export async function createMachine(
    name: string,
    config: MachineConfig,
    mirrors: LocalMachineArgs["mirrors"],
    needs: MachineNeeds,
): Promise<Machine> {
    switch (config.platform) {
        case "local":
            return new LocalMachine(name, { ...config, mirrors });
        case "aws":
            // Loaded when it is asked for: a stack that is not on AWS does not pay for its SDK.
            return new (await import("./aws")).AwsMachine(name, { ...config, mirrors });
        case "existing":
            return ExistingMachine.create(name, { ...config, ...needs, mirrors });
    }
}
