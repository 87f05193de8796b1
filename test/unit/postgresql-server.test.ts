import { serverAddress, serviceText, tlsSettings } from "../../components/guest/postgresql-server";
import { makeCertificates } from "./certificates";
import { parse, refused } from "./config-given";

const URL = "postgresql://admin@db.example.org";
const { root } = makeCertificates();

const messageOf = (postgresql: object, secrets?: string[]) => refused({ postgresql }, secrets).message;

describe("the address of a PostgreSQL server elsewhere", () => {
    test("has the port, the database and the TLS of its kind where it names none", () => {
        const least = {
            user: "admin",
            host: "db.example.org",
            port: 5432,
            database: "postgres",
            sslmode: "verify-full",
        };
        expect(serverAddress(URL)).toEqual(least);
        expect(serverAddress(`${URL}/`)).toEqual(least);
        expect(serverAddress("postgres://a%40b@10.0.0.7:6432/main?sslmode=require")).toEqual({
            ...{ user: "a@b", host: "10.0.0.7", port: 6432, database: "main", sslmode: "require" },
        });
    });

    test.each([
        ["no user", "postgresql://db.example.org/"],
        ["a password in it", "postgresql://admin:open-sesame@db.example.org/"],
        ["another protocol", "mysql://admin@db.example.org/"],
        ["a port that there is not", "postgresql://admin@db.example.org:70000/"],
        ["a kind of TLS that falls back to none", `${URL}/?sslmode=prefer`],
        ["a user that is no text", "postgresql://100%@db.example.org/"],
    ])("is refused with %s, and what is allowed", (_, url) => {
        expect(serverAddress(url)).toBeUndefined();
        const message = messageOf({ url });
        expect(message).toContain("postgresql.url");
        expect(message).toContain("postgresql://USER@HOST[:PORT]/[DATABASE][?sslmode=MODE]");
    });
});

test("a server elsewhere is taken with its password encrypted, which is never shown", () => {
    const given = { url: URL, password: "open-sesame", authority: root.certificate };
    expect(JSON.stringify(parse({ postgresql: given }, ["postgresql"]))).not.toContain("open-sesame");
    const message = messageOf(given);
    expect(message).toContain("postgresql.password");
    expect(message).not.toContain("open-sesame");
});

test.each<[string, object, string, RegExp]>([
    ["a password of no server", { password: "x" }, "postgresql.password", /no server elsewhere.*\n.*postgresql\.url/],
    ["an authority of no server", { authority: root.certificate }, "postgresql.authority", /no server elsewhere/],
    ["an authority that is none", { url: URL, authority: "PEM" }, "postgresql.authority", /no certificate/],
    [
        "an authority that nobody would ask",
        { url: `${URL}/?sslmode=require`, authority: root.certificate },
        "postgresql.authority",
        /nobody looks at the server's certificate/,
    ],
])("%s is refused", (_, postgresql, key, reason) => {
    const message = messageOf(postgresql, ["postgresql"]);
    expect(message).toContain(key);
    expect(message).toMatch(reason);
});

test("the administrator's service has all that libpq needs, and is verified by the system's authorities", () => {
    const server = serverAddress(URL)!;
    expect(serviceText(server, tlsSettings(server), "open=sesame #1")).toBe(
        [
            "[postgresql-elsewhere]",
            "host=db.example.org",
            "port=5432",
            "user=admin",
            "dbname=postgres",
            "sslmode=verify-full",
            "sslrootcert=/etc/ssl/certs/ca-certificates.crt",
            "connect_timeout=10",
            "password=open=sesame #1",
            "",
        ].join("\n"),
    );
    const unverified = serverAddress(`${URL}/?sslmode=require`)!;
    expect(tlsSettings(unverified, "/authority.pem")).toEqual({ sslmode: "require" });
});
