import type * as pulumi from "@pulumi/pulumi";
import { REDIS_PORT } from "../components/guest/redis";
import type { UpgradeSettings } from "../components/guest/unattended-upgrades";
import type { FirewallRule, Machine } from "../components/machine/machine";
import { REDIS_BALANCER_URL } from "../components/redis-cluster/balancer";
import { SENTINEL_PORT } from "../components/redis-cluster/member";
import { RedisCluster } from "../components/redis-cluster/redis-cluster";
import { createMembers } from "./cluster-members";
import type { DcorConfig } from "./config";
import { namedOutputs, type FurtherMachineConfig } from "./further-machine";
import type { StackRedis } from "./redis-machine";

/** What is needed of the configuration of either product. */
type Config = FurtherMachineConfig & { redis: Pick<DcorConfig["redis"], "machines" | "maxMemoryMiB"> };

/**
 * The machines of `redis.machines`, of which one is master; none where the configuration has none. Nothing on them is backed up, as
 * where there is one.
 * @param clients the machines that use it: they and the members alone reach them. @default the first one
 * @param after what must be there before their firewalls say anew who reaches them. @default nothing
 * @param upgrades the security updates that come by themselves. @default none
 */
export async function createRedisCluster(
    config: Config,
    first: Machine,
    {
        clients = [first],
        ...args
    }: { clients?: readonly Machine[]; after?: readonly pulumi.Resource[]; upgrades?: UpgradeSettings } = {},
): Promise<StackRedis | undefined> {
    const { machines: configured, maxMemoryMiB } = config.redis;
    if (configured === undefined) {
        return undefined;
    }
    const machines = await createMembers(config, first, configured, {
        ...{ ...args, ownPorts: [REDIS_PORT, SENTINEL_PORT] },
        rules: (others) => rulesOf(clients, others),
        packages: () => RedisCluster.packages,
    });
    const { password, checkPassword, authority, members, running } = new RedisCluster("redis-server", {
        machines,
        maxMemoryMiB,
    });
    return {
        server: {
            ...{ url: REDIS_BALANCER_URL, password, cluster: { members, checkPassword, authority } },
            tryAgain: true,
            after: [...running, ...machines.map(({ closed }) => closed)],
        },
        last: [...running],
        outputs: {
            redisUrl: REDIS_BALANCER_URL,
            ...namedOutputs("redisMembers", "redisMemberSsh", machines),
        },
    };
}

/** Who reaches a member: the machines that use it its Redis, and the other members its Sentinel, too. */
const rulesOf = (clients: readonly Machine[], others: Machine[]): FirewallRule[] => [
    {
        ...{ description: "Redis for the product and the other members", port: REDIS_PORT },
        ...{ cidrs: [], machines: [...clients, ...others] },
    },
    { description: "Sentinel of the other members", port: SENTINEL_PORT, cidrs: [], machines: others },
];
