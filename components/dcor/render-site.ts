import { isIP } from "node:net";
import type { GuestFile } from "../guest/program";
import { balancerFiles } from "../guest/nginx-balancer";
import { keepAliveSeconds, publicUrl, type PublicAddress } from "../guest/public-address";
import { certificatePaths } from "../guest/site-certificate";
import { renderTemplate } from "../guest/template";
import { maintenancePage } from "../guest/upgrade";

/** Versions of DCOR-Aid that the guide refuses: those before 0.14.2. The operators of the public DCOR refuse more. */
export const OUTDATED_DCOR_AID = "^DCOR-Aid/(0\\.[0-9]\\.|0\\.1[0-3]\\.|0\\.14\\.[0-1])";

/** MiB that a request may have by the guide's uwsgi.ini (`limit-post`); files go to the object store past nginx. */
export const MAX_BODY_MIB = 5;

/** The longest that nginx waits for an answer, of CKAN's or the object store's, and by the guide keeps a connection after such a request. */
export const LONGEST_WAIT_SECONDS = 500;

export interface DcorSiteSettings {
    address: PublicAddress;
    /** Where uWSGI listens, e.g. `127.0.0.1:8080`. */
    uwsgi: string;
    /** A directory of the scratch space, for nginx's caches and for bodies that are too large for memory. */
    scratch: string;
    /** A regular expression of nginx: clients that are told that they are outdated. @default the guide's */
    blockedUserAgents?: string;
    /** The largest request, in MiB; uWSGI's `limit-post` must be the same. @default 5, the guide's `limit-post` */
    maxBodyMiB?: number;
    /** Whether search engines are welcome. The guide sends them away from development machines. @default true */
    robots?: boolean;
}

/** Files of nginx: every location of the guide's "Configuring nginx". */
export function siteFiles(settings: DcorSiteSettings): Record<string, GuestFile> {
    const { address, blockedUserAgents = OUTDATED_DCOR_AID, maxBodyMiB = MAX_BODY_MIB, robots = true } = settings;
    const names = [...new Set([address.serverName, ...(address.aliases ?? [])])];
    // Who asks for an address names no server in its TLS handshake, and is shown the certificate of the default one.
    const isAskedByAddress = names.some((name) => isIP(name) !== 0);
    const paths = certificatePaths(address);
    const values = {
        ...settings,
        ...address,
        blockedUserAgents,
        maxBodyMiB,
        robots,
        names,
        listen: address.tls ? `${address.httpsPort} ssl http2` : `${address.httpPort}`,
        url: publicUrl(address),
        httpsSuffix: address.httpsPort === 443 ? "" : `:${address.httpsPort}`,
        waitSeconds: LONGEST_WAIT_SECONDS,
        keepAliveSeconds: Math.max(LONGEST_WAIT_SECONDS, address.balancer ? keepAliveSeconds(address.balancer) : 0),
        ...paths,
        defaultCertificatePath: isAskedByAddress ? paths.certificatePath : "/etc/ssl/certs/ssl-cert-snakeoil.pem",
        defaultKeyPath: isAskedByAddress ? paths.keyPath : "/etc/ssl/private/ssl-cert-snakeoil.key",
    };
    return {
        "/etc/nginx/conf.d/dcor.conf": { content: renderTemplate("dcor/templates/nginx-site.conf.eta", values) },
        ...balancerFiles(address),
        ...maintenancePage("DCOR"),
        // Without the scratch space, nginx would fill the root file system.
        "/etc/systemd/system/nginx.service.d/dcor.conf": {
            content: `[Unit]\nRequiresMountsFor=${settings.scratch}\n`,
        },
    };
}
