import type { OmeroWebContext } from "../../context";
import { count, ensure, NotHere, type Row } from "../../row";
import { checkRedis, tlsHost } from "../common/redis";
import { checkRedisMembers } from "../common/redis-cluster";
import { properties } from "./properties";

/** What keeps the sessions. */
export const cacheRows: Row<OmeroWebContext>[] = [
    {
        id: "O05",
        title: "Redis cache and cache sessions",
        async check(context) {
            if (context.config.omeroWeb.sessions === "files") {
                throw new NotHere("this stack keeps its sessions in files (omeroWeb.sessions)");
            }
            const values = await properties(context);
            ensure(values.get("omero.web.session_engine") === CACHE_SESSIONS, "sessions are not in the cache");
            const kept = await context.machine.run(IN_DJANGO(TRY_THE_CACHE));
            ensure(kept === "kept", `OMERO.web's cache does not keep what it is given: ${kept}`);
            const { outputs, config, front, redisMachine, redisMembers, applicationMachines } = context;
            if (redisMembers.length > 0) {
                return `sessions are in Redis on ${count(redisMembers.length, "machine")}, which keeps what OMERO.web gives it, and lets in with its password alone: ${await checkRedisMembers(context)}`;
            }
            const elsewhere = outputs.redisUrl ?? config.redis.url;
            if (elsewhere !== undefined && redisMachine === undefined) {
                return `sessions are in Redis at ${elsewhere}, which keeps what OMERO.web gives it`;
            }
            const host = tlsHost(values.get("omero.web.caches"));
            const isFar = redisMachine !== undefined || applicationMachines.length > 0;
            ensure(host !== undefined || !isFar, "OMERO.web does not reach Redis by TLS");
            const listens = await checkRedis(redisMachine?.ssh ?? front, host);
            const where = redisMachine ? `Redis on ${redisMachine.name}` : "Redis";
            return `sessions are in ${where}, which keeps what OMERO.web gives it, lets in with its password alone, and listens on ${listens}`;
        },
    },
];

const TRY_THE_CACHE =
    "from django.core.cache import cache; cache.set('science_stacks_verify', 'kept', 30); print(cache.get('science_stacks_verify')); cache.delete('science_stacks_verify')";

/** A program in OMERO.web's own Python, with its configuration, as its user. */
const IN_DJANGO = (program: string) =>
    `cd /opt/omero/web/omero-web && runuser -u omero-web -- env OMERODIR=$PWD OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web DJANGO_SETTINGS_MODULE=omeroweb.settings /opt/omero/web/venv3/bin/python -c "import django; django.setup(); ${program}"`;
const CACHE_SESSIONS = "django.contrib.sessions.backends.cache";
