import { hardening } from "../guest/hardening";
import type { GuestFile } from "../guest/program";
import { balancerFiles } from "../guest/nginx-balancer";
import { publicUrl, type PublicAddress } from "../guest/public-address";
import { guestScript } from "../guest/shell";
import { maintenancePage } from "../guest/upgrade";
import { certificatePaths } from "../guest/site-certificate";
import { renderTemplate } from "../guest/template";
import { propertiesFile, type OmeroWebSettings } from "./properties";

/** The directory that OMERO.web keeps its own in: the guide's OMERODIR. */
export const OMERODIR = "/opt/omero/web/omero-web";

/** Files of OMERO.web itself: its properties, its units, its command for operators. */
export function omeroWebFiles(settings: OmeroWebSettings): Record<string, GuestFile> {
    const unit = (name: string): [string, GuestFile] => [
        `/etc/systemd/system/${name}`,
        { content: guestScript(`omero-web/templates/${name}`) },
    ];
    return {
        "/etc/omero-web/omero-web.properties": { content: propertiesFile(settings) },
        ...Object.fromEntries(
            ["omero-web.service", "omero-web-clearsessions.service", "omero-web-clearsessions.timer"].map(unit),
        ),
        ...hardening("omero-web.service"),
        ...hardening("omero-web-clearsessions.service"),
        "/usr/local/bin/omero-web": { content: guestScript("omero-web/templates/omero-web.sh"), mode: "755" },
    };
}

export interface SiteSettings {
    address: PublicAddress;
    /** Path that the site is under; `""` for the root. */
    prefix: string;
    /** Host and port of Gunicorn. */
    backend: string;
    /** Whether OMERO.web's static files are on nginx's machine; else OMERO.web serves them itself. */
    servesStatic: boolean;
    timeoutSeconds: number;
    maxBodyMiB: number;
    /** Further lines of the server, as `omero.web.nginx_server_extra_config`. @default [] */
    extra?: readonly string[];
}

/** How long nginx waits for an answer: a little longer than Gunicorn, which says why there is none. @param timeoutSeconds Gunicorn's */
export const siteWaits = (timeoutSeconds: number): number => timeoutSeconds + 10;

/** Files of nginx: the site, and the page that is shown while OMERO.web does not run. */
export function siteFiles({ address, servesStatic, extra = [], ...settings }: SiteSettings): Record<string, GuestFile> {
    const values = {
        ...settings,
        ...address,
        extra,
        names: [address.serverName, ...(address.aliases ?? [])],
        listen: address.tls ? `${address.httpsPort} ssl http2 default_server` : `${address.httpPort} default_server`,
        url: publicUrl(address),
        ...certificatePaths(address),
        waitSeconds: siteWaits(settings.timeoutSeconds),
        // As OMERO.web names them, so that sites of several prefixes can stand side by side.
        suffix: settings.prefix && `_${settings.prefix.replace(/\W+/g, "")}`,
        staticUrl: `${settings.prefix}/static/`,
        staticRoot: servesStatic ? `${OMERODIR}/var/static` : "",
    };
    return {
        "/etc/nginx/conf.d/omero-web.conf": { content: renderTemplate("omero-web/templates/site.conf.eta", values) },
        ...balancerFiles(address),
        ...maintenancePage("OMERO.web"),
    };
}

/** Path of the page that answers everyone with 200. */
export const loginPath = (prefix: string) => `${prefix}/webclient/login/`;
