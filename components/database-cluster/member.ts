/** How many machines a cluster may have: with an even number, no more of them could be lost. */
export const MEMBER_COUNTS: readonly number[] = [3, 5];

/** One machine of a database cluster, as the others know it. */
export interface Member {
    name: string;
    /** Its IPv4 address among the stack's machines, for which it has a certificate. */
    address: string;
}

/** Where etcd listens for Patroni, and for the other members; and Patroni for the other members. */
export const ETCD_PORT = 2379;
export const ETCD_PEER_PORT = 2380;
export const PATRONI_PORT = 8008;

/** What a member shows, and what it verifies the others by; the key once for each of the two users that read it. */
export const AUTHORITY = "/etc/science-stacks/cluster/authority.pem";
export const CERTIFICATE = "/etc/science-stacks/cluster/certificate.pem";
export const ETCD_KEY = "/etc/science-stacks/cluster/etcd.key";
export const POSTGRESQL_KEY = "/etc/science-stacks/cluster/postgresql.key";
