import { createHmac } from "node:crypto";
import { apiToken } from "../../components/dcor/api-token";
import { DCOR_DEFAULTS, siteOptions } from "../../components/dcor/options";
import { redisAddress } from "../../components/dcor/redis-address";
import {
    configurationFiles,
    ENVIRONMENT,
    jobFiles,
    logFiles,
    NIGHTLY_TIMERS,
    programFiles,
    QUEUES,
    uwsgiFiles,
} from "../../components/dcor/render";
import { objectStoreFiles, objectStoreUrl } from "../../components/dcor/render-object-store";
import type { DcorSettings } from "../../components/dcor/settings";
import { PLUGINS, softwareProgram, VERSIONS } from "../../components/dcor/software";
import type { PublicAddress } from "../../components/guest/public-address";
import { settings as redisSettings } from "../../components/guest/redis";
import { supervisorDropIn } from "../../components/guest/supervisor";
import { upgradeFiles } from "../../components/guest/unattended-upgrades";
import { expectGolden } from "./golden";

const address: PublicAddress = { serverName: "dcor.example.org", tls: true, httpPort: 80, httpsPort: 443 };
const least: DcorSettings = {
    address,
    solrUrl: "http://127.0.0.1:8983/solr/ckan",
    objectStoreUrl: "https://dcor.example.org:9443",
    bucketName: "circle-{organization_id}",
};
const whole: DcorSettings = {
    ...least,
    address: { serverName: "192.0.2.10", tls: false, httpPort: 8000, httpsPort: 443 },
    title: "DCOR of an institute",
    bucketName: "institute-{organization_id}",
    listingForVisitors: false,
    publicDatasets: false,
    registration: true,
    mail: { server: "mail.example.org", from: "dcor@example.org", startTls: true, user: "dcor" },
    workers: 2,
    harakiriSeconds: 500,
    maxBodyMiB: 20,
};

describe("the configuration", () => {
    test.each([
        ["least", least],
        ["whole", whole],
    ])("is what the golden files show (%s)", (name, settings) => {
        const { "/usr/local/lib/science-stacks/dcor/ckan.ini": ini } = configurationFiles(settings);
        expectGolden("dcor", name, { "/etc/ckan/default/ckan.ini": ini!, ...uwsgiFiles(settings) });
    });

    test("of programs, jobs, supervisor and upgrades is what the golden files show", () => {
        expectGolden("dcor", "programs", {
            ...programFiles(),
            ...jobFiles(),
            ...logFiles(),
            ...supervisorDropIn(["solr.service", "redis-server.service", "postgresql@15-main.service"], ["/data"]),
        });
        const mail = { server: "mail.example.org", from: "dcor@example.org" };
        expectGolden("dcor", "upgrades", upgradeFiles({ mail, mailTo: "admin@example.org", rebootAt: "02:00" }));
        expectGolden("dcor", "upgrades-least", upgradeFiles({}));
    });

    test("of nginx in front of the object store is what the golden files show", () => {
        const site = { port: 9443, backend: "127.0.0.1:9000" };
        expectGolden("dcor", "object-store", objectStoreFiles(address, site));
        expectGolden("dcor", "object-store-plain", objectStoreFiles(whole.address, site));
        const beside = { ...site, backend: "10.77.0.12:9000", authority: "the authority\n" };
        expectGolden("dcor", "object-store-beside", objectStoreFiles(address, beside));
        expect(objectStoreUrl(address, site)).toBe("https://dcor.example.org:9443");
        expect(objectStoreUrl(whole.address, site)).toBe("http://192.0.2.10:9443");
    });

    test("names each option once: none of DCOR's is overridden unseen", () => {
        const { "ckan.site_id": id, ...site } = siteOptions(whole);
        expect(id).toBe("default");
        expect(Object.keys(site).filter((key) => key in DCOR_DEFAULTS)).toEqual([]);
    });

    test("gives `dcor inspect` the site's own options, and no default that it would then not look at", () => {
        const file = configurationFiles(least)["/usr/local/lib/science-stacks/dcor/dcor_config.json"]!;
        const { "ckan.ini": options } = JSON.parse(file.content) as { "ckan.ini": Record<string, string> };
        expect(options).toEqual(siteOptions(least));
    });
});

