import type { PublicAddress } from "../../components/guest/public-address";
import { settings as redisSettings } from "../../components/guest/redis";
import { guestScript } from "../../components/guest/shell";
import { APP_NAMES } from "../../components/omero-web/apps";
import { icePyProblem } from "../../components/omero-web/ice-py-releases";
import {
    cachesProperty,
    properties,
    propertiesFile,
    type OmeroWebSettings,
} from "../../components/omero-web/properties";
import { omeroWebFiles, siteFiles } from "../../components/omero-web/render";
import { requirements, softwareDirectory, VERSIONS } from "../../components/omero-web/software";
import { expectGolden } from "./golden";

const address: PublicAddress = {
    serverName: "omero.example.org",
    aliases: ["192.0.2.10"],
    tls: true,
    httpPort: 80,
    httpsPort: 443,
};
const plainAddress: PublicAddress = { serverName: "192.0.2.10", tls: false, httpPort: 8080, httpsPort: 443 };

const least: OmeroWebSettings = {
    address,
    prefix: "",
    applicationServer: { host: "127.0.0.1", port: 4080 },
    apps: [],
    servers: [{ host: "server.example.org", port: 4064, name: "omero" }],
    cacheSessions: true,
    sessionExpireAtBrowserClose: true,
    sessionCookieAgeSeconds: 86400,
    timeoutSeconds: 60,
    workerProfile: "standard",
    debug: false,
    clientDownloads: false,
    cors: { origins: [], allowAll: false },
    properties: {},
};
const whole: OmeroWebSettings = {
    ...least,
    address: plainAddress,
    prefix: "/omero",
    applicationServer: { host: "0.0.0.0", port: 4081 },
    apps: ["figure", "iviewer"],
    servers: [...least.servers, { host: "192.0.2.20", port: 4065, name: "second" }],
    cacheSessions: false,
    workerProfile: "downloads",
    wsgiArgs: "--keep-alive 5",
    debug: true,
    loginLogo: "https://www.example.org/logo.png",
    indexTemplate: "example/index.html",
    cors: { origins: ["https://portal.example.org"], allowAll: true },
    publicUser: { user: "public", urlFilter: "^/(?!webadmin)", getOnly: true, serverId: 2 },
    properties: { "omero.web.page_size": 500, "omero.web.top_logo": "logo.png", "omero.web.debug": false },
};

describe("the configuration", () => {
    test("is what the golden files show, with what is required alone", () =>
        expectGolden("omero-web", "least", omeroWebFiles(least)));

    test("is what the golden files show, with everything set", () =>
        expectGolden("omero-web", "whole", omeroWebFiles(whole)));

    test("is the same however often it is rendered, and a key that is taken out is gone", () => {
        expect(propertiesFile(whole)).toBe(propertiesFile(structuredClone(whole)));
        expect(properties({ ...whole, loginLogo: undefined })).not.toHaveProperty(["omero.web.login_logo"]);
    });

    test("has every list as JSON that OMERO.web can read, each entry once", () => {
        for (const [, value] of Object.entries(properties(whole)).filter(([, text]) => text.startsWith("["))) {
            const list = (JSON.parse(value) as unknown[]).map((each) => JSON.stringify(each));
            expect(new Set(list).size).toBe(list.length);
        }
    });

    test("switches cookies, trusted origins and the proxy's header together with TLS", () => {
        const [on, off] = [properties(least), properties({ ...least, address: plainAddress })];
        const keys = ["session_cookie_secure", "csrf_cookie_secure", "secure", "secure_proxy_ssl_header"];
        expect(keys.map((key) => on[`omero.web.${key}`])).toEqual([
            "true",
            "true",
            "true",
            '["HTTP_X_FORWARDED_PROTO", "https"]',
        ]);
        expect(keys.filter((key) => `omero.web.${key}` in off)).toEqual([]);
        expect(on["omero.web.csrf_trusted_origins"]).toBe('["https://omero.example.org", "https://192.0.2.10"]');
        expect(off["omero.web.csrf_trusted_origins"]).toBe('["http://192.0.2.10:8080"]');
    });

    test("has WhiteNoise at index 0 and CORS around all other middleware, where CORS is on", () => {
        const order = (each: OmeroWebSettings) =>
            (JSON.parse(properties(each)["omero.web.middleware"] ?? "") as { index: number; class: string }[]).map(
                ({ index, class: name }) => `${index} ${name.split(".").pop()}`,
            );
        expect(order(least)).toHaveLength(7);
        expect(order(least)[0]).toBe("0 WhiteNoiseMiddleware");
        expect(order(whole).slice(0, 2)).toEqual(["0 WhiteNoiseMiddleware", "0.5 CorsMiddleware"]);
        expect(order(whole).at(-1)).toBe("10 CorsPostCsrfMiddleware");
    });

    test("says where Redis is, and its password, in a file of its own", () => {
        expect(propertiesFile(least)).not.toContain("redis");
        expect(cachesProperty("redis://127.0.0.1:6379/0", "secret")).toBe(
            'omero.web.caches={"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:6379/0", "OPTIONS": {"PASSWORD": "secret"}}}\n',
        );
    });
});

