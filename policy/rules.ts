import type { ResourceRule } from "./rule";
import { noSecretInText, pinnedHostKey, quietCommands } from "./rules/command";
import { encryptedListeners, loadBalancers } from "./rules/load-balancer";
import { encryptedVolumes, imdsV2, protectedData } from "./rules/machine";
import { managedDatabase } from "./rules/managed-database";
import { managedRedis } from "./rules/managed-redis";
import { noSshFromTheWorld, rulesOfTheirOwn } from "./rules/network";
import { decidedPublicAccess, keptObjects, leastPrivilege } from "./rules/object-store";
import { tags } from "./rules/tags";

/** What holds of each resource of each stack. */
export const RESOURCE_RULES: readonly ResourceRule[] = [
    noSshFromTheWorld,
    rulesOfTheirOwn,
    imdsV2,
    encryptedVolumes,
    protectedData,
    decidedPublicAccess,
    keptObjects,
    leastPrivilege,
    managedDatabase,
    managedRedis,
    loadBalancers,
    encryptedListeners,
    pinnedHostKey,
    quietCommands,
    noSecretInText,
    tags,
];
