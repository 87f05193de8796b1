import { REDIS_AUTHORITY } from "../../../components/guest/redis";
import { GUNICORN_AUTHORITY } from "../../../components/omero-web/omero-web";
import type { OmeroWebContext } from "../../context";
import { ensure, NotHere, type Row } from "../../row";

/** What OMERO.web is told. */
export const configurationRows: Row<OmeroWebContext>[] = [
    {
        id: "O04",
        title: "OMERODIR, port, server name; the configuration is the rendered one; nginx as `omero web config nginx` has it",
        async check(context) {
            const { machine, front, config } = context;
            const values = await properties(context);
            const rendered = await machine.run("grep -v '^#' /etc/omero-web/omero-web.properties");
            const wanted = new Map(rendered.split("\n").map(pair));
            const further = [...values.keys()].filter((key) => !wanted.has(key) && !APART.has(key));
            const missing = [...wanted].filter(([key, value]) => values.get(key) !== value).map(([key]) => key);
            ensure(
                further.length === 0,
                `OMERO.web has properties that the stack did not give it: ${further.join(", ")}`,
            );
            ensure(missing.length === 0, `OMERO.web has not got, or has otherwise: ${missing.join(", ")}`);

            const [generated, served] = await Promise.all([
                machine.run(
                    `omero-web web config nginx --http ${config.omeroWeb.httpPort} --servername verify 2>/dev/null`,
                ),
                front.run("nginx -T 2>/dev/null"),
            ]);
            // Where OMERO.web has machines for itself, it is HAProxy that nginx hands requests on to.
            const direct = directives(generated).filter((each) => !(config.applications && each.startsWith("server ")));
            const lost = direct.filter((each) => !served.replace(/\s+/g, " ").includes(each));
            ensure(lost.length === 0, `nginx has not got what OMERO.web generates: ${lost.join(" ")}`);
            ensure(!served.includes("/var/www/html"), "nginx has Debian's default server");
            return `${wanted.size} properties, no other; nginx has every directive of OMERO.web's own configuration, and no default server`;
        },
    },
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
            if (context.config.redis.url !== undefined) {
                return `sessions are in Redis at ${context.config.redis.url}, which keeps what OMERO.web gives it`;
            }
            const where = await checkOwnRedis(context, values.get("omero.web.caches"));
            return `sessions are in Redis, which keeps what OMERO.web gives it, lets in with its password alone, and listens on ${where}`;
        },
    },
    {
        id: "O06",
        title: "Prefix with its static URL",
        async check({ config, web, outputs, machine }) {
            const { prefix } = config.omeroWeb;
            if (prefix === "") {
                throw new NotHere("this stack is at the site's root (omeroWeb.prefix is not set)");
            }
            const values = await properties({ machine });
            ensure(
                values.get("omero.web.static_url") === `${prefix}/static/`,
                "the static URL is not below the prefix",
            );
            const { text } = await web.get(new URL("webclient/login/", outputs.url).href);
            ensure(text.includes(`"${prefix}/static/`), "the log-in page has its files elsewhere");
            const root = await web.request(new URL("/", outputs.url).href);
            ensure(root.headers.location === outputs.url, `the site's root leads to ${root.headers.location}`);
            return `all of the site is below ${prefix}, to which the site's root leads`;
        },
    },
    {
        id: "O07",
        title: "nginx on another host (application_server.host)",
        async check(context) {
            const { applicationServer, fronts } = context.config.omeroWeb;
            const { port } = applicationServer;
            const host = (await properties(context)).get("omero.web.application_server.host") ?? applicationServer.host;
            const listens = await context.machine.run(`ss -lntH 'sport = ${port}' | awk '{print $4}'`);
            ensure(listens.split("\n").includes(`${host}:${port}`), `Gunicorn listens on ${listens}, not on ${host}`);
            if (context.config.applications) {
                return `Gunicorn listens on ${host}:${port}, by TLS, for HAProxy of the stack's first machine`;
            }
            if (fronts.length === 0) {
                throw new NotHere(
                    `Gunicorn listens on ${host}:${port} for the nginx of its own machine (omeroWeb.fronts is empty)`,
                );
            }
            return `Gunicorn listens on ${host}:${port} for ${fronts.join(", ")}`;
        },
    },
    {
        id: "O08",
        title: "Debug, login logo, index template, public user, servers, and any other property through one map",
        async check(context) {
            const { omeroWeb, publicUser, properties: map } = context.config;
            const values = await properties(context);
            const wanted: Record<string, string | undefined> = {
                "omero.web.debug": String(omeroWeb.debug),
                "omero.web.login_logo": omeroWeb.loginLogo,
                "omero.web.index_template": omeroWeb.indexTemplate,
                "omero.web.public.user": publicUser?.user,
            };
            const wrong = Object.entries(wanted).filter(([key, value]) => !(key in map) && values.get(key) !== value);
            ensure(wrong.length === 0, `not as configured: ${wrong.map(([key]) => key).join(", ")}`);
            const servers = JSON.parse(values.get("omero.web.server_list") ?? "[]") as unknown[];
            ensure(servers.length === omeroWeb.servers.length, `OMERO.web knows ${servers.length} servers`);
            ensure(
                publicUser === undefined || values.has("omero.web.public.password"),
                "the public user has no password",
            );
            const others = Object.keys(map).filter((key) => !values.has(key));
            ensure(others.length === 0, `missing: ${others.join(", ")}`);
            return `debug ${omeroWeb.debug}, ${servers.length} servers, public user ${publicUser?.user ?? "none"}, ${Object.keys(map).length} further properties`;
        },
    },
    {
        id: "O10",
        title: "CORS: middleware at both indexes, whitelist or all",
        async check(context) {
            const { origins, allowAll } = context.config.omeroWeb.cors;
            const list = await middleware(context);
            const index = (name: string) => list.find((each) => each.class === `corsheaders.middleware.${name}`)?.index;
            if (origins.length === 0 && !allowAll) {
                ensure(index("CorsMiddleware") === undefined, "CORS is on, though no origin may ask");
                throw new NotHere("this stack lets no other site ask (omeroWeb.cors)");
            }
            ensure(
                index("CorsMiddleware") === 0.5 && index("CorsPostCsrfMiddleware") === 10,
                "CORS is not at both ends",
            );
            const origin = origins[0] ?? "https://anyone.example.org";
            const login = new URL("webclient/login/", context.outputs.url).href;
            const [allowed, other] = await Promise.all(
                [origin, "https://stranger.example.org"].map(async (each) => {
                    const { headers } = await context.web.request(login, { headers: { Origin: each } });
                    return headers["access-control-allow-origin"];
                }),
            );
            ensure(allowed === origin || allowed === "*", `${origin} may not ask`);
            ensure(allowAll || other === undefined, "every site may ask");
            return `${origin} may ask, ${allowAll ? "and all others" : "others may not"}`;
        },
    },
    {
        id: "O11",
        title: "WhiteNoise middleware at index 0",
        async check(context) {
            const [first] = (await middleware(context)).sort((a, b) => a.index - b.index);
            ensure(
                first?.class === "whitenoise.middleware.WhiteNoiseMiddleware" && first.index === 0,
                `first is ${first?.class}`,
            );
            const values = await properties(context);
            const { applicationServer, prefix } = context.config.omeroWeb;
            const { port } = applicationServer;
            const host = values.get("omero.web.application_server.host") ?? applicationServer.host;
            const [scheme, authority] = context.config.applications ? ["https", GUNICORN_AUTHORITY] : ["http", ""];
            const path = `${prefix}/static/webclient/css/layout.css`;
            const status = await context.machine.run(
                `/usr/bin/python3 -c 'import ssl, urllib.request as u; r = u.Request("${scheme}://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}${path}", headers={"Host": "${new URL(context.outputs.url).hostname}"}); print(u.urlopen(r, timeout=20, context=ssl.create_default_context(cafile="${authority}" or None)).status)'`,
            );
            ensure(status === "200", `Gunicorn answers for a static file with ${status}`);
            return "WhiteNoise comes first: Gunicorn serves its static files itself, too";
        },
    },
];

