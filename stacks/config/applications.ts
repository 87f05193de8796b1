import { BALANCER_PORT } from "../../components/omero-web/balancer-files";
import { applicationNames } from "./further-services";
import { nameComplaints, namedMachines, NAME_TEXT, refusedWith, type Refused } from "./named-machines";
import type { Given, RelatedComplaint, Rule } from "./rule";
import { isOwnRedis, type RedisPlace } from "./services";

/** How many application machines a stack may have. */
const MOST = 30;
const ALLOWED = `a mapping of 1 to ${MOST} names to machines; a name has ${NAME_TEXT}`;

/** `applications`: the machines of OMERO.web, by name, so that one that comes or goes leaves the others as they are. */
export const applications = () =>
    namedMachines(
        "OMERO.web",
        [2, 10],
        "Its data volume: OMERO.web's own directory with its logs. The sessions are not on it.",
    ).meta({
        allowed: ALLOWED,
        description:
            "OMERO.web on several machines of the stack, behind nginx, HAProxy and Redis on the first one (docs/more-machines.md). " +
            `Each has a name of ${NAME_TEXT}.`,
        defaultText: "none: OMERO.web is on the stack's first machine",
    });

/** The names are those of machines, and there are not too many. */
const namesRule: Rule = (given) => {
    const names = applicationNames(given);
    const wrong = nameComplaints({
        ...{ path: ["applications"], names, whose: "an application machine", example: "app1" },
    });
    const count =
        given("applications") === undefined || (names.length >= 1 && names.length <= MOST)
            ? []
            : [{ path: ["applications"], reason: `${names.length} are given`, advice: `Allowed: ${ALLOWED}.` }];
    return [...wrong, ...count];
};

/** What has no meaning, or another one, where OMERO.web is on machines of its own. */
const REFUSED: readonly Refused[] = [
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

const togetherRule = refusedWith((given) => applicationNames(given).length > 0, REFUSED);

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

/** What is on them is made by `up`, but for what an administrator laid there. */
const backupRule: Rule = (given) =>
    applicationNames(given).length > 0 && given("backup") !== undefined
        ? [
              {
                  path: ["backup"],
                  reason: "the machines in applications have no backups: but for the sessions, what is there is made by `up`",
                  advice: "Leave it out, or leave applications out.",
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
export const applicationRules: readonly Rule[] = [namesRule, togetherRule, sessionsRule, backupRule];

/** Whether the sessions are kept by a Redis of the stack's own, on its first machine. */
export const hasOwnRedis = ({
    backend,
    omeroWeb,
    redis,
}: RedisPlace & { backend?: unknown; omeroWeb: { sessions: string } }): boolean =>
    backend === undefined && omeroWeb.sessions === "redis" && isOwnRedis({ redis });

/**
 * Whether the first machine has a volume for sessions. It has one, too, where Redis has a machine of its own: what Redis had
 * here stays, for the way back.
 */
export const hasSessionsVolume = (config: Parameters<typeof hasOwnRedis>[0]): boolean =>
    hasOwnRedis(config) || config.redis.machine !== undefined;
