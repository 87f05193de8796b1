import { hardening } from "../guest/hardening";
import type { PackageSet } from "../guest/packages";
import type { GuestFile } from "../guest/program";
import { renderTemplate } from "../guest/template";

/** Where HAProxy listens for nginx, on the loopback address. */
export const BALANCER_PORT = 4081;
export const BALANCER_UNIT = "haproxy.service";
/** What HAProxy calls the machines of OMERO.web together. */
export const BALANCED = "omero-web";
/** Where root asks HAProxy what it sees. */
export const BALANCER_SOCKET = "/run/haproxy/science-stacks.sock";
/** Debian's own file stays as it is, and is not used. */
export const BALANCER_CONFIGURATION = "/etc/haproxy/science-stacks.cfg";

/** One of the machines behind HAProxy. */
export interface BalancedServer {
    name: string;
    /** Its IPv4 address among the stack's machines, for which it has a certificate. */
    address: string;
    port: number;
    /** The authority that has signed the certificate, as PEM. */
    authority: string;
}

export interface BalancerSettings {
    servers: readonly BalancedServer[];
    /** The page that a server in order answers with 200, and the host name that it is asked for by. */
    check: { path: string; host: string };
    /** How long the answer to a request may take, in seconds. */
    timeoutSeconds: number;
}

const authorityFile = (name: string) => `/etc/haproxy/authorities/${name}.pem`;

/** HAProxy's configuration, and what it verifies each server by. */
export function balancerFiles({ servers, ...settings }: BalancerSettings): Record<string, GuestFile> {
    const values = {
        ...settings,
        ...{ name: BALANCED, port: BALANCER_PORT, socket: BALANCER_SOCKET },
        servers: servers.map((server) => ({ ...server, authority: authorityFile(server.name) })),
    };
    return {
        [BALANCER_CONFIGURATION]: { content: renderTemplate("haproxy/templates/science-stacks.cfg.eta", values) },
        ...Object.fromEntries(
            servers.map(({ name, authority }) => [authorityFile(name), { content: `${authority.trimEnd()}\n` }]),
        ),
    };
}

/** HAProxy from Debian, which is not started before it has the stack's configuration; python3 asks what it sees. */
export const BALANCER_PACKAGES: PackageSet = {
    packages: ["haproxy", "python3"],
    files: {
        [`/etc/systemd/system/${BALANCER_UNIT}.d/balancer.conf`]: {
            content: renderTemplate("haproxy/templates/balancer.conf.eta", { configuration: BALANCER_CONFIGURATION }),
        },
        ...hardening(BALANCER_UNIT),
    },
};
