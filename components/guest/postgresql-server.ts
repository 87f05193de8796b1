import { secretPath } from "./config-files";

/** The port of the server, and the name of its socket. */
export const POSTGRESQL_PORT = 5432;

/** How the administrator of a server comes in from the machine. */
export interface DatabaseAdministrator {
    /** As which user of the machine. */
    user: "postgres" | "root";
    /** Settings of libpq, which every client of PostgreSQL reads: variables of the environment. */
    environment: readonly string[];
}

/** The administrator of the machine's own server: who is postgres on the machine is it there. */
export const LOCAL_ADMINISTRATOR: DatabaseAdministrator = {
    user: "postgres",
    environment: ["PGHOST=/var/run/postgresql", `PGPORT=${POSTGRESQL_PORT}`, "PGDATABASE=postgres"],
};

const SERVICE = "postgresql-elsewhere";

/** The file of the administrator of a server elsewhere, with its password. */
export const SERVICE_FILE = secretPath(SERVICE);

/** The administrator of a server elsewhere: a service of libpq, which only root can read. */
export const ADMINISTRATOR_ELSEWHERE: DatabaseAdministrator = {
    user: "root",
    environment: [`PGSERVICEFILE=${SERVICE_FILE}`, `PGSERVICE=${SERVICE}`],
};

/** How a server elsewhere shows who it is, as libpq has it. */
export const SSL_MODES = ["verify-full", "verify-ca", "require", "disable"] as const;

/** A server elsewhere, and its administrator. */
export interface ServerAddress {
    user: string;
    /** Of several servers, of which one writes, all: with commas between them, as libpq has it. */
    host: string;
    port: number;
    /** The database that the administrator comes in to. */
    database: string;
    sslmode: string;
}

/** Reads `postgresql://USER@HOST[:PORT][,HOST[:PORT]…]/[DATABASE][?sslmode=MODE]`, all with one port; undefined where it is no such address. */
export function serverAddress(url: string): ServerAddress | undefined {
    const parts =
        /^postgres(?:ql)?:\/\/(?<user>(?:[\w.-]|%[2-7][\dA-Fa-f])+)@(?<hosts>[\w.-]+(?::\d{1,5})?(?:,[\w.-]+(?::\d{1,5})?)*)(?:\/(?<database>[\w-]+)?)?(?:\?sslmode=(?<sslmode>[\w-]+))?$/.exec(
            url,
        )?.groups;
    const hosts = (parts?.["hosts"] ?? "").split(",").map((each) => each.split(":"));
    const [port = POSTGRESQL_PORT, ...others] = new Set(hosts.map(([, each]) => Number(each ?? POSTGRESQL_PORT)));
    const sslmode = parts?.["sslmode"] ?? "verify-full";
    const isPort = others.length === 0 && port >= 1 && port <= 65535;
    if (parts === undefined || !isPort || !SSL_MODES.some((mode) => mode === sslmode)) {
        return undefined;
    }
    return {
        user: decodeURIComponent(parts["user"]!),
        host: hosts.map(([host]) => host).join(","),
        port,
        database: parts["database"] ?? "postgres",
        sslmode,
    };
}

/** The authorities that Debian's machines trust. */
const SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** libpq's settings for TLS, of all who connect. @param authority path of the authority's certificate. @default those of the system */
export function tlsSettings({ sslmode }: ServerAddress, authority = SYSTEM_AUTHORITIES): Record<string, string> {
    // With an authority, libpq takes "require" for "verify-ca".
    return sslmode.startsWith("verify-") ? { sslmode, sslrootcert: authority } : { sslmode };
}

/** Whether it is several servers, of which one writes. */
export const isCluster = ({ host }: Pick<ServerAddress, "host">): boolean => host.includes(",");

/**
 * libpq's settings by which a client of several servers comes to the one that writes, and leaves one that has gone without a word:
 * of a connection that is being made after two seconds, of one that is used after some ten.
 */
export const clusterSettings = (server: ServerAddress): Record<string, string> =>
    isCluster(server)
        ? {
              ...{ target_session_attrs: "primary", connect_timeout: "2", tcp_user_timeout: "10000" },
              ...{ keepalives_idle: "5", keepalives_interval: "2", keepalives_count: "3" },
          }
        : {};

/** The administrator's service, as libpq reads it. @param each settings that every connection has */
export function serviceText(server: ServerAddress, each: Record<string, string>, password?: string): string {
    const { host, port, user, database: dbname } = server;
    const timeout = { connect_timeout: each["connect_timeout"] ?? 10 };
    const settings = { host, port, user, dbname, ...each, ...timeout, ...(password && { password }) };
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    return [`[${SERVICE}]`, ...lines, ""].join("\n");
}
