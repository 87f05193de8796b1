import { z } from "zod";
import { awsMachine, awsMachineRules } from "./machine/aws";
import { existingMachine, existingMachineRules } from "./machine/existing";
import { localMachine, localNetworkRule } from "./machine/local";
import type { Rule } from "./rule";

/** The machine of a stack: one kind for each platform, each in a file of its own. */
export const machine = () =>
    z
        .discriminatedUnion("platform", [localMachine(), awsMachine(), existingMachine()])
        .meta({ description: "The machine that everything is installed on." });

/** What the keys of a machine must fulfil together; each rule looks at machines of its own platform alone. */
export const machineRules: readonly Rule[] = [localNetworkRule, ...awsMachineRules, ...existingMachineRules];

export type MachineKeys = z.output<ReturnType<typeof machine>>;

/** The networks of the administrators where the configuration names none: a local machine's own, else those that may log in. */
export function administratorNetworks(given: { machine: MachineKeys; firewall: { ssh?: string[] } }): string[] {
    switch (given.machine.platform) {
        case "local":
            return [given.machine.network];
        case "aws":
        case "existing":
            return given.firewall.ssh ?? [];
    }
}

/** The data volume's keys: on a host that stays, the data stays as well. */
export function completeData<T extends { onDestroy: "delete" | "keep" | "refuse" }>(data: T, machine: MachineKeys): T {
    return machine.platform === "existing" ? { ...data, onDestroy: "keep" } : data;
}
