import { z } from "zod";
import { APPLICATION_NAME, BALANCER_PORT } from "../../components/omero-web/balancer-files";
import { volume } from "./common";
import { applicationNames } from "./further-services";
import { completeData, machine } from "./machine";
import type { Given, RelatedComplaint, Rule } from "./rule";

/** How many application machines a stack may have. */
const MOST = 30;
const ALLOWED = `a mapping of 1 to ${MOST} names to machines; a name has 1 to 12 lower-case letters and digits, the first a letter`;

const ownVolume = () => volume("OMERO.web", 2, 10);

/** A machine that OMERO.web is on, beside the stack's first one. */
const application = () =>
    z.strictObject({
        machine: machine().meta({
            allowed: "a mapping with the keys of `machine`",
            description: "The machine, on the platform of the stack's first one.",
        }),
        data: ownVolume().prefault({}).meta({
            description: "Its data volume: OMERO.web's own directory with its logs. The sessions are not on it.",
        }),
    });

/** `applications`: the machines of OMERO.web, by name, so that one that comes or goes leaves the others as they are. */
export const applications = () =>
    z
        .record(z.string(), application())
        .optional()
        .meta({
            allowed: ALLOWED,
            description:
                "OMERO.web on several machines of the stack, behind nginx, HAProxy and Redis on the first one (docs/more-machines.md). " +
                "Each has a name of 1 to 12 lower-case letters and digits, the first a letter.",
            defaultText: "none: OMERO.web is on the stack's first machine",
        });

type Applications = z.output<ReturnType<typeof applications>>;

/** The machines with the defaults that follow from other values. */
export const completeApplications = (given: Applications): Applications =>
    given &&
    Object.fromEntries(
        Object.entries(given).map(([name, { machine, data }]) => [
            name,
            { machine, data: completeData(data, machine) },
        ]),
    );

/** The names are those of machines, and there are not too many. */
const namesRule: Rule = (given) => {
    const names = applicationNames(given);
    const wrong = names
        .filter((name) => !APPLICATION_NAME.test(name))
        .map((name) => ({
            path: ["applications", name],
            reason: "this is no name of an application machine",
            advice: "Give 1 to 12 lower-case letters and digits, the first a letter.",
        }));
    const reserved = names
        .filter((name) => name === "database")
        .map((name) => ({
            path: ["applications", name],
            reason: "the name is reserved: it is that of a database's machine",
            advice: 'Take another one, e.g. "app1".',
        }));
    const count =
        given("applications") === undefined || (names.length >= 1 && names.length <= MOST)
            ? []
            : [{ path: ["applications"], reason: `${names.length} are given`, advice: `Allowed: ${ALLOWED}.` }];
    return [...wrong, ...reserved, ...count];
};

/** What has no meaning, or another one, where OMERO.web is on machines of its own. */
const REFUSED: readonly (readonly [path: readonly string[], reason: string, advice: string])[] = [
    [
        ["backend"],
        "applications has the machines that Gunicorn is on",
        "Leave backend out, or applications for Gunicorn of another stack.",
    ],
    [
        ["omeroWeb", "applicationServer", "host"],
        "Gunicorn listens on the private address of each machine in applications",
        "Leave it out.",
    ],
    [
        ["omeroWeb", "fronts"],
        "Gunicorn is reached from the stack's first machine alone where there are applications",
        "Leave it out.",
    ],
];

const togetherRule: Rule = (given) =>
    applicationNames(given).length === 0
        ? []
        : REFUSED.filter(([path]) => given(...path) !== undefined).map(([path, reason, advice]) => ({
              ...{ path: [...path], reason, advice },
          }));

/** What one machine has in files the others do not know. */
const sessionsRule: Rule = (given) =>
    applicationNames(given).length > 1 && given("omeroWeb", "sessions") === "files"
        ? [
              {
                  path: ["omeroWeb", "sessions"],
                  reason: "each machine in applications would have sessions of its own, and users be logged out from one request to the next",
                  advice: 'Allowed with several: "redis".',
              },
          ]
        : [];

/** What a web port of the first machine must not be. */
export const balancerPorts = (given: Given): [number, string][] =>
    applicationNames(given).length === 0 ? [] : [[BALANCER_PORT, "HAProxy"]];

/** Where OMERO.web, and with it IcePy, is. */
export const machinesOfOmeroWeb = (given: Given): RelatedComplaint["path"][] => {
    const names = applicationNames(given);
    return names.length === 0 ? [["machine"]] : names.map((name) => ["applications", name, "machine"]);
};

/** What the machines of OMERO.web must fulfil, besides what is so of each further machine. */
export const applicationRules: readonly Rule[] = [namesRule, togetherRule, sessionsRule];

/** Whether the sessions are kept by a Redis of the stack's own, on its first machine. */
export const hasOwnRedis = ({
    backend,
    omeroWeb,
    redis,
}: {
    backend?: unknown;
    omeroWeb: { sessions: string };
    redis: { url?: string };
}): boolean => backend === undefined && omeroWeb.sessions === "redis" && redis.url === undefined;
