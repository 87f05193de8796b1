import { GUNICORN_AUTHORITY } from "../../../components/omero-web/omero-web";
import type { OmeroWebContext } from "../../context";
import { ensure, NotHere, type Row } from "../../row";
import { pair, properties } from "./properties";

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
async function middleware(context: OmeroWebContext) {
    const values = await properties(context);
    return JSON.parse(values.get("omero.web.middleware") ?? "[]") as { index: number; class: string }[];
}

/** The lines of a generated configuration that must be served as they are: not its listening, names and missing page. */
function directives(text: string): string[] {
    return text
        .split("\n")
        .map((line) => line.trim().replace(/\s+/g, " "))
        .filter((line) => /^(server 1|proxy_|sendfile|try_files \$uri @proxy)/.test(line));
}
