import { DatabaseCluster } from "../components/database-cluster/database-cluster";
import type { FirewallRule, Machine } from "../components/machine/machine";
import { createMembers } from "./cluster-members";
import type { EoxServerConfig } from "./config";
import type { DatabaseNeeds, StackDatabase } from "./database-machine";
import { namedOutputs, type FurtherMachineConfig } from "./further-machine";

const { ports } = DatabaseCluster;

/** What is needed of the configuration of either product. */
type Config = FurtherMachineConfig & {
    postgresql: Pick<EoxServerConfig["postgresql"], "machines" | "sharedBuffersMiB">;
};

/**
 * The machines of `postgresql.machines`, of which one writes; none where the configuration has none.
 * @param first where the product is: it, the others that the product is on, and the members alone reach them
 * @param needs what it is to have, and who uses it. @default none of each
 */
export async function createDatabaseCluster(
    config: Config,
    first: Machine,
    { extensions = [], upgrades, others = [], after = [] }: DatabaseNeeds,
): Promise<StackDatabase | undefined> {
    const { machines: configured, sharedBuffersMiB } = config.postgresql;
    if (configured === undefined) {
        return undefined;
    }
    const clients = [first, ...others];
    const members = await createMembers(config, first, configured, {
        ...{ after, upgrades, ownPorts: [ports.clients, ...ports.members] },
        rules: (others) => rulesOf(clients, others),
        packages: (image) => DatabaseCluster.packages(image, extensions),
    });
    const { url, password, authority, running } = new DatabaseCluster("database", {
        ...{ machines: members, clients, extensions, sharedBuffersMiB, after },
    });
    return {
        server: { url, password, authority, after: [...running, ...members.map(({ closed }) => closed)] },
        last: [...running],
        // With the files of the first machine, which dumps them: any of these may be the one that writes.
        backedUp: [],
        outputs: {
            databaseUrl: url,
            ...namedOutputs("databaseMembers", "databaseMemberSsh", members),
        },
    };
}

/** Who reaches a member: the machines of the product its PostgreSQL, and the other members all that keeps them together. */
const rulesOf = (clients: Machine[], others: Machine[]): FirewallRule[] => [
    {
        ...{ description: "PostgreSQL for the product and the other members", port: ports.clients },
        ...{ cidrs: [], machines: [...clients, ...others] },
    },
    ...ports.members.map((port) => ({
        ...{ description: "etcd and Patroni of the other members", port, cidrs: [], machines: others },
    })),
];
