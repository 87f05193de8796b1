import type { OmeroWebContext } from "../context";
import type { Product } from "../product";
import { REDIS_PORT } from "../../components/guest/redis";
import { hasOwnRedis, hasSessionsVolume } from "../../stacks/config/omero-web-applications";
import { ensure, NotHere, type Row } from "../row";
import { onEachApplication } from "./common/applications";
import { REDIS_UNITS } from "./common/redis";
import { checkRedisCluster } from "./common/redis-cluster";
import { checkBalancer } from "./omero-web/balancer";
import { cacheRows } from "./omero-web/cache";
import { configurationRows } from "./omero-web/configuration";
import { installationRows } from "./omero-web/installation";
import { APPLICATION_UNITS } from "./omero-web/units";
import { properties } from "./omero-web/properties";
import { serviceRows } from "./omero-web/service";
import { webRows } from "./omero-web/web";

/** What a stack that has nginx alone can show. */
const OF_THE_FRONT = ["O13", "O15", "O16"];

/** Whether OMERO.web is on the stack's first machine. */
const isHere = ({ backend, applications }: OmeroWebContext["config"]) =>
    backend === undefined && applications === undefined;

/** What was seen, and Redis where that is on several machines. */
const withCluster = async (context: OmeroWebContext, said: string) =>
    context.redisMembers.length > 0 ? `${said}; ${await checkRedisCluster(context)}` : said;

function onlyWithApplication(row: Row<OmeroWebContext>): Row<OmeroWebContext> {
    return OF_THE_FRONT.includes(row.id)
        ? row
        : {
              ...row,
              check: (context) =>
                  context.config.backend === undefined
                      ? onEachApplication(context, (each) => row.check(each))
                      : Promise.reject(new NotHere("OMERO.web is on another machine (backend), whose stack shows it")),
          };
}

/** OMERO.web: O01 to O16. */
export const omeroWeb: Product<"omero-web"> = {
    rows: [...installationRows, ...configurationRows, ...cacheRows, ...serviceRows, ...webRows]
        .map(onlyWithApplication)
        .sort((a, b) => a.id.localeCompare(b.id)),
    ports: (config) => {
        const { httpPort, httpsPort, fronts, applicationServer } = config.omeroWeb;
        return [
            httpPort,
            ...(config.tls.mode === "none" ? [] : [httpsPort]),
            ...(fronts.length === 0 ? [] : [applicationServer.port]),
            ...(config.applications && hasOwnRedis(config) ? [REDIS_PORT] : []),
        ];
    },
    hasData: (config) => isHere(config) || hasSessionsVolume(config),
    units: (config) => [
        "nginx.service",
        ...(isHere(config) ? APPLICATION_UNITS : []),
        ...(config.applications || config.redis.machines ? ["haproxy.service"] : []),
        ...(hasOwnRedis(config) ? REDIS_UNITS : []),
    ],
    onApplications: ({ omeroWeb: { applicationServer }, redis }) => ({
        ports: [applicationServer.port],
        units: [...APPLICATION_UNITS, ...(redis.machines ? ["haproxy.service"] : [])],
    }),
    services: async (context) => {
        const { machine, config, outputs } = context;
        if (context.applicationMachines.length > 0) {
            return withCluster(context, await checkBalancer(context));
        }
        if (config.backend !== undefined) {
            const gunicorn = `${config.backend.host}:${config.backend.port}`;
            const site = await machine.run("nginx -T 2>/dev/null");
            ensure(site.includes(`server ${gunicorn} fail_timeout=0;`), `nginx does not ask ${gunicorn}`);
            return `nginx is given Gunicorn on another machine as an endpoint, ${gunicorn}`;
        }
        if (config.omeroWeb.sessions === "files") {
            return "this stack has no service but OMERO.web itself: its sessions are files";
        }
        const used = (await properties({ machine })).get("omero.web.caches") ?? "no cache";
        const wanted = outputs.redisUrl ?? config.redis.url ?? "redis://127.0.0.1:6379/0";
        ensure(used.includes(wanted), `OMERO.web does not keep its sessions in ${wanted}`);
        return withCluster(
            context,
            `OMERO.web is given Redis as an endpoint, ${wanted}; redis.machine names one on a machine of the stack's own, redis.machines one on several, redis.elasticache one of Amazon's, redis.url one elsewhere`,
        );
    },
    // One that is in the settings of OMERO.web, and for nginx alone one in its site.
    trialSetting: {
        change: (config, { backend, omeroWeb: { sessionCookieAgeSeconds, timeoutSeconds } }) => {
            const key = "science-stacks:omeroWeb";
            const changed =
                backend === undefined
                    ? { sessionCookieAgeSeconds: sessionCookieAgeSeconds === 3600 ? 7200 : 3600 }
                    : { timeoutSeconds: timeoutSeconds === 60 ? 90 : 60 };
            config[key] = { ...(config[key] as object | undefined), ...changed };
        },
        shows: /^\s*[-+].*(omero\.web\.session_cookie_age=(3600|7200)|proxy_read_timeout (70|100)s)/m,
    },
};
