import { createHash } from "node:crypto";

/** One machine of a Solr on several, as the others know it. */
export interface SearchMember {
    name: string;
    /** Its IPv4 address among the stack's machines, for which it has a certificate. */
    address: string;
    /** By what ZooKeeper knows it. */
    id: number;
}

/** Where ZooKeeper listens for Solr, and for the other members: what they keep, and who leads. */
export const ZOOKEEPER_PORTS = { client: 2281, quorum: 2888, election: 3888 };
/** Where whoever uses Solr finds one that has the index, on its own machine. It is not Solr's port: one that moves from there may still run. */
export const SEARCH_BALANCER_PORT = 8984;
/** How many machines it may have: of them, one may go. */
export const MEMBER_COUNTS: readonly number[] = [3];

/** Who asks a member how it is, and nothing else. */
export const CHECK_USER = "balancer";
export const COLLECTION = "ckan";

const GREATEST_ID = 255;

/** A number for each name from 1 to 255, which stays when another one comes or goes. Of two that would have the same, the second has the next one. */
export function memberIds(names: readonly string[]): ReadonlyMap<string, number> {
    const ids = new Map<string, number>();
    for (const name of [...names].sort()) {
        let id = (createHash("sha256").update(name).digest().readUInt32BE() % GREATEST_ID) + 1;
        while ([...ids.values()].includes(id)) {
            id = (id % GREATEST_ID) + 1;
        }
        ids.set(name, id);
    }
    return ids;
}
