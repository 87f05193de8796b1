/** One machine of a Redis cluster, as the others know it. */
export interface RedisMember {
    name: string;
    /** Its IPv4 address among the stack's machines, for which it has a certificate. */
    address: string;
}

/** Where Sentinel listens for the other members. */
export const SENTINEL_PORT = 26379;
/** Where whoever uses Redis finds the master, on its own machine. It is not Redis' port: one that moves from there may still run. */
export const REDIS_BALANCER_PORT = 6380;
/** How many machines a cluster may have: with an even number, no more of them could be lost. */
export const MEMBER_COUNTS: readonly number[] = [3, 5];

/** What the Sentinels call the cluster. */
export const CLUSTER = "redis";

/** The users of Redis besides the one that clients are: the members for each other and operators; and who asks what a member is. */
export const MEMBER_USER = "member";
export const CHECK_USER = "balancer";
/** Names of the passwords that steps read: of that user of Redis, and of the Sentinels. */
export const MEMBER_SECRET = "redis-members";
export const SENTINEL_SECRET = "redis-sentinel";

/** How many Sentinels agree that the master is gone, and elect one of them to choose another: most of them. */
export const quorumOf = (members: number): number => Math.floor(members / 2) + 1;
