import { MEMBER_COUNTS } from "../../components/search-cluster/member";
import { clusterMachines, clusterRules, type ClusterKeys } from "./cluster";
import type { Rule } from "./rule";

const CLUSTER: ClusterKeys = {
    section: "solr",
    counts: MEMBER_COUNTS,
    example: "search1",
    onAws: [undefined, "On AWS, take solr.machine, whose index is built anew when its machine goes."],
};

/** `solr.machines`: the machines of Solr. */
export const searchMachines = () =>
    clusterMachines(
        CLUSTER,
        [[2, 20], "Its data volume: the index, whole, and what ZooKeeper keeps."],
        "each has the index, and what is written is on all of them",
    );

/** What the machines of Solr must fulfil, besides what is so of each further machine. */
export const searchClusterRules: readonly Rule[] = clusterRules(CLUSTER);
