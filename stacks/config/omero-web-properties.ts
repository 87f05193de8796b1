import type { Rule } from "./rule";

/** Properties that have a key of their own, which other settings follow from. */
const OWN_KEYS: Record<string, string> = {
    "omero.web.application_server": "omeroWeb.applicationServer",
    "omero.web.application_server.host": "omeroWeb.applicationServer.host",
    "omero.web.application_server.port": "omeroWeb.applicationServer.port",
    "omero.web.prefix": "omeroWeb.prefix",
    "omero.web.static_url": "omeroWeb.prefix",
    "omero.web.apps": "omeroWeb.apps",
    "omero.web.caches": "omeroWeb.sessions",
    "omero.web.session_engine": "omeroWeb.sessions",
    "omero.web.wsgi_workers": "omeroWeb.workers",
    "omero.web.public.password": "publicUser.password",
    "omero.web.secret_key": "nothing: OMERO.web makes it itself, and keeps it on the data volume",
};

/** Properties that OMERO.web reads as JSON; a text given for one of them must be JSON. */
const JSON_PROPERTIES = new Set(
    `admins allowed_hosts apps caches cors_origin_whitelist csrf_trusted_origins databases django_additional_settings
    login_redirect middleware nginx_server_extra_config open_with redirect_allowed_hosts secure_proxy_ssl_header server_list
    sharing.opengraph sharing.twitter staticfile_dirs template_dirs ui.center_plugins ui.metadata_panes ui.right_plugins
    ui.top_links`
        .split(/\s+/)
        .map((name) => `omero.web.${name}`),
);

/** Names are properties, values are of the kind that OMERO.web reads, and none contradicts a key of the stack. */
export const propertiesRule: Rule = (given) => {
    const map = given("properties");
    const entries = typeof map === "object" && map !== null && !Array.isArray(map) ? Object.entries(map) : [];
    return entries.flatMap(([name, value]) => {
        const found = complaint(name, value);
        return found === undefined ? [] : [{ path: ["properties", name], ...found }];
    });
};

function complaint(name: string, value: unknown) {
    if (!/^omero(\.[a-z0-9_-]+)+$/.test(name)) {
        return { reason: "this is no name of a property", advice: 'Give its whole name, e.g. "omero.web.page_size".' };
    }
    const key = OWN_KEYS[name];
    if (key !== undefined) {
        return { reason: "the stack sets it itself", advice: `Use ${key}.` };
    }
    if (typeof value === "string" && /[\n\r]/.test(value)) {
        return { reason: "it has line breaks", advice: "Give it on one line." };
    }
    if (typeof value === "string" && JSON_PROPERTIES.has(name) && !isJson(value)) {
        return { reason: "OMERO.web reads it as JSON, and this is none", advice: "Give a list or a mapping." };
    }
    if (name.startsWith("omero.web.cors_origin_whitelist") || name === "omero.web.csrf_trusted_origins") {
        const without = origins(value).find((each) => !/^https?:\/\//.test(each));
        if (without !== undefined) {
            return { reason: `"${without}" has no scheme`, advice: `Give "https://${without}".` };
        }
    }
    return undefined;
}

function origins(value: unknown): string[] {
    const list = typeof value === "string" && isJson(value) ? (JSON.parse(value) as unknown) : value;
    return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}

function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}
