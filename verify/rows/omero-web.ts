import { isOwnRedis } from "../../stacks/config/services";
import type { OmeroWebContext } from "../context";
import type { Product } from "../product";
import { ensure, NotHere, type Row } from "../row";
import { configurationRows, properties } from "./omero-web/configuration";
import { installationRows } from "./omero-web/installation";
import { serviceRows } from "./omero-web/service";
import { webRows } from "./omero-web/web";

/** What a stack that has nginx alone can show. */
const OF_THE_FRONT = ["O13", "O15", "O16"];

function onlyWithApplication(row: Row<OmeroWebContext>): Row<OmeroWebContext> {
    return OF_THE_FRONT.includes(row.id)
        ? row
        : {
              ...row,
              check: (context) =>
                  context.config.backend === undefined
                      ? row.check(context)
                      : Promise.reject(new NotHere("OMERO.web is on another machine (backend), whose stack shows it")),
          };
}

/** OMERO.web: O01 to O16. */
export const omeroWeb: Product<"omero-web"> = {
    rows: [...installationRows, ...configurationRows, ...serviceRows, ...webRows]
        .map(onlyWithApplication)
        .sort((a, b) => a.id.localeCompare(b.id)),
    ports: ({ tls, omeroWeb: { httpPort, httpsPort, fronts, applicationServer } }) => [
        httpPort,
        ...(tls.mode === "none" ? [] : [httpsPort]),
        ...(fronts.length === 0 ? [] : [applicationServer.port]),
    ],
    hasData: ({ backend }) => backend === undefined,
    units: ({ omeroWeb: { sessions }, redis, backend }) =>
        backend
            ? ["nginx.service"]
            : [
                  "nginx.service",
                  "omero-web.service",
                  "omero-web-clearsessions.timer",
                  "opt-omero-web-omero\\\\x2dweb.mount",
                  ...(sessions === "redis" && isOwnRedis({ redis })
                      ? ["redis-server.service", "var-lib-redis.mount"]
                      : []),
              ],
    services: async ({ machine, config, outputs }) => {
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
        return `OMERO.web is given Redis as an endpoint, ${wanted}; redis.elasticache names one of Amazon's, redis.url one elsewhere`;
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
