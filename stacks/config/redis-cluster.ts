import { MEMBER_COUNTS } from "../../components/redis-cluster/member";
import { clusterMachines, clusterRules, type ClusterKeys } from "./cluster";
import type { Rule } from "./rule";

const CLUSTER: ClusterKeys = {
    section: "redis",
    counts: MEMBER_COUNTS,
    example: "cache1",
    onAws: ["elasticache", "On AWS, take redis.elasticache, whose second node takes over by itself (multiAz)."],
};

/** `redis.machines`: the machines of Redis. */
export const redisMachines = () =>
    clusterMachines(
        CLUSTER,
        [[2, 20], "Its data volume: what Redis keeps, and which member is master."],
        "one is master, the others have what it takes a moment later, and one of them takes over by itself",
    );

/** What the machines of Redis must fulfil, besides what is so of each further machine. */
export const redisClusterRules: readonly Rule[] = clusterRules(CLUSTER);
