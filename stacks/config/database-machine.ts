import { isIP } from "node:net";
import type { z } from "zod";
import { volume } from "./common";
import { completeData, machine, machineRules } from "./machine";
import { DEFAULT_NETWORK } from "./machine/local";
import type { Given, RelatedComplaint, Rule } from "./rule";

const databaseVolume = () => volume("PostgreSQL", 2, 20);

/** The keys of `postgresql` for a machine of its own. */
export const ownMachine = () => ({
    machine: machine().optional().meta({
        allowed: "a mapping with the keys of `machine`",
        description:
            "A second machine of the stack, for PostgreSQL alone, on the same platform (docs/more-machines.md).",
        defaultText: "none: PostgreSQL is on the machine",
    }),
    data: databaseVolume().optional().meta({
        description: "The data volume of `postgresql.machine`.",
        defaultText: "one with the defaults of these keys",
    }),
});

interface Keys {
    machine?: z.output<ReturnType<typeof machine>>;
    data?: z.output<ReturnType<typeof databaseVolume>>;
}

/** The keys with the volume of the machine, of a stack whose PostgreSQL has one of its own. */
export function completePostgresql<T extends Keys>(given: T): T {
    const { machine, data = databaseVolume().parse({}) } = given;
    return machine === undefined ? given : { ...given, data: completeData(data, machine) };
}

/** The keys as the rules of a machine see them: it is the only machine, with a volume, and a product of its own. */
const view =
    (given: Given): Given =>
    (...path) => {
        const [section] = path;
        if (section === "product") {
            return "PostgreSQL";
        }
        if (section === "instances") {
            return undefined;
        }
        return section === "machine" || section === "data" ? given("postgresql", ...path) : given(...path);
    };

/** A rule of a machine, for the database's own. What it has against keys that both share, it has said of the first. */
const forOwnMachine =
    (rule: Rule): Rule =>
    (given) => {
        const said = new Set(rule(given).map(({ path }) => path.join(".")));
        return rule(view(given))
            .map(({ path, reason, advice }) => ({
                path: ["machine", "data"].includes(String(path[0])) ? ["postgresql", ...path] : path,
                reason: withPlace(reason),
                advice: advice && withPlace(advice),
            }))
            .filter(({ path }) => !said.has(path.join(".")));
    };

/** The keys that a text names are those of the database's machine. */
const withPlace = (text: string) => text.replaceAll(/\b(machine|data)\.(?=[a-zA-Z])/g, "postgresql.$&");

/** A server is in one place. */
const placeRule: Rule = (given) => {
    const isSet = (key: string) => given("postgresql", key) !== undefined;
    if (isSet("url") && isSet("machine")) {
        const advice =
            "Leave postgresql.url out for a machine of the stack, or postgresql.machine for a server elsewhere.";
        return [{ path: ["postgresql", "machine"], reason: "postgresql.url names a server elsewhere", advice }];
    }
    return isSet("data") && !isSet("machine")
        ? [
              {
                  path: ["postgresql", "data"],
                  reason: "PostgreSQL has no machine of its own, whose volume it would be",
                  advice: "Give postgresql.machine as well, or leave it out: PostgreSQL is on the volume of `data`.",
              },
          ]
        : [];
};

/** The two machines reach each other, and are two. */
const neighboursRule: Rule = (given) => {
    const own = (...key: string[]) => given("postgresql", "machine", ...key);
    const first = (...key: string[]) => given("machine", ...key);
    if (first("platform") === undefined || own("platform") === undefined) {
        return []; // The schema says so.
    }
    if (own("platform") !== first("platform")) {
        const reason = "it is not that of the stack's first machine, by whose private address PostgreSQL knows it";
        return [complain(["platform"], reason, `Allowed: ${JSON.stringify(first("platform"))}, as machine.platform.`)];
    }
    switch (own("platform")) {
        case "local":
            return [
                ...((own("network") ?? DEFAULT_NETWORK) === (first("network") ?? DEFAULT_NETWORK)
                    ? []
                    : [
                          complain(
                              ["network"],
                              "it is not the network of the stack's first machine",
                              `Give machine.network: ${JSON.stringify(first("network") ?? DEFAULT_NETWORK)}.`,
                          ),
                      ]),
                ...(own("snapshot") === undefined
                    ? []
                    : [complain(["snapshot"], "a machine for PostgreSQL begins with none", "Leave it out.")]),
                ...differ("address"),
            ];
        case "aws":
            return [
                ...(["account", "region"] as const)
                    .filter((key) => first(key) !== undefined && own(key) !== undefined && own(key) !== first(key))
                    .map((key) =>
                        complain(
                            [key],
                            "the stack's machines are in one subnet",
                            `Give machine.${key}: ${JSON.stringify(first(key))}.`,
                        ),
                    ),
                ...(own("network") === undefined
                    ? []
                    : [complain(["network"], "it is in the subnet of the stack's first machine", "Leave it out.")]),
                ...(own("sessionManager") !== undefined &&
                (own("sessionManager", "localPort") ?? 22022) === (first("sessionManager", "localPort") ?? 22022)
                    ? [
                          complain(
                              ["sessionManager", "localPort"],
                              "it is the port that leads to the stack's first machine",
                              "Give another one, e.g. 22023.",
                          ),
                      ]
                    : []),
            ];
        case "existing":
            return [...differ("host"), ...["postgresql", undefined].flatMap(nameless)];
        default:
            return [];
    }

    function differ(key: string): RelatedComplaint[] {
        const isSame = own(key) !== undefined && own(key) === first(key);
        return isSame ? [complain([key], "it is that of the stack's first machine", "Give another machine.")] : [];
    }

    /** A firewall, and a certificate for an address, ask for addresses. */
    function nameless(section?: string): RelatedComplaint[] {
        const path = [...(section ? [section] : []), "machine"];
        const [host, address] = [given(...path, "host"), given(...path, "privateAddress")];
        return typeof host === "string" && isIP(host) === 0 && address === undefined
            ? [
                  {
                      path: [...path, "privateAddress"],
                      reason: `it must be set: ${path.join(".")}.host is a name, and the other machine knows this one by its address`,
                  },
              ]
            : [];
    }
};

const complain = (key: string[], reason: string, advice: string): RelatedComplaint => ({
    path: ["postgresql", "machine", ...key],
    reason,
    advice,
});

/** The other machine has no backups of its own yet, and a stack's backups are whole or none. */
const backupRule: Rule = (given) =>
    given("backup") === undefined
        ? []
        : [
              {
                  path: ["backup"],
                  reason: "the databases are on a machine of their own (postgresql.machine), which backups do not have yet",
                  advice: "Leave it out, and back the volume of the database up by the platform, or leave postgresql.machine out.",
              },
          ];

const whereThereIsOne =
    (rule: Rule): Rule =>
    (given) =>
        given("postgresql", "machine") === undefined ? [] : rule(given);

/** What the keys of the database's own machine must fulfil. */
export const databaseMachineRules: readonly Rule[] = [
    placeRule,
    ...[neighboursRule, backupRule, ...machineRules.map(forOwnMachine)].map(whereThereIsOne),
];
