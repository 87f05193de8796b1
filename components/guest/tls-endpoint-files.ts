import { HAPROXY_CONFIGURATION, HAPROXY_SOCKET, HAPROXY_UNIT } from "./haproxy";
import type { GuestFile } from "./program";
import { renderTemplate } from "./template";

/** Where HAProxy listens for the balancer on the stack's first machine. */
export const ENDPOINT_PORT = 7443;
/** What it shows; the key is beside it, with `.key` at the end of its name. */
export const ENDPOINT_CERTIFICATE = "/etc/haproxy/tls/certificate.pem";

export interface EndpointSettings {
    /** What is behind it, e.g. "eoxserver". */
    name: string;
    /** The machine's private address. */
    address: string;
    /** Differs when the certificate does. */
    certificateRevision: string;
    /** What is on the machine, each at an address of its own, with what the paths begin with that lead to it. */
    services: readonly { name: string; address: string; paths: readonly string[] }[];
    /** How long the answer to a request may take, in seconds. */
    timeoutSeconds: number;
    /** The unit that all of them are of. HAProxy listens while they answer: it comes after the unit, and goes before it. @default it always does */
    behind?: { unit: string; page: string };
}

/** HAProxy's configuration on a machine behind the balancer. */
export const endpointFiles = (settings: EndpointSettings): Record<string, GuestFile> => ({
    [HAPROXY_CONFIGURATION]: {
        content: renderTemplate("haproxy/templates/endpoint.cfg.eta", {
            behind: undefined,
            ...settings,
            ...{ port: ENDPOINT_PORT, certificate: ENDPOINT_CERTIFICATE, socket: HAPROXY_SOCKET },
        }),
    },
    ...(settings.behind && {
        [`/etc/systemd/system/${HAPROXY_UNIT}.d/behind.conf`]: {
            content: renderTemplate("haproxy/templates/behind.conf.eta", settings.behind),
        },
        [`/etc/systemd/system/${settings.behind.unit}.d/endpoint.conf`]: {
            content: `[Unit]\nWants=${HAPROXY_UNIT}\n`,
        },
    }),
});
