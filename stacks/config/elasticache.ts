import { z } from "zod";
import { text, wholeNumber } from "./field";
import { managedServer } from "./managed";
import { managedRules } from "./managed-rules";

/** The key of `redis` for a server of Amazon's. */
export const ownElastiCache = () => ({
    elasticache: z
        .strictObject({
            nodeType: text(/^cache\.[a-z]\w*\.\w+$/, 'a type of node of ElastiCache, e.g. "cache.t4g.small"')
                .default("cache.t4g.small")
                .meta({ description: "Processors and memory, of which a quarter is kept for snapshots." }),
            engine: z
                .enum(["valkey-8.2", "valkey-8.1", "valkey-8.0", "valkey-7.2", "redis-7.1"])
                .default("valkey-8.2")
                .meta({
                    description:
                        "What speaks Redis' protocol, and its version. A newer one is an upgrade in place, as is Valkey for Redis; " +
                        "there is no way down: it would be another, empty server.",
                }),
            multiAz: managedServer.multiAz(),
            backupDays: wholeNumber(1, 35).default(7).meta({
                unit: "days",
                description: "How long ElastiCache keeps its daily snapshots.",
            }),
            ...managedServer.place(),
            onDestroy: managedServer.onDestroy(),
        })
        .optional()
        .meta({
            description: "A Valkey or Redis server of Amazon ElastiCache, of a stack on AWS (docs/more-machines.md).",
            defaultText: "none",
        }),
});

/** What a server of ElastiCache needs, and what does not go with it. */
export const elastiCacheRules = managedRules(["redis", "elasticache"]);
