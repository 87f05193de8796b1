import { MEMBER_COUNTS } from "../../components/database-cluster/member";
import { clusterMachines, clusterRules, RELEASE, type ClusterKeys } from "./cluster";
import type { Rule } from "./rule";

const CLUSTER: ClusterKeys = {
    section: "postgresql",
    counts: MEMBER_COUNTS,
    example: "db1",
    onAws: ["rds", "On AWS, take postgresql.rds, whose second server takes over by itself (multiAz)."],
};

/** `postgresql.machines`: the machines of PostgreSQL. What a standby that is away has kept for it is on the volume, too. */
export const databaseMachines = () =>
    clusterMachines(
        CLUSTER,
        [[5, 20], "Its data volume: PostgreSQL's cluster, whole, and what etcd keeps."],
        "one writes, the others have what it wrote, and one of them takes over by itself",
    );

/** The first machine's programs dump and restore: what those of a newer version write, the server does not take. */
const backupRule: Rule = (given) => {
    const path = ["machine", "image"];
    const image = given(...path);
    const isAnother = typeof image === "string" && image !== RELEASE;
    const reason = `backups of postgresql.machines are made by this machine's programs of PostgreSQL, which are to be those of ${RELEASE}`;
    return isAnother && given("postgresql", "machines") !== undefined && given("backup") !== undefined
        ? [{ path, reason, advice: `Take "${RELEASE}", or leave backup out.` }]
        : [];
};

/** What the machines of PostgreSQL must fulfil, besides what is so of each further machine. */
export const databaseClusterRules: readonly Rule[] = [...clusterRules(CLUSTER), backupRule];
