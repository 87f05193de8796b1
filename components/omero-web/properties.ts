import type { RedisEndpoint } from "../guest/redis";
import { publicUrl, type PublicAddress } from "../guest/public-address";
import { APPS, type App, type AppName } from "./apps";

/** What OMERO.web is told; each field is a key of a stack's configuration. */
export interface OmeroWebSettings {
    address: PublicAddress;
    /** Path that the site is under, e.g. `/omero`; `""` for the root. */
    prefix: string;
    /** Where Gunicorn listens. */
    applicationServer: { host: string; port: number };
    apps: readonly AppName[];
    /** The OMERO.servers that users can choose from. */
    servers: readonly { host: string; port: number; name: string }[];
    /** Redis keeps the sessions; else files do. Where it is, and its password, is in a file of its own: `cachesProperty`. */
    cacheSessions: boolean;
    sessionExpireAtBrowserClose: boolean;
    sessionCookieAgeSeconds: number;
    /** The time that an answer may take, in seconds. */
    timeoutSeconds: number;
    /** `downloads`: asynchronous workers, which long answers do not keep from answering others. */
    workerProfile: "standard" | "downloads";
    wsgiArgs?: string;
    /** Paths of the certificate and the key that Gunicorn shows. @default it is reached without TLS, from its own machine */
    tls?: { certificate: string; key: string };
    debug: boolean;
    /** The log-in page offers OMERO's other clients: it asks GitHub for them, from each visitor's browser. */
    clientDownloads: boolean;
    loginLogo?: string;
    indexTemplate?: string;
    cors: { origins: readonly string[]; allowAll: boolean };
    /** The user that visitors are without logging in; its password is in a file of its own. */
    publicUser?: { user: string; urlFilter: string; getOnly: boolean; serverId: number };
    /** Any further property by its whole name; they come last, and win. */
    properties: Record<string, unknown>;
}

/** OMERO.web's own middleware, of the versions in the lock files: `omero config append` would begin with it. */
const MIDDLEWARE = [
    [1, "django.middleware.common.BrokenLinkEmailsMiddleware"],
    [2, "django.middleware.common.CommonMiddleware"],
    [3, "django.contrib.sessions.middleware.SessionMiddleware"],
    [4, "django.middleware.csrf.CsrfViewMiddleware"],
    [5, "django.contrib.messages.middleware.MessageMiddleware"],
    [6, "django.middleware.clickjacking.XFrameOptionsMiddleware"],
] as const;

/** And its own links and viewers. */
const TOP_LINKS = [
    ["Data", "webindex", { title: "Browse Data via Projects, Tags etc" }],
    ["History", "history", { title: "History" }],
    ["Help", "https://help.openmicroscopy.org/", { title: "Open OMERO user guide in a new tab", target: "new" }],
];
const OPEN_WITH = [
    [
        "Image viewer",
        "webgateway",
        { supported_objects: ["image"], script_url: "webclient/javascript/ome.openwith_viewer.js" },
    ],
];

/** All properties that the settings mean, in the order in which they are written. */
export function properties(settings: OmeroWebSettings): Record<string, string> {
    const { prefix, applicationServer, servers, publicUser } = settings;
    const apps: App[] = settings.apps.map((name) => APPS[name]);
    const topLinks = apps.flatMap((app) => app.topLinks ?? []);
    const openWith = apps.flatMap((app) => app.openWith ?? []);
    const values: Record<string, unknown> = {
        "omero.web.application_server": "wsgi-tcp",
        "omero.web.application_server.host": applicationServer.host,
        "omero.web.application_server.port": applicationServer.port,
        ...(prefix && { "omero.web.prefix": prefix, "omero.web.static_url": `${prefix}/static/` }),
        "omero.web.server_list": servers.map(({ host, port, name }) => [host, port, name]),
        "omero.web.apps": apps.map((app) => app.module),
        "omero.web.ui.top_links": [...TOP_LINKS, ...topLinks],
        "omero.web.open_with": [...OPEN_WITH, ...openWith],
        ...Object.fromEntries(apps.flatMap((app) => Object.entries(app.properties ?? {}))),
        "omero.web.middleware": middleware(settings),
        ...sessions(settings),
        ...security(settings.address),
        ...cors(settings),
        ...gunicorn(settings),
        "omero.web.debug": settings.debug,
        "omero.web.login.show_client_downloads": settings.clientDownloads,
        "omero.web.login_logo": settings.loginLogo,
        "omero.web.index_template": settings.indexTemplate,
        ...(publicUser && {
            "omero.web.public.enabled": true,
            "omero.web.public.user": publicUser.user,
            "omero.web.public.url_filter": publicUser.urlFilter,
            "omero.web.public.get_only": publicUser.getOnly,
            "omero.web.public.server_id": publicUser.serverId,
        }),
        ...settings.properties,
    };
    return Object.fromEntries(
        Object.entries(values)
            .filter(([, value]) => value !== undefined)
            .map(([key, value]) => [key, asText(value)]),
    );
}

