import { isCluster, serverAddress, SSL_MODES } from "../../components/guest/postgresql-server";
import { databaseMachines } from "./database-cluster";
import { checkedText, secretLine } from "./field";
import { ownMachine } from "./further-machine";
import { authorities, ownRds } from "./rds";
import { postgresqlServer } from "./services";
import type { Rule } from "./rule";

const databaseServerUrl = () =>
    checkedText((value) => {
        const server = serverAddress(value);
        return server === undefined || isCluster(server)
            ? { reason: "this is no address of a PostgreSQL server" }
            : undefined;
    }).meta({
        allowed:
            'postgresql://USER@HOST[:PORT]/[DATABASE][?sslmode=MODE], e.g. "postgresql://admin@db.example.org:5432/postgres"; ' +
            `MODE is one of ${SSL_MODES.join(", ")}`,
        description:
            "A PostgreSQL server elsewhere, from version 14 on, with PostGIS, and its user who may make databases and users " +
            "there: each instance gets one of each. Without `sslmode` it is reached by TLS alone, with a certificate for HOST.",
        defaultText: "one on this machine",
    });

/** PostgreSQL on the machine, on one of its own or several, Amazon's, or elsewhere. */
export const postgresql = () =>
    postgresqlServer()
        .extend({
            url: databaseServerUrl().optional(),
            password: secretLine().optional().meta({
                secret: true,
                allowed: "a text on one line, encrypted",
                description: "The password of the user in `url`.",
                defaultText: "none",
            }),
            authority: authorities(
                "The certificate authority that has signed the certificate of the server at `url`; of `rds`, those of its region.",
                "those that the machine trusts",
            ),
            ...ownMachine("postgresql"),
            machines: databaseMachines(),
            ...ownRds(),
        })
        .prefault({})
        .meta({ description: "The database server." });

/** The keys that say where PostgreSQL is. */
export interface ServerPlace {
    postgresql: { url?: unknown; machine?: unknown; machines?: unknown; rds?: unknown };
}

/** Whether the stack's first machine has a server itself. */
export const hasOwnServer = ({ postgresql: { url, machine, machines, rds } }: ServerPlace) =>
    [url, machine, machines, rds].every((each) => each === undefined);

/** Whether the stack has a server beside its first machine. */
export const hasFurtherServer = ({ postgresql: { machine, machines, rds } }: ServerPlace) =>
    [machine, machines, rds].some((each) => each !== undefined);

/** What is said of a server elsewhere is said of one that there is, and can be used. */
export const postgresqlRule: Rule = (given) => {
    const [url, authority] = [given("postgresql", "url"), given("postgresql", "authority")];
    const server = typeof url === "string" ? serverAddress(url) : undefined;
    const advice = "Give postgresql.url as well, or leave it out.";
    const alone = (["password", "authority"] as const)
        .filter((key) => url === undefined && given("postgresql", key) !== undefined)
        .filter((key) => key !== "authority" || given("postgresql", "rds") === undefined)
        .map((key) => ({ path: ["postgresql", key], reason: "there is no server elsewhere that it is of", advice }));
    if (typeof authority !== "string" || alone.length > 0) {
        return alone;
    }
    return server !== undefined && !server.sslmode.startsWith("verify-")
        ? [
              {
                  path: ["postgresql", "authority"],
                  reason: `with sslmode=${server.sslmode} nobody looks at the server's certificate`,
                  advice: "Take sslmode out of postgresql.url, or leave the authority out.",
              },
          ]
        : [];
};
