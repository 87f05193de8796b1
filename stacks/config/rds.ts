import { z } from "zod";
import { readChain } from "./certificate";
import { text, wholeNumber } from "./field";
import { managedServer } from "./managed";
import { managedRules } from "./managed-rules";
import type { Rule } from "./rule";

/** The key of `postgresql` for a server of Amazon's. */
export const ownRds = () => ({
    rds: z
        .strictObject({
            instanceClass: text(/^db\.[a-z]\w*\.\w+$/, 'a class of RDS, e.g. "db.t4g.medium"')
                .default("db.t4g.medium")
                .meta({ description: "Processors and memory." }),
            version: z.enum(["17", "16", "15"]).default("17").meta({
                description:
                    "PostgreSQL's major version. A newer one is an upgrade by RDS, which makes a snapshot first; there is no way down.",
            }),
            storageGiB: wholeNumber(20, 65536).default(20).meta({
                unit: "GiB",
                description: "Size of the storage; it grows in place and cannot shrink.",
            }),
            multiAz: managedServer.multiAz(),
            backupDays: wholeNumber(1, 35).default(14).meta({
                unit: "days",
                description: "How long RDS keeps its backups: to any second of that time the data can be brought back.",
            }),
            ...managedServer.place(),
            onDestroy: managedServer.onDestroy(),
        })
        .optional()
        .meta({
            description: "A PostgreSQL server of Amazon RDS, of a stack on AWS (docs/more-machines.md).",
            defaultText: "none",
        }),
});

/** The authorities by whose certificate a server of PostgreSQL is known. */
export const authorities = (description: string, defaultText: string) =>
    z.string().optional().meta({ allowed: "a certificate as PEM", description, defaultText });

/** What is given as an authority is one. */
export const authorityTextRule: Rule = (given) => {
    const authority = given("postgresql", "authority");
    return typeof authority === "string" && readChain(authority) === undefined
        ? [{ path: ["postgresql", "authority"], reason: "this is no certificate" }]
        : [];
};

const authorityRule: Rule = (given) =>
    given("postgresql", "authority") === undefined
        ? [
              {
                  path: ["postgresql", "authority"],
                  reason: "it must be set: no operating system knows the authorities of RDS",
                  advice: "Give the bundle of the region, e.g. https://truststore.pki.rds.amazonaws.com/eu-central-1/eu-central-1-bundle.pem.",
              },
          ]
        : [];

/** What a server of RDS needs, and what does not go with it. */
export const rdsRules = managedRules(["postgresql", "rds"], [authorityRule]);