describe("the site", () => {
    const site = {
        address,
        prefix: "",
        backend: "127.0.0.1:4080",
        servesStatic: true,
        timeoutSeconds: 60,
        maxBodyMiB: 0,
    };

    test("is what the golden files show, with TLS", () => expectGolden("omero-web", "site-tls", siteFiles(site)));

    test("is what the golden files show, with a certificate by ACME", () =>
        expectGolden("omero-web", "site-acme", siteFiles({ ...site, address: { ...address, acme: true } })));

    test("is what the golden files show, below a prefix with plain HTTP", () =>
        expectGolden("omero-web", "site-prefix", siteFiles({ ...site, address: plainAddress, prefix: "/omero" })));

    test("takes users' addresses from the load balancer before it, and keeps its connections longer than it does, as the golden files show", () => {
        const balancer = { networks: ["10.82.0.0/25", "10.82.0.128/25"], idleTimeoutSeconds: 80 };
        const before = siteFiles(site);
        const behind = siteFiles({ ...site, address: { ...address, balancer } });
        expectGolden(
            "omero-web",
            "site-balanced",
            Object.fromEntries(
                Object.entries(behind).filter(([path, { content }]) => before[path]?.content !== content),
            ),
        );
    });

    test("leaves the static files to Gunicorn where that is on another machine", () =>
        expectGolden(
            "omero-web",
            "site-front",
            siteFiles({ ...site, backend: "192.0.2.30:4080", servesStatic: false }),
        ));
});

describe("the software", () => {
    test.each(VERSIONS)("of version %s is what its lock file says, with IcePy from elsewhere", (version) => {
        const lock = requirements({ version, apps: APP_NAMES, workerProfile: "downloads" });
        expect(lock).toContain(`omero-web==${version} `);
        expect(lock).not.toContain("zeroc-ice");
    });

    test("of another version, other apps or another IcePy is in another directory", () => {
        const of = (apps: ("figure" | "iviewer")[], version: (typeof VERSIONS)[number] = "5.33.2", wheel = "/a.whl") =>
            softwareDirectory({ version, apps, workerProfile: "standard" }, wheel);
        const all = [of([]), of(["figure"]), of(["figure", "iviewer"]), of([], "5.33.1"), of([], "5.33.2", "/b.whl")];
        expect(new Set(all).size).toBe(all.length);
        expect(of(["figure", "iviewer"])).toBe(of(["iviewer", "figure"]));
    });

    test("is refused for a Python that has no IcePy", () => {
        expect(icePyProblem("debian-12")).toBeUndefined();
        expect(icePyProblem("debian-13")).toContain("no IcePy 3.6 for the Python of debian-13");
    });
});

describe("the service", () => {
    const unit = guestScript("omero-web/templates/omero-web.service");

    test("runs in the foreground, comes back when it dies, and trusts no old pid file", () => {
        expect(unit).toContain("omero web start --foreground --keep-sessions");
        expect(unit).toContain("Restart=always");
        expect(unit).toContain("ExecStartPre=/bin/rm -f /opt/omero/web/omero-web/var/django.pid");
    });

    test("has no doubled quote, as the guide's has", () => expect(unit).not.toContain('""'));
});

test("Redis listens on the loopback alone, with a password", () => {
    expect(redisSettings({ maxMemoryMiB: 64 })).toMatch(/^bind 127\.0\.0\.1 -::1$/m);
    expect(redisSettings({})).toMatch(/^include \/etc\/redis\/password\.conf$/m);
});
