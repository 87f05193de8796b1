import { haproxyPart } from "../guest/haproxy";
import type { GuestFile } from "../guest/program";
import { REDIS_PORT } from "../guest/redis";
import { renderTemplate } from "../guest/template";
import { CHECK_USER, REDIS_BALANCER_PORT, type RedisMember } from "./member";

/** Where HAProxy has the password by which it asks a member what it is. */
const CHECK_SECRET = "/etc/haproxy/redis-check.map";
const AUTHORITY = "/etc/haproxy/authorities/redis.pem";
const LUA = "/etc/haproxy/redis.lua";
/** How long it keeps who comes while there is no master: longer than one is away, where the Sentinels agree at once or the second time. */
const PATIENCE_SECONDS = 25;

/** That file: in an environment, or in the configuration, others would read it. */
export const checkSecretFile = (password: string): Record<string, GuestFile> => ({
    [CHECK_SECRET]: { content: `${CHECK_USER} ${password}\n`, owner: "root:haproxy", mode: "640" },
});

/** HAProxy's configuration, and what it verifies the members by. @param secretRevision differs when the password differs */
export function redisBalancerFiles(
    members: readonly RedisMember[],
    authority: string,
    secretRevision: string,
): Record<string, GuestFile> {
    const values = {
        ...{ members, memberPort: REDIS_PORT, port: REDIS_BALANCER_PORT },
        ...{ authority: AUTHORITY, user: CHECK_USER, secret: CHECK_SECRET, secretRevision },
        ...{ lua: LUA, patienceSeconds: PATIENCE_SECONDS },
    };
    const wait = {
        ...{ backend: "redis", wanted: "master", patienceSeconds: PATIENCE_SECONDS },
        why: "Who comes while no member of Redis is master waits for the one that takes over: without an answer, users would be logged out.",
    };
    return {
        // What it names comes first: another step may look at all of it meanwhile.
        [LUA]: { content: renderTemplate("haproxy/templates/wait.lua.eta", wait) },
        [AUTHORITY]: { content: `${authority.trimEnd()}\n` },
        [haproxyPart("redis")]: { content: renderTemplate("haproxy/templates/redis.cfg.eta", values) },
    };
}