describe("uWSGI", () => {
    /** Settings of the guide's ckan-uwsgi.ini that are constants. */
    const GUIDE = `http11-socket = 127.0.0.1:8080
uid = www-data
gid = www-data
wsgi-file = /etc/ckan/default/wsgi.py
virtualenv = /usr/lib/ckan/default
module = wsgi:application
master = true
pidfile = /tmp/%n.pid
harakiri = 36000
harakiri-verbose = true
max-requests = 1000
worker-reload-mercy = 30
vacuum = true
callable = application
enable-threads = false
single-interpreter = true
die-on-term = true
need-app = true
strict = true
post-buffering = 2097152
post-buffering-bufsize = 2097152
limit-post = 5242880
workers = 4
lazy-apps = true
socket-timeout = 500
disable-logging = true
log-4xx = true
log-5xx = true
log-ioerror = true
log-date = %%Y-%%m-%%d %%H:%%M:%%S
logformat-strftime = true
logformat = %(ftime) uWSGI %(addr) (%(proto) %(status)) %(method) %(uri) => %(size) bytes in %(msecs) msecs to %(uagent)
threaded-logger = true
disable-write-exception = true
ignore-write-errors = true
ignore-sigpipe = true`.split("\n");

    test("has every setting of the guide", () => {
        const lines = uwsgiFiles(least)["/etc/ckan/default/ckan-uwsgi.ini"]!.content.split("\n");
        expect(GUIDE.filter((line) => !lines.includes(line))).toEqual([]);
    });
});

describe("supervisor", () => {
    test("runs uWSGI and a worker for each queue, waits 60 s for their start, and stops none by SIGQUIT", () => {
        const files = programFiles();
        expect(Object.keys(files)).toHaveLength(1 + QUEUES.length);
        for (const { content } of Object.values(files)) {
            expect(content).toContain("\nstartsecs=60\n");
            expect(content).not.toContain("QUIT");
        }
    });

    test("has all temporary files of CKAN on the scratch space", () => {
        expect(ENVIRONMENT.TMPDIR).toMatch(/^\/cache\//);
        for (const { content } of Object.values(programFiles())) {
            expect(content).toContain(`TMPDIR="${ENVIRONMENT.TMPDIR}"`);
        }
        expect(DCOR_DEFAULTS["ckanext.dc_serve.tmp_dir"]).toMatch(/^\/cache\//);
        expect(DCOR_DEFAULTS["ckanext.dcor_depot.tmp_dir"]).toMatch(/^\/cache\//);
    });

    test("asks of each service by itself whether it runs", () => {
        const [dropIn] = Object.values(supervisorDropIn(["one.service", "two.service"], ["/data"]));
        expect(dropIn!.content.match(/^ExecStartPre=.*$/gm)).toEqual([
            "ExecStartPre=/usr/bin/systemctl is-active --quiet one.service",
            "ExecStartPre=/usr/bin/systemctl is-active --quiet two.service",
        ]);
    });
});

describe("the nightly jobs", () => {
    test("each have the service that their timer starts", () => {
        const templates = Object.keys(jobFiles());
        for (const timer of NIGHTLY_TIMERS) {
            const template = timer.replace(/@.*/, "@.service");
            expect(templates).toContain(`/etc/systemd/system/${template}`);
        }
    });
});

describe("the software", () => {
    test("has each plugin of the configuration loaded once when it is installed", () => {
        expect(softwareProgram(VERSIONS[0], "/usr/lib/ckan/x").parameters?.["plugins"]).toEqual([...PLUGINS]);
        expect(DCOR_DEFAULTS["ckan.plugins"]).toBe(PLUGINS.join(" "));
    });
});

test("the API token is a JSON web token that the site's key has signed", () => {
    const [header = "", payload = "", signature] = apiToken("an-id", "a-key").split(".");
    const decoded = [header, payload].map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as unknown);
    expect(decoded).toEqual([{ alg: "HS256", typ: "JWT" }, { jti: "an-id" }]);
    expect(signature).toBe(createHmac("sha256", "a-key").update(`${header}.${payload}`).digest("base64url"));
});

test("Redis is known by its password, and with TLS by the name in its certificate", () => {
    const [open, closed] = ["redis://127.0.0.1:6379/0", "rediss://queue.example.org:6379/0"];
    expect(redisAddress(open)).toBe(open);
    expect(redisAddress(open, "abc")).toBe("redis://:abc@127.0.0.1:6379/0");
    expect(redisAddress(closed, "abc")).toBe("rediss://:abc@queue.example.org:6379/0?ssl_check_hostname=true");
    expect(redisAddress(closed, "abc", "/etc/a.pem")).toMatch(
        /\/0\?ssl_check_hostname=true&ssl_ca_certs=\/etc\/a\.pem$/,
    );
});

test("queues of jobs are kept on the disk", () => {
    expect(redisSettings({})).toContain("appendonly yes");
});
