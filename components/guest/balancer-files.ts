import { haproxyPart } from "./haproxy";
import type { GuestFile } from "./program";
import { renderTemplate } from "./template";

/** Where HAProxy listens for the web server before it, on the loopback address. */
export const BALANCER_PORT = 4081;

/** One of the machines behind HAProxy. */
export interface BalancedServer {
    name: string;
    /** Its IPv4 address among the stack's machines, for which it has a certificate. */
    address: string;
    port: number;
}

/** What the machines have, and answers or does not answer on each by itself. */
export interface BalancedService {
    name: string;
    /** What the paths begin with that lead to it. @default all others do */
    paths?: readonly string[];
    /** Whether forms that bring files lead to it as well, whatever their path. @default false */
    takesFiles?: boolean;
    /** The server that alone has it, by its name. @default all have it */
    server?: string;
    /** The page that a server in order answers with 200, and the host name that it is asked for by. */
    check: { path: string; host: string };
}

export interface BalancerSettings {
    /** What is behind it, e.g. "omero-web". */
    name: string;
    /** The web server before it. Where no machine answers, nginx shows its page for no answer at all, and Apache for the status 503. */
    front: "nginx" | "Apache";
    services: readonly BalancedService[];
    servers: readonly BalancedServer[];
    /** The authority that has signed their certificates, as PEM. */
    authority: string;
    /** How long the answer to a request may take, in seconds. */
    timeoutSeconds: number;
    /** How long the answer to a check may take, in seconds: one that is busy answers late, and is left in. @default 10 */
    checkSeconds?: number;
}

/** The services that a server has. */
export const servicesOn = <S extends Pick<BalancedService, "server">>(services: readonly S[], name: string): S[] =>
    services.filter(({ server = name }) => server === name);

const AUTHORITY = "/etc/haproxy/authorities/balancer.pem";

/** HAProxy's configuration, and what it verifies the servers by. */
export function balancerFiles({
    authority,
    checkSeconds = 10,
    ...settings
}: BalancerSettings): Record<string, GuestFile> {
    const values = { ...settings, checkSeconds, port: BALANCER_PORT, authority: AUTHORITY };
    return {
        // What it names comes first: another step may look at all of it meanwhile.
        [AUTHORITY]: { content: `${authority.trimEnd()}\n` },
        [haproxyPart("balancer")]: { content: renderTemplate("haproxy/templates/balancer.cfg.eta", values) },
    };
}
