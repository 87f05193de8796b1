import { hardening } from "./hardening";
import { HAPROXY_SOCKET, HAPROXY_UNIT, haproxyPart } from "./haproxy";
import type { GuestFile } from "./program";
import { guestScript } from "./shell";
import { renderTemplate } from "./template";

/** Where HAProxy listens for the balancer on the stack's first machine. */
export const ENDPOINT_PORT = 7443;
/** What it shows; the key is beside it, with `.key` at the end of its name. */
export const ENDPOINT_CERTIFICATE = "/etc/haproxy/tls/certificate.pem";
/** What has HAProxy listen while that answers which is behind it. */
export const ENDPOINT_UNIT = "haproxy-endpoint.service";
const PROGRAM = "/usr/local/lib/science-stacks/haproxy-endpoint.py";

/** A unit that all services of a machine are of, and a page that tells whether they answer. */
export interface Behind {
    unit: string;
    page: string;
}

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
    /** What HAProxy listens no longer than. @default it always listens */
    behind?: Behind;
}

/** HAProxy's configuration on a machine behind the balancer. */
export const endpointFiles = (settings: EndpointSettings): Record<string, GuestFile> => ({
    [haproxyPart("endpoint")]: {
        content: renderTemplate("haproxy/templates/endpoint.cfg.eta", {
            behind: undefined,
            ...settings,
            ...{ port: ENDPOINT_PORT, certificate: ENDPOINT_CERTIFICATE },
        }),
    },
});

/** The unit by which HAProxy listens after another one has been started, and not when that is stopped. @param name as of `EndpointSettings` */
export const behindFiles = (name: string, behind: Behind): Record<string, GuestFile> => ({
    [PROGRAM]: { content: guestScript("haproxy/endpoint.py") },
    ...hardening(ENDPOINT_UNIT),
    [`/etc/systemd/system/${ENDPOINT_UNIT}`]: {
        content: renderTemplate("haproxy/templates/endpoint.service.eta", {
            ...{ name, ...behind, program: PROGRAM, socket: HAPROXY_SOCKET, haproxy: HAPROXY_UNIT },
        }),
    },
});
