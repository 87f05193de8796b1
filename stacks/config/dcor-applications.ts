import { isIP } from "node:net";
import { applicationNames } from "./further-services";
import { hasOwnServer } from "./postgresql-elsewhere";
import type { Given, RelatedComplaint, Rule } from "./rule";
import { hasOwnSolr, isOwnRedis } from "./services";

const isOnSeveral = (given: Given) => applicationNames(given).length > 0;

/** What a section says of the place of its server. */
const place = (given: Given, section: string) =>
    Object.fromEntries(
        ["url", "machine", "machines", "rds", "elasticache"].map((key) => [key, given(section, key)] as const),
    );

/** What all machines work with is where all of them reach it; the object store they reach as users do, through the first one. */
const servicesRule: Rule = (given) => {
    const { postgresql, redis, solr } = {
        postgresql: place(given, "postgresql"),
        redis: place(given, "redis"),
        solr: place(given, "solr") as Parameters<typeof hasOwnSolr>[0]["solr"],
    };
    const onFirst = [
        ...(hasOwnServer({ postgresql })
            ? [["PostgreSQL", "postgresql.machine, postgresql.machines, postgresql.rds or postgresql.url"]]
            : []),
        ...(isOwnRedis({ redis }) ? [["Redis", "redis.machine, redis.machines, redis.elasticache or redis.url"]] : []),
        ...(hasOwnSolr({ solr }) ? [["Solr", "solr.machine, solr.machines or solr.url"]] : []),
    ];
    return isOnSeveral(given)
        ? onFirst.map(([service, keys]) => ({
              path: ["applications"],
              reason: `its machines share ${service}, which is on the stack's first machine, for that one alone`,
              advice: `Give ${keys} as well (docs/more-machines.md), or leave applications out.`,
          }))
        : [];
};

/** One of the machines keeps what is in files, and does what is done once. */
const storageRule: Rule = (given) => {
    const [names, storage] = [applicationNames(given), given("dcor", "storageMachine")];
    const complain = (reason: string, advice: string): RelatedComplaint[] => [
        { path: ["dcor", "storageMachine"], reason, advice },
    ];
    if (storage === undefined) {
        return names.length > 1
            ? complain(
                  "it must be set: one of several machines keeps the pictures that users upload",
                  `Give one of applications: ${names.join(", ")}.`,
              )
            : [];
    }
    if (names.length === 0) {
        return complain("DCOR is on the stack's first machine", "Leave it out, or give applications as well.");
    }
    // What is no text is refused by itself.
    return typeof storage !== "string" || names.includes(storage)
        ? []
        : complain(`"${storage}" is none of applications`, `Allowed: ${names.join(", ")}.`);
};

/** The machines look for the object store where the site is, whose public address may be none for them. */
const nameRule: Rule = (given) => {
    const [name, platform] = [given("serverName"), given("machine", "platform")];
    const isName = typeof name === "string" && isIP(name) === 0;
    return isOnSeveral(given) && platform !== "local" && !isName
        ? [
              {
                  path: ["serverName"],
                  reason: "the machines in applications find the site by its name, at the first machine's private address",
                  advice: "Give the name that leads to the first machine.",
              },
          ]
        : [];
};

/** What is so of DCOR's machines alone. */
export const dcorApplicationRules: readonly Rule[] = [servicesRule, storageRule, nameRule];
