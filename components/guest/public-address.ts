/** The address at which clients reach a server. */
export interface PublicAddress {
    /** A host name or an IP address. */
    serverName: string;
    /** Further names and addresses that the server answers to. @default [] */
    aliases?: readonly string[];
    /** HTTPS, with plain HTTP redirected to it; else plain HTTP alone. */
    tls: boolean;
    /** The certificate comes by ACME, whose server is answered by plain HTTP. @default false */
    acme?: boolean;
    httpPort: number;
    httpsPort: number;
    /** Who stands before the server, and alone reaches it. @default nobody: users reach it themselves */
    balancer?: Balancer;
}

/** A load balancer, as a web server behind it knows it: requests from its networks say at the end of X-Forwarded-For who has sent them. */
export interface Balancer {
    networks: readonly string[];
    /** How long it keeps a connection that says nothing. */
    idleTimeoutSeconds: number;
}

/**
 * How long a web server keeps such a connection: a little longer, so that it is never the server that closes one just as the load
 * balancer sends a request on it, for which users would be answered with status 502.
 */
export const keepAliveSeconds = ({ idleTimeoutSeconds }: Balancer): number => idleTimeoutSeconds + 10;

/** The address that clients use, without a path, e.g. `https://eo.example.org:8443`; the port is left out where it is the usual one. */
export function publicUrl({ serverName, tls, httpPort, httpsPort }: PublicAddress): string {
    const [scheme, port, usual] = tls ? ["https", httpsPort, 443] : ["http", httpPort, 80];
    const host = serverName.includes(":") ? `[${serverName}]` : serverName;
    return `${scheme}://${host}${port === usual ? "" : `:${port}`}`;
}
