import { REDIS_AUTHORITY } from "../../../components/guest/redis";
import type { OmeroWebContext } from "../../context";
import { ensure, NotHere, type Row } from "../../row";
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
            const elsewhere = context.outputs.redisUrl ?? context.config.redis.url;
            if (elsewhere !== undefined) {
                return `sessions are in Redis at ${elsewhere}, which keeps what OMERO.web gives it`;
            }
            const where = await checkOwnRedis(context, values.get("omero.web.caches"));
            return `sessions are in Redis, which keeps what OMERO.web gives it, lets in with its password alone, and listens on ${where}`;
        },
    },
];

const TRY_THE_CACHE =
    "from django.core.cache import cache; cache.set('science_stacks_verify', 'kept', 30); print(cache.get('science_stacks_verify')); cache.delete('science_stacks_verify')";

/** A program in OMERO.web's own Python, with its configuration, as its user. */
const IN_DJANGO = (program: string) =>
    `cd /opt/omero/web/omero-web && runuser -u omero-web -- env OMERODIR=$PWD OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web DJANGO_SETTINGS_MODULE=omeroweb.settings /opt/omero/web/venv3/bin/python -c "import django; django.setup(); ${program}"`;
const CACHE_SESSIONS = "django.contrib.sessions.backends.cache";

/** Redis on the stack's first machine: who is let in, and where it listens. */
async function checkOwnRedis({ front, config }: OmeroWebContext, caches = ""): Promise<string> {
    const [, host] = /rediss:\/\/([\d.]+):/.exec(caches) ?? [];
    ensure(host !== undefined || config.applications === undefined, "OMERO.web does not reach Redis by TLS");
    const way = host === undefined ? "" : `--tls --cacert ${REDIS_AUTHORITY} -h ${host}`;
    const refused = await front.run(`redis-cli ${way} ping`);
    ensure(refused.startsWith("NOAUTH"), "Redis answers without its password");
    const listens = await front.run("ss -lntH 'sport = 6379' | awk '{print $4}'");
    const open = listens.split("\n").filter((each) => !/^(127\.|\[::1\])/.test(each) && each !== `${host}:6379`);
    ensure(open.length === 0, `Redis listens on ${open.join(", ")}`);
    return host === undefined ? "the loopback" : `${host} by TLS alone`;
}
