import { z } from "zod";
import { ownElastiCache } from "./elasticache";
import { secretLine, text, wholeNumber } from "./field";
import { ownMachine } from "./further-machine";
import { redisMachines } from "./redis-cluster";
import type { Rule } from "./rule";

/** A PostgreSQL server on the machine. */
export const postgresqlServer = () =>
    z.strictObject({
        sharedBuffersMiB: wholeNumber(16, 1048576).default(256).meta({
            unit: "MiB",
            description: "Memory for PostgreSQL's shared buffers; of a machine of its own, a quarter of the memory.",
        }),
    });

/** @param purpose what it keeps, as it is called in the description. */
export const redis = (purpose: string) =>
    z
        .strictObject({
            url: text(
                /^rediss?:\/\/[\w.-]+:\d{1,5}\/\d{1,2}$/,
                'an address of Redis, e.g. "redis://cache.example.org:6379/0", or with "rediss" for TLS',
            )
                .optional()
                .meta({
                    description:
                        "A Redis server elsewhere. With TLS, its certificate must be one that the machine trusts.",
                    defaultText: "one on this machine",
                }),
            password: secretLine().optional().meta({
                secret: true,
                allowed: "a text on one line, encrypted",
                description: "The password of the server at `url`.",
            }),
            maxMemoryMiB: wholeNumber(16, 65536).default(256).meta({
                unit: "MiB",
                description: "Memory for what the stack's own Redis keeps.",
            }),
            ...ownMachine("redis"),
            machines: redisMachines(),
            ...ownElastiCache(),
        })
        .prefault({})
        .meta({ description: `Redis, for ${purpose}.` });

/** The keys that say where Redis is. */
export interface RedisPlace {
    redis: { url?: unknown; machine?: unknown; machines?: unknown; elasticache?: unknown };
}

/** Whether Redis, where the stack has one, is on the first machine itself. */
export const isOwnRedis = ({ redis: { url, machine, machines, elasticache } }: RedisPlace) =>
    [url, machine, machines, elasticache].every((each) => each === undefined);

/** Whether Solr is on the stack's first machine itself. */
export const hasOwnSolr = ({
    solr: { url, machine, machines },
}: {
    solr: { url?: unknown; machine?: unknown; machines?: unknown };
}) => [url, machine, machines].every((each) => each === undefined);

/** A password that is given is of a server elsewhere. */
export const redisPasswordRule: Rule = (given) =>
    given("redis", "url") === undefined && given("redis", "password") !== undefined
        ? [
              {
                  path: ["redis", "password"],
                  reason: "it is of no server",
                  advice: "Give redis.url, or leave the password out: that of the stack's own Redis is generated.",
              },
          ]
        : [];
