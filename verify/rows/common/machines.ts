import { POSTGRESQL_PORT } from "../../../components/guest/postgresql-server";
import type { Context } from "../../context";
import { NotHere } from "../../row";
import type { Ssh } from "../../ssh";
import { products } from "../products";

/** One of a stack's machines, and what is to be seen on it. */
export interface StackMachine {
    name: string;
    address: string;
    platform: Context["outputs"]["machine"]["platform"];
    ssh: Ssh;
    /** What the configuration says of it. */
    keys: Context["config"]["machine"];
    sshPort: number;
    /** The TCP ports that may be open besides. */
    ports: number[];
    /** Whether it has a data volume. */
    hasData: boolean;
    /** What of systemd has to be there after a boot. */
    units: string[];
}

/** The stack's first machine, and the database's own where it has one. */
export function machinesOf({ machine: ssh, databaseMachine, outputs, config }: Context): StackMachine[] {
    const product = products[outputs.product];
    const hasData = product.hasData?.(config) ?? true;
    const first: StackMachine = {
        ...{ ...outputs.machine, ssh, keys: config.machine, sshPort: outputs.ssh.port, hasData },
        ports: product.ports(config),
        units: [
            ...(hasData ? ["data.mount"] : []),
            ...(outputs.backup ? ["stack-backup.timer"] : []),
            ...firewallUnits(config.machine),
            ...product.units(config),
        ],
    };
    return databaseMachine === undefined
        ? [first]
        : [
              first,
              {
                  ...databaseMachine,
                  hasData: true,
                  ports: [POSTGRESQL_PORT],
                  units: [
                      "data.mount",
                      ...firewallUnits(databaseMachine.keys),
                      ...["postgresql.service", "var-lib-postgresql.mount"],
                  ],
              },
          ];
}

/** The unit of a machine's own firewall, where it has one of ours. */
function firewallUnits(machine: Context["config"]["machine"]): string[] {
    const ours = machine.platform === "local" || (machine.platform === "existing" && machine.firewall === "nftables");
    return ours ? ["science-stacks-firewall.service"] : [];
}

/** What was seen on each of the stack's machines, with its name where there are two. */
export async function onEach(context: Context, look: (machine: StackMachine) => Promise<string>): Promise<string> {
    const machines = machinesOf(context);
    if (machines.length === 1) {
        return look(machines[0]!);
    }
    const seen = await Promise.all(
        machines.map(async (machine) => {
            try {
                return `${machine.name}: ${await look(machine)}`;
            } catch (error) {
                const reason = `${machine.name}: ${error instanceof Error ? error.message : String(error)}`;
                throw error instanceof NotHere ? new NotHere(reason) : new Error(reason);
            }
        }),
    );
    return seen.join("; ");
}