/** Properties that are not in the rendered file: secret ones, and what follows from the machine. */
const APART = new Set([
    "omero.web.wsgi_workers",
    "omero.web.public.password",
    "omero.web.caches",
    "omero.web.secret_key",
]);
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

/** What OMERO.web has been told, by its own command; secrets among it, so never shown. */
export async function properties({ machine }: Pick<OmeroWebContext, "machine">): Promise<Map<string, string>> {
    let asked = known.get(machine);
    if (asked === undefined) {
        asked = machine.run("omero-web config get --show-password").then((text) => new Map(text.split("\n").map(pair)));
        known.set(machine, asked);
    }
    return asked;
}

/** OMERO.web's command takes seconds: it is asked once for all rows. */
const known = new WeakMap<object, Promise<Map<string, string>>>();

async function middleware(context: OmeroWebContext) {
    const values = await properties(context);
    return JSON.parse(values.get("omero.web.middleware") ?? "[]") as { index: number; class: string }[];
}

function pair(line: string): [string, string] {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)];
}

/** The lines of a generated configuration that must be served as they are: not its listening, names and missing page. */
function directives(text: string): string[] {
    return text
        .split("\n")
        .map((line) => line.trim().replace(/\s+/g, " "))
        .filter((line) => /^(server 1|proxy_|sendfile|try_files \$uri @proxy)/.test(line));
}
