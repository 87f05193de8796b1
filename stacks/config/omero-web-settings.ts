import { z } from "zod";
import { APP_NAMES } from "../../components/omero-web/apps";
import { VERSIONS } from "../../components/omero-web/software";
import { version } from "./common";
import { cidr, checkedText, hostName, port, text, webAddress, wholeNumber } from "./field";
import { origin, wsgiArgs } from "./omero-web-fields";

/** What the ports are that the configuration does not name. */
export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;
export const GUNICORN_PORT = 4080;

const applicationServer = () =>
    z
        .strictObject({
            host: checkedText((value) =>
                /^(\d{1,3}\.){3}\d{1,3}$/.test(value) ? undefined : { reason: "this is no IPv4 address" },
            )
                .default("127.0.0.1")
                .meta({
                    allowed: 'an IPv4 address of the machine, or "0.0.0.0" for all of them',
                    description: "Address that Gunicorn listens on: the loopback, unless nginx is on another machine.",
                }),
            port: port().default(GUNICORN_PORT).meta({ description: "Port that Gunicorn listens on." }),
        })
        .prefault({})
        .meta({ description: "Gunicorn, behind nginx." });

const server = () =>
    z.strictObject({
        host: hostName().meta({ description: "Host name or address of the OMERO.server." }),
        port: port().default(4064).meta({ description: "Its port." }),
        name: text(/^[\w .-]{1,64}$/, "1 to 64 letters, digits, spaces and . _ -").meta({
            description: "What users choose it by.",
        }),
    });

const cors = () =>
    z
        .strictObject({
            origins: z.array(origin()).default([]).meta({
                description: "Sites whose pages may ask this one (`omero.web.cors_origin_whitelist`).",
            }),
            allowAll: z.boolean().default(false).meta({ description: "All sites may." }),
        })
        .prefault({})
        .meta({ description: "Cross-origin resource sharing." });

/** `omeroWeb`: what the guide has as options of OMERO.web, Gunicorn and nginx. */
export const settings = () =>
    z
        .strictObject({
            version: version("OMERO.web", VERSIONS),
            apps: z
                .array(z.enum(APP_NAMES))
                .default(["figure", "iviewer"])
                .meta({
                    allowed: `a list of apps: ${APP_NAMES.join(", ")}`,
                    description: "Web apps to install and register.",
                }),
            servers: z
                .array(server())
                .min(1)
                .default([{ host: "localhost", port: 4064, name: "omero" }])
                .meta({ description: "The OMERO.servers that users can log in to." }),
            prefix: text(
                /^(\/[A-Za-z0-9][A-Za-z0-9_-]*)*$/,
                'a path that begins with a slash and ends without, e.g. "/omero"; "" for the root',
            )
                .default("")
                .meta({ description: "Path that the site is under." }),
            allowedHosts: z.array(hostName()).default([]).meta({
                description:
                    "Host names besides `serverName` and the machine's address under which requests are answered.",
            }),
            httpPort: port().default(HTTP_PORT).meta({ description: "Port for HTTP." }),
            httpsPort: port()
                .default(HTTPS_PORT)
                .meta({ description: "Port for HTTPS; not used with `tls.mode: none`." }),
            applicationServer: applicationServer(),
            fronts: z.array(cidr()).default([]).meta({
                description: "Networks of web servers on other machines, which may reach Gunicorn.",
            }),
            workers: wholeNumber(1, 100).optional().meta({
                unit: "processes",
                description: "Processes of Gunicorn. 4 to 12 handle many requests a second.",
                defaultText: "twice the machine's processors and one",
            }),
            workerProfile: z.enum(["standard", "downloads"]).default("standard").meta({
                description:
                    "`downloads` has asynchronous workers (gevent): long downloads do not keep others waiting.",
            }),
            wsgiArgs: wsgiArgs().optional(),
            timeoutSeconds: wholeNumber(10, 3600).default(60).meta({
                unit: "seconds",
                description: "How long the answer to a request may take.",
            }),
            maxBodyMiB: wholeNumber(0, 1048576).default(0).meta({
                unit: "MiB",
                description: "The largest upload; 0 is no limit, as in OMERO.web's own nginx configuration.",
            }),
            sessions: z
                .enum(["redis", "files"])
                .default("redis")
                .meta({ description: "What keeps the sessions of users." }),
            sessionExpireAtBrowserClose: z
                .boolean()
                .default(true)
                .meta({ description: "Users are logged out when they close their browser." }),
            sessionCookieAgeSeconds: wholeNumber(60, 31536000).default(86400).meta({
                unit: "seconds",
                description: "How long a log-in lasts.",
            }),
            debug: z.boolean().default(false).meta({ description: "Django's debug mode. Never on a public server." }),
            clientDownloads: z.boolean().default(false).meta({
                description:
                    "The log-in page offers OMERO's other clients; for their newest version it asks GitHub, from each visitor's browser.",
            }),
            loginLogo: webAddress("https://www.example.org/logo.png").optional().meta({
                description: "Picture on the log-in page.",
                defaultText: "OMERO.web's own",
            }),
            indexTemplate: text(/^[\w./-]+\.html$/, 'the path of a Django template, e.g. "example/index.html"')
                .optional()
                .meta({ description: "Template of a landing page for users who are not logged in." }),
            cors: cors(),
        })
        .prefault({})
        .meta({ description: "OMERO.web itself." });
