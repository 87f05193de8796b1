import { secretPath } from "../guest/config-files";
import { HAPROXY_CONFIGURATION, HAPROXY_SOCKET, HAPROXY_UNIT } from "../guest/haproxy";
import type { GuestFile } from "../guest/program";
import { REDIS_PORT } from "../guest/redis";
import { renderTemplate } from "../guest/template";
import { CHECK_USER, REDIS_BALANCER_PORT, type RedisMember } from "./member";

/** Where HAProxy has the password by which it asks a member what it is: systemd reads it, who is root. */
export const CHECK_SECRET = secretPath("redis-check");
const VARIABLE = "REDIS_CHECK_PASSWORD";
const AUTHORITY = "/etc/haproxy/authorities/redis.pem";

/** The content of that file. */
export const checkSecret = (password: string): string => `${VARIABLE}=${password}\n`;

/** HAProxy's configuration, and what it verifies the members by. */
export function redisBalancerFiles(members: readonly RedisMember[], authority: string): Record<string, GuestFile> {
    const values = {
        ...{ members, memberPort: REDIS_PORT, port: REDIS_BALANCER_PORT, socket: HAPROXY_SOCKET },
        ...{ authority: AUTHORITY, user: CHECK_USER, variable: VARIABLE },
    };
    return {
        [HAPROXY_CONFIGURATION]: { content: renderTemplate("haproxy/templates/redis.cfg.eta", values) },
        [AUTHORITY]: { content: `${authority.trimEnd()}\n` },
        [`/etc/systemd/system/${HAPROXY_UNIT}.d/redis.conf`]: {
            content: `# The password by which HAProxy asks a member of Redis what it is.\n[Service]\nEnvironmentFile=${CHECK_SECRET}\n`,
        },
    };
}
