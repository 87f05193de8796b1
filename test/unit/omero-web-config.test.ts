import { parseConfig } from "../../stacks/config/parse";
import { ConfigError } from "../../stacks/config/problem";

const LEAST = { product: "omero-web", machine: { platform: "local" } };

function parse(keys: Record<string, unknown>, secretKeys: string[] = []) {
    const values = Object.entries({ ...LEAST, ...keys }).map(([key, value]) => [
        `science-stacks:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const secrets = new Set(secretKeys.map((key) => `science-stacks:${key}`));
    return parseConfig(
        "omero-web-local",
        "stacks/x.yaml",
        Object.fromEntries(values) as Record<string, string>,
        secrets,
    );
}

function messageOf(keys: Record<string, unknown>, secretKeys?: string[]): string {
    try {
        parse(keys, secretKeys);
    } catch (error) {
        if (error instanceof ConfigError) {
            return error.message;
        }
        throw error;
    }
    throw new Error(`accepted: ${JSON.stringify(keys)}`);
}

test("what is required is the machine alone; all else has a default", () => {
    expect(parse({})).toMatchObject({
        firewall: { ssh: ["10.77.0.0/24"] },
        tls: { mode: "selfSigned" },
        omeroWeb: { version: "5.33.2", apps: ["figure", "iviewer"], prefix: "", sessions: "redis" },
    });
});

test.each<[string, Record<string, unknown>, string]>([
    ["a prefix without a slash", { omeroWeb: { prefix: "omero" } }, "omeroWeb.prefix"],
    ["a prefix that ends with one", { omeroWeb: { prefix: "/omero/" } }, "omeroWeb.prefix"],
    ["an app that does not exist", { omeroWeb: { apps: ["figures"] } }, "omeroWeb.apps[0]"],
    ["an app twice", { omeroWeb: { apps: ["figure", "figure"] } }, "omeroWeb.apps[1]"],
    ["no OMERO.server", { omeroWeb: { servers: [] } }, "omeroWeb.servers"],
    ["a release without IcePy", { machine: { platform: "local", image: "debian-13" } }, "machine.image"],
    ["a version that was not tested", { omeroWeb: { version: "5.6.3" } }, "omeroWeb.version"],
    ["an origin without scheme", { omeroWeb: { cors: { origins: ["x.org"] } } }, 'Give "https://x.org"'],
    ["workers out of range", { omeroWeb: { workers: 0 } }, "omeroWeb.workers"],
    ["arguments that the stack gives itself", { omeroWeb: { wsgiArgs: "--bind 0.0.0.0:1" } }, "use"],
    ["arguments with the shell's characters", { omeroWeb: { wsgiArgs: "; reboot" } }, "omeroWeb.wsgiArgs"],
    ["a port twice", { omeroWeb: { applicationServer: { port: 443 } } }, "omeroWeb.applicationServer.port"],
    ["the port of Redis", { omeroWeb: { httpPort: 6379 } }, "the port of Redis"],
    ["a number as text", { omeroWeb: { sessionCookieAgeSeconds: "long" } }, "omeroWeb.sessionCookieAgeSeconds"],
    ["a truth that is none", { omeroWeb: { debug: "perhaps" } }, "Allowed: true, false"],
    ["a list that is no JSON", { properties: { "omero.web.staticfile_dirs": "a, b" } }, "reads it as JSON"],
    ["a key of the stack as a property", { properties: { "omero.web.prefix": "/x" } }, "Use omeroWeb.prefix"],
    ["a property that is none", { properties: { page_size: 5 } }, "no name of a property"],
    ["a value of two lines", { properties: { "omero.web.top_logo": "a\nb" } }, "line breaks"],
    [
        "trusted origins without scheme",
        { properties: { "omero.web.csrf_trusted_origins": ["x.org"] } },
        "https://x.org",
    ],
    ["a Redis that is no address", { redis: { url: "cache" } }, "redis.url"],
    [
        "a Redis that is not used",
        { redis: { url: "redis://cache.example.org:6379/0" }, omeroWeb: { sessions: "files" } },
        "redis.url",
    ],
    ["a checksum that is none", { icePy: { url: "https://example.org/a.whl", sha256: "x" } }, "icePy.sha256"],
    ["an instance of another product", { instances: ["a"] }, "there is no such key"],
    ["a volume that is too small", { data: { sizeGiB: 1 } }, "data.sizeGiB"],
])("%s is refused, with its key and what is allowed", (_, keys, words) => {
    expect(messageOf(keys).toLowerCase()).toContain(words.toLowerCase());
});

test("a password in plain text is refused, and an encrypted one is not shown", () => {
    const publicUser = { user: "public", password: "open-sesame", serverId: 7 };
    expect(messageOf({ publicUser })).toContain("it is a secret in plain text");
    const message = messageOf({ publicUser }, ["publicUser"]);
    expect(message).toContain("publicUser.serverId");
    expect(message).not.toContain("open-sesame");
});

test("a password of two lines, which would be a property of its own, is refused and not shown", () => {
    const publicUser = { user: "public", password: "open\nomero.web.debug=true" };
    const message = messageOf({ publicUser }, ["publicUser"]);
    expect(message).toContain("publicUser.password: it has line breaks");
    expect(message).not.toContain("debug=true");
});

test("a password for the machine's own Redis is refused: it is generated", () => {
    expect(messageOf({ redis: { password: "open-sesame" } }, ["redis"])).toContain(
        "redis.password: it is of no server",
    );
});
