import { applicationNames } from "./further-services";
import { refusedWith, type Refused } from "./named-machines";
import type { Rule } from "./rule";
import { isOwnRedis, type RedisPlace } from "./services";

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
    [
        ["backup"],
        "the machines in applications have no backups: but for the sessions, what is there is made by `up`",
        "Leave it out, or leave applications out.",
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

/** What is so of OMERO.web's machines alone. */
export const omeroWebApplicationRules: readonly Rule[] = [togetherRule, sessionsRule];

/** Whether the sessions are kept by a Redis of the stack's own, on its first machine. */
export const hasOwnRedis = ({
    backend,
    omeroWeb,
    redis,
}: RedisPlace & { backend?: unknown; omeroWeb: { sessions: string } }): boolean =>
    backend === undefined && omeroWeb.sessions === "redis" && isOwnRedis({ redis });

/**
 * Whether the first machine has a volume for sessions. It has one, too, where Redis has machines of its own: what Redis had
 * here stays, for the way back.
 */
export const hasSessionsVolume = (config: Parameters<typeof hasOwnRedis>[0]): boolean =>
    hasOwnRedis(config) || config.redis.machine !== undefined || config.redis.machines !== undefined;
