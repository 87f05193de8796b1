import type { z } from "zod";
import { MEMBER_COUNTS } from "../../components/database-cluster/member";
import { memberNames } from "./further-services";
import {
    completeNamedMachines,
    nameComplaints,
    namedMachines,
    NAME_TEXT,
    refusedWith,
    type Refused,
} from "./named-machines";
import type { RelatedComplaint, Rule } from "./rule";

const ALLOWED = `a mapping of ${MEMBER_COUNTS.join(" or ")} names to machines; a name has ${NAME_TEXT}`;
const PATH = ["postgresql", "machines"] as const;
/** The release whose packages of etcd and Patroni the steps know. */
const RELEASE = "debian-12";
/** `postgresql.machines`: the machines of PostgreSQL. What a standby that is away has kept for it is on the volume, too. */
export const databaseMachines = () =>
    namedMachines("PostgreSQL", [5, 20], "Its data volume: PostgreSQL's cluster, whole, and what etcd keeps.").meta({
        allowed: ALLOWED,
        description:
            "PostgreSQL on three machines of the stack, or five: one writes, the others have what it wrote, and one of them takes " +
            `over by itself (docs/more-machines.md). Each has a name of ${NAME_TEXT}.`,
        defaultText: "none: PostgreSQL is on the machine",
    });

interface Keys {
    machines?: z.output<ReturnType<typeof databaseMachines>>;
}

/** The keys of PostgreSQL, with the defaults of its machines that follow from other values. */
export const completeDatabaseMachines = <T extends Keys>(given: T): T =>
    given.machines === undefined ? given : { ...given, machines: completeNamedMachines(given.machines) };

/** The names are those of machines, and a majority of them is one that can lose another. */
const namesRule: Rule = (given) => {
    const names = memberNames(given);
    const wrong = nameComplaints({
        ...{ path: PATH, names, whose: "a machine of PostgreSQL's", example: "db1" },
    });
    const reason = `${names.length} are given: of an even number no more could be lost, and of one none`;
    const count =
        given(...PATH) === undefined || MEMBER_COUNTS.includes(names.length)
            ? []
            : [{ path: PATH, reason, advice: `Allowed: ${ALLOWED}.` }];
    return [...wrong, ...count];
};

/** What names another server, or is of one that is alone. */
const REFUSED: readonly Refused[] = [
    [
        ["postgresql", "machine"],
        "postgresql.machines has the machines of PostgreSQL",
        "Leave one of the two out: postgresql.machine or postgresql.machines.",
    ],
    [
        ["postgresql", "url"],
        "postgresql.machines has the machines of PostgreSQL",
        "Leave one of the two out: postgresql.url or postgresql.machines.",
    ],
    [
        ["postgresql", "rds"],
        "postgresql.machines has the machines of PostgreSQL",
        "Leave one of the two out: postgresql.rds or postgresql.machines.",
    ],
    [
        ["packagesAsOf"],
        "packages of postgresql.machines would be upgraded on all of them at once",
        "Leave it out, and upgrade one machine after the other (docs/more-machines.md).",
    ],
];

const togetherRule = refusedWith((given) => given(...PATH) !== undefined, REFUSED);

/** On AWS there is a server that does the same, and this one was not tried there. */
const platformRule: Rule = (given) =>
    memberNames(given)
        .filter((name) => given(...PATH, name, "machine", "platform") === "aws")
        .map((name) => ({
            path: [...PATH, name, "machine", "platform"],
            reason: "PostgreSQL on several machines is for local ones and existing hosts",
            advice: "On AWS, take postgresql.rds, whose second server takes over by itself (multiAz).",
        }));

/** A release whose packages nobody tried is refused before anything is made. */
const releaseRule: Rule = (given) =>
    memberNames(given).flatMap((name): RelatedComplaint[] => {
        const path = [...PATH, name, "machine", "image"];
        const image = given(...path);
        return typeof image === "string" && image !== RELEASE
            ? [{ path, reason: "PostgreSQL on several machines was not tried on it", advice: `Take "${RELEASE}".` }]
            : [];
    });

/** The first machine's programs dump and restore: what those of a newer version write, the server does not take. */
const backupRule: Rule = (given) => {
    const path = ["machine", "image"];
    const image = given(...path);
    const isAnother = typeof image === "string" && image !== RELEASE;
    const reason = `backups of postgresql.machines are made by this machine's programs of PostgreSQL, which are to be those of ${RELEASE}`;
    return isAnother && given(...PATH) !== undefined && given("backup") !== undefined
        ? [{ path, reason, advice: `Take "${RELEASE}", or leave backup out.` }]
        : [];
};

/** What the machines of PostgreSQL must fulfil, besides what is so of each further machine. */
export const databaseClusterRules: readonly Rule[] = [namesRule, togetherRule, platformRule, releaseRule, backupRule];