/** The file that `omero config load` reads: a property a line. */
export function propertiesFile(settings: OmeroWebSettings): string {
    const lines = Object.entries(properties(settings)).map(([key, value]) => `${key}=${value}`);
    return `# The whole configuration of OMERO.web, but for what is secret and the number of workers, which follows from the processors.\n${lines.join("\n")}\n`;
}

/** How long an answer may take where another server takes over meanwhile: less than Gunicorn waits for one of its processes. */
const TAKEOVER_SECONDS = 30;

/**
 * The line of the secret properties that says where Redis is.
 * @param authority path of the one that has signed its certificate
 * @param tryAgain whether a connection that is lost is tried once more: an error would log the user out
 */
export function cachesProperty(
    url: string,
    password?: string,
    { authority, tryAgain }: Pick<RedisEndpoint, "authority" | "tryAgain"> = {},
): string {
    const connection = {
        ...(authority !== undefined && { ssl_ca_certs: authority }),
        // By its name it is for an answer that is late; it is so of each error of a connection. Who waits is not to give up before.
        ...(tryAgain && { retry_on_timeout: true, socket_timeout: TAKEOVER_SECONDS }),
    };
    const options = {
        ...(password !== undefined && { PASSWORD: password }),
        ...(Object.keys(connection).length > 0 && { CONNECTION_POOL_KWARGS: connection }),
    };
    const value = {
        default: {
            ...{ BACKEND: "django_redis.cache.RedisCache", LOCATION: url },
            ...(Object.keys(options).length > 0 && { OPTIONS: options }),
        },
    };
    return `omero.web.caches=${spaced(value)}\n`;
}

/** WhiteNoise comes first, CORS around all others: the order is what the index is for. */
function middleware({ cors: { origins, allowAll } }: OmeroWebSettings) {
    const withCors = origins.length > 0 || allowAll;
    const list: (readonly [number, string])[] = [
        [0, "whitenoise.middleware.WhiteNoiseMiddleware"],
        ...(withCors ? [[0.5, "corsheaders.middleware.CorsMiddleware"] as const] : []),
        ...MIDDLEWARE,
        ...(withCors ? [[10, "corsheaders.middleware.CorsPostCsrfMiddleware"] as const] : []),
    ];
    return list.map(([index, name]) => ({ index, class: name }));
}

function sessions({ cacheSessions, sessionExpireAtBrowserClose, sessionCookieAgeSeconds }: OmeroWebSettings) {
    return {
        ...(cacheSessions && { "omero.web.session_engine": "django.contrib.sessions.backends.cache" }),
        "omero.web.session_expire_at_browser_close": sessionExpireAtBrowserClose,
        "omero.web.session_cookie_age": sessionCookieAgeSeconds,
    };
}

/** With TLS, cookies are sent over it alone, and what comes through the proxy counts as encrypted: one switch. */
function security(address: PublicAddress) {
    const names = [address.serverName, ...(address.aliases ?? [])];
    const origins = names.map((serverName) => publicUrl({ ...address, serverName }));
    return {
        "omero.web.allowed_hosts": names,
        "omero.web.csrf_trusted_origins": origins,
        ...(address.tls && {
            "omero.web.secure": true,
            "omero.web.session_cookie_secure": true,
            "omero.web.csrf_cookie_secure": true,
            "omero.web.secure_proxy_ssl_header": ["HTTP_X_FORWARDED_PROTO", "https"],
        }),
    };
}

function cors({ cors: { origins, allowAll } }: OmeroWebSettings) {
    return {
        ...(origins.length > 0 && { "omero.web.cors_origin_whitelist": origins }),
        ...(allowAll && { "omero.web.cors_origin_allow_all": true }),
    };
}

function gunicorn({ timeoutSeconds, workerProfile, wsgiArgs, tls }: OmeroWebSettings) {
    const shown = tls && `--certfile ${tls.certificate} --keyfile ${tls.key}`;
    const args = [wsgiArgs, shown].filter((part) => part !== undefined);
    return {
        "omero.web.wsgi_timeout": timeoutSeconds,
        ...(workerProfile === "downloads" && {
            "omero.web.wsgi_worker_class": "gevent",
            "omero.web.application_server.max_requests": 0,
        }),
        ...(args.length > 0 && { "omero.web.wsgi_args": args.join(" ") }),
    };
}

/** Texts as they are, all else as JSON, with the spaces that make a preview readable. */
function asText(value: unknown): string {
    return typeof value === "string" ? value : spaced(value);
}

function spaced(value: unknown): string {
    if (Array.isArray(value)) {
        return `[${value.map(spaced).join(", ")}]`;
    }
    if (typeof value === "object" && value !== null) {
        return `{${Object.entries(value)
            .map(([key, part]) => `${JSON.stringify(key)}: ${spaced(part)}`)
            .join(", ")}}`;
    }
    return JSON.stringify(value);
}
