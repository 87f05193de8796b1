import { wrongWith, type ResourceRule, type Wanted } from "../rule";

const SERVER = "aws:elasticache/replicationGroup:ReplicationGroup";
/** One node by itself, which has neither a password nor, as Redis, encryption. */
const NODE = "aws:elasticache/cluster:Cluster";

const WANTED: readonly Wanted[] = [
    ["atRestEncryptionEnabled", (value) => value === true, "It is not encrypted."],
    ["transitEncryptionEnabled", (value) => value === true, "It speaks without TLS."],
    ["transitEncryptionMode", (value) => value === "required", "It lets connections in without TLS as well."],
    ["authToken", (value) => value !== undefined, "It lets everybody in without a password."],
    ["snapshotRetentionLimit", (value) => Number(value) > 0, "It has no snapshots."],
    ["finalSnapshotIdentifier", (value) => value !== undefined, "It leaves no snapshot when it is deleted."],
];

export const managedRedis: ResourceRule = {
    name: "managed-redis",
    description:
        "A Redis of ElastiCache is encrypted, asks for a password, is backed up, reached by TLS alone, and not deleted by accident.",
    violations: (resource) => {
        switch (resource.type) {
            case SERVER:
                return wrongWith(resource, WANTED);
            case NODE:
                return ["It is a node by itself: use a ReplicationGroup, which has a password and encryption."];
            default:
                return [];
        }
    },
};
