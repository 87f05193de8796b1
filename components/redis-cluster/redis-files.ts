import { secretPath } from "../guest/config-files";
import type { GuestFile } from "../guest/program";
import { CERTIFICATE, KEY, REDIS_AUTHORITY as AUTHORITY, REDIS_PORT, settings } from "../guest/redis";
import { renderTemplate } from "../guest/template";
import {
    CHECK_USER,
    CLUSTER,
    MEMBER_SECRET,
    MEMBER_USER,
    SENTINEL_PORT,
    SENTINEL_SECRET,
    type RedisMember,
} from "./member";

export const REDIS_UNIT = "redis-server.service";
export const SENTINEL_UNIT = "redis-sentinel.service";

/** Debian's own files stay as they are, and are not used. */
const SETTINGS = "/etc/redis/member.conf";
const SENTINEL_SETTINGS = "/etc/redis/sentinel-member.conf";
const PASSWORDS = "/etc/redis/member-password.conf";
const SENTINEL_PASSWORDS = "/etc/redis/sentinel-passwords.conf";
export const USERS = "/etc/redis/users.acl";
/** How steps, `verify` and operators ask the members. */
export const LIBRARY = "/usr/local/lib/science-stacks/redis.sh";

/** What Redis and Sentinel write themselves, on the data volume: which member is master. */
export const STATE = { role_file: "/var/lib/redis/role.conf", sentinel_state: "/var/lib/redis/sentinel.conf" };
/** What both begin with: the files that `up` lays. */
export const BEGINNINGS = { settings: SETTINGS, sentinel_settings: SENTINEL_SETTINGS, cluster: CLUSTER };

/** A file that Redis and Sentinel may read, and nobody else. */
export const ITS_OWN = { owner: "redis:redis", mode: "400" };

/**
 * How long a master is not heard of before it is gone; how long without a replica it takes what is written: that is less; and how long
 * Sentinels try to agree: where two want to lead at once, none does, and they begin anew after twice that time.
 */
export const TIMES = { downAfterSeconds: 5, mostLagSeconds: 3, electionSeconds: 4 };

/** What must be there before Debian's packages are: they would start servers of their own. */
export const REDIS_UNIT_FILES: Record<string, GuestFile> = Object.fromEntries(
    [
        {
            unit: REDIS_UNIT,
            program: "/usr/bin/redis-server",
            state: STATE.role_file,
            kept: "include|replicaof",
            library: LIBRARY,
        },
        {
            ...{ unit: SENTINEL_UNIT, program: "/usr/bin/redis-sentinel", state: STATE.sentinel_state },
            kept: "include|sentinel (myid|monitor|(config|leader|current)-epoch|known-(replica|sentinel))",
        },
    ].map((values) => [
        `/etc/systemd/system/${values.unit}.d/member.conf`,
        { content: renderTemplate("redis/templates/member-unit.conf.eta", values) },
    ]),
);

export interface MemberSettings {
    own: RedisMember;
    members: readonly RedisMember[];
    maxMemoryMiB?: number;
    /** A mark of the certificates and of the members' passwords: both are read at the start. */
    secrets: string;
}

/** The files of Redis and Sentinel on a member, which neither of them writes. */
export function memberFiles({ own, members, maxMemoryMiB, secrets }: MemberSettings): Record<string, GuestFile> {
    const cluster = { authority: AUTHORITY, users: USERS, passwords: PASSWORDS, ...TIMES };
    const sentinel = {
        ...{ own, cluster: CLUSTER, port: SENTINEL_PORT, authority: AUTHORITY, certificate: CERTIFICATE, key: KEY },
        ...{ passwords: SENTINEL_PASSWORDS, ...TIMES },
    };
    const library = {
        ...{ own, members, cluster: CLUSTER, authority: AUTHORITY, certificate: CERTIFICATE, key: KEY },
        ...{ ports: { redis: REDIS_PORT, sentinel: SENTINEL_PORT }, user: MEMBER_USER },
        secrets: { member: secretPath(MEMBER_SECRET), sentinel: secretPath(SENTINEL_SECRET) },
    };
    return {
        [SETTINGS]: { content: `${settings({ maxMemoryMiB, network: own.address, cluster })}# ${secrets}\n` },
        [SENTINEL_SETTINGS]: {
            content: `${renderTemplate("redis/templates/sentinel.conf.eta", sentinel)}# ${secrets}\n`,
        },
        [LIBRARY]: { content: renderTemplate("redis/templates/redis.sh.eta", library) },
    };
}

/** What the members know each other by. They are not made anew with the password of those who use Redis. */
export interface MemberPasswords {
    /** Of the user that a replica comes in as, and the Sentinels. */
    member: string;
    /** Of the Sentinels among themselves. */
    sentinel: string;
}

/** Those as Redis and Sentinel read them. */
export const passwordFiles = ({ member, sentinel }: MemberPasswords): Record<string, GuestFile> => ({
    [PASSWORDS]: { content: `masteruser ${MEMBER_USER}\nmasterauth ${member}\n`, ...ITS_OWN },
    [SENTINEL_PASSWORDS]: {
        content:
            `requirepass ${sentinel}\nsentinel sentinel-pass ${sentinel}\n` +
            `sentinel auth-user ${CLUSTER} ${MEMBER_USER}\nsentinel auth-pass ${CLUSTER} ${member}\n`,
        ...ITS_OWN,
    },
});

/** Who comes in to Redis: those who use it, with their password; the members; and who asks for nothing but what a member is. */
export const usersText = (passwords: { client: string; member: string; check: string }): string =>
    [
        `user default on >${passwords.client} ~* &* +@all`,
        `user ${MEMBER_USER} on >${passwords.member} ~* &* +@all`,
        `user ${CHECK_USER} on >${passwords.check} -@all +info`,
        "",
    ].join("\n");
