import type { GuestFile } from "../guest/program";
import { keepAliveSeconds, publicUrl, type PublicAddress } from "../guest/public-address";
import { maintenancePage } from "../guest/upgrade";
import { certificatePaths } from "../guest/site-certificate";
import { renderTemplate } from "../guest/template";
import { BACKEND_PORT, backendAddress } from "./backend-address";

/** An external access control in front of chosen paths, e.g. single sign-on by Debian's mod_auth_openidc. */
export interface AccessControl {
    /** What is protected, e.g. `/instance00/admin`: each path with all below it. */
    paths: readonly string[];
    /** Apache's name of the kind of authentication. @default "openid-connect" */
    authType?: string;
    /** Apache directives for each of the paths, e.g. where the users of `Basic` are. Not for secrets. @default none */
    pathDirectives?: string;
    /** Who may come in, as an Apache directive. @default "Require valid-user" */
    require?: string;
    /** Modules of Apache that it needs. @default ["auth_openidc"] */
    modules?: readonly string[];
    /** Debian packages that they come from. @default ["libapache2-mod-auth-openidc"] */
    packages?: readonly string[];
}

/** Whether the access control stands before a path of the site. */
export function isProtected(path: string, accessControl: Pick<AccessControl, "paths"> | undefined): boolean {
    const inside = (each: string) => path === each || path.startsWith(each.endsWith("/") ? each : `${each}/`);
    return accessControl?.paths.some(inside) ?? false;
}

/** Where the directives that set up the access control lie: they hold a client's secret, so they are a file for root alone. */
export const ACCESS_CONTROL_FILE = "/etc/apache2/science-stacks/access-control.conf";

export interface FrontSettings {
    address: PublicAddress;
    /** Networks that may reach `/<instance>/admin` and `/<instance>/metrics`; none: nobody may. */
    adminCidrs: readonly string[];
    /** The time that a back end has for a request, in seconds. @default 600 */
    timeoutSeconds?: number;
    /** The instances are on other machines, behind a balancer: their static files come from there, too. @default false */
    isBalanced?: boolean;
    accessControl?: AccessControl;
}

/** How long the front waits for an answer: a little longer than the back end, which says why there is none. @param timeoutSeconds the back end's */
export const frontWaits = (timeoutSeconds: number): number => timeoutSeconds + 10;

/** The modules of Debian's Apache that the front needs, and those that it has no use for. */
export function frontModules({ address, accessControl }: Pick<FrontSettings, "address" | "accessControl">): {
    modules_on: string[];
    modules_off: string[];
    sites_off: string[];
} {
    return {
        modules_on: [
            "headers",
            "proxy_http",
            ...(address.balancer ? ["remoteip"] : []),
            "reqtimeout",
            "rewrite",
            ...(address.tls ? ["ssl"] : []),
            ...(accessControl ? (accessControl.modules ?? ["auth_openidc"]) : []),
        ],
        // The back ends load it; in the front it would only be memory.
        modules_off: ["wsgi"],
        sites_off: ["000-default", "default-ssl"],
    };
}

/** The files of the front, by their path in the guest: the same whichever instances there are. A change reloads Apache. */
export function frontFiles(settings: FrontSettings): Record<string, GuestFile> {
    const { address, accessControl, timeoutSeconds = 600 } = settings;
    const values = {
        ...address,
        aliases: address.aliases ?? [],
        hosts: [address.serverName, ...(address.aliases ?? [])].map(hostPattern).join("|"),
        url: publicUrl(address),
        ...certificatePaths(address),
        adminCidrs: settings.adminCidrs,
        isBalanced: settings.isBalanced ?? false,
        waitSeconds: frontWaits(timeoutSeconds),
        keepAliveSeconds: address.balancer && keepAliveSeconds(address.balancer),
        accessControlFile: ACCESS_CONTROL_FILE,
        accessControl: accessControl && {
            paths: accessControl.paths,
            authType: accessControl.authType ?? "openid-connect",
            pathDirectives: (accessControl.pathDirectives ?? "").split("\n").filter((line) => line.trim() !== ""),
            require: accessControl.require ?? "Require valid-user",
        },
    };
    return {
        "/etc/apache2/ports.conf": { content: renderTemplate("apache/templates/ports.conf.eta", values) },
        "/etc/apache2/sites-enabled/eoxserver.conf": {
            content: renderTemplate("apache/templates/eoxserver-site.conf.eta", values),
        },
        // Maps are costly to draw; nobody is served by a search engine's drawing them all.
        "/var/www/eoxserver/robots.txt": { content: "User-agent: *\nDisallow: /\n" },
        ...maintenancePage("EOxServer"),
    };
}

/** A name or an address as a request has it for its host, as a regular expression. */
function hostPattern(name: string): string {
    const escaped = name.replaceAll(".", "\\.");
    return name.includes(":") ? `\\[${escaped}\\]` : escaped;
}

/**
 * Which instances the front knows; the first is where `/` leads. A change takes effect by itself, with the next request:
 * Apache is not reloaded, since a reload closes the connections that clients keep open, and with them some clients' requests.
 * @param balancer what stands before all of them. @default each has a back end on this machine
 */
export function routeFiles(instances: readonly string[], balancer?: string): Record<string, GuestFile> {
    const backEnd = (name: string) => balancer ?? `${backendAddress(name)}:${BACKEND_PORT}`;
    const lines = instances.map((name) => `${name} ${backEnd(name)}\n`);
    return { "/etc/apache2/science-stacks/instances.map": { content: `/ ${instances[0] ?? ""}\n${lines.join("")}` } };
}
