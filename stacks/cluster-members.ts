import type { FirewallRule, Machine } from "../components/machine/machine";
import {
    furnish,
    makeFurtherMachine,
    type FurtherMachine,
    type FurtherMachineArgs,
    type FurtherMachineConfig,
} from "./further-machine";

/** A machine as the configuration has it. */
type Configured = Pick<FurtherMachineArgs, "volume" | "keys">;
type ImageName = Configured["keys"]["image"];

/** One of several machines for a service. */
export interface ClusterMember extends FurtherMachine {
    /** What the other members call it. */
    name: string;
    image: ImageName;
}

interface ClusterArgs extends Pick<FurtherMachineArgs, "after" | "upgrades"> {
    ownPorts: readonly number[];
    /** Who reaches a member besides administrators. */
    rules: (others: Machine[]) => FirewallRule[];
    packages: (image: ImageName) => FurtherMachineArgs["packages"];
}

/** The machines of a service that has several, which know each other: all are made before one of them is furnished. Nothing on them is backed up. */
export async function createMembers(
    config: FurtherMachineConfig,
    first: Machine,
    configured: Record<string, { machine: Configured["keys"]; data: Configured["volume"] }>,
    { ownPorts, rules, packages, ...args }: ClusterArgs,
): Promise<ClusterMember[]> {
    const made = await Promise.all(
        Object.entries(configured).map(async ([role, { machine: keys, data: volume }]) => {
            const machine = await makeFurtherMachine(config, first, { role, keys, volume, ownPorts });
            return { role, keys, volume, machine };
        }),
    );
    return made.map(({ role, keys, volume, machine }) => {
        const others = made.filter((each) => each.machine !== machine).map((each) => each.machine);
        const member = furnish(config, machine, rules(others), {
            ...{ ...args, role, keys, volume, packages: packages(keys.image), isBackedUp: false },
        });
        return { ...member, name: role, image: keys.image };
    });
}
