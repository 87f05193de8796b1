import type { GuestFile } from "../../components/guest/program";
import { databaseOf, instanceFiles, managementCommand, serviceUrl } from "../../components/eoxserver/render";
import {
    frontFiles,
    frontModules,
    isProtected,
    routeFiles,
    type FrontSettings,
} from "../../components/eoxserver/render-front";
import { publicUrl, type PublicAddress } from "../../components/guest/public-address";
import { serverAddress, tlsSettings } from "../../components/guest/postgresql-server";
import { requirements, softwareDirectory, VERSIONS } from "../../components/eoxserver/software";
import { expectGolden } from "./golden";

const address: PublicAddress = {
    serverName: "eo.example.org",
    aliases: ["192.0.2.10"],
    tls: true,
    httpPort: 80,
    httpsPort: 443,
};
const plain: PublicAddress = { serverName: "192.0.2.10", tls: false, httpPort: 8080, httpsPort: 443 };
const balanced: PublicAddress = {
    ...{ ...address, aliases: ["10.80.0.10"] },
    balancer: { networks: ["10.82.0.0/25", "10.82.0.128/25"], idleTimeoutSeconds: 620 },
};
const front: FrontSettings = {
    address,
    adminCidrs: ["192.0.2.0/24", "2001:db8::/32"],
};
const instance = {
    name: "instance00",
    software: "/opt/eoxserver/current",
    address,
    databaseHost: "/var/run/postgresql",
    databasePort: 5432,
};

const textOf = (files: Record<string, GuestFile>, end: string) =>
    Object.entries(files).find(([path]) => path.endsWith(end))?.[1].content ?? "";

describe("the files of an instance", () => {
    test("are what the golden files show, with TLS", () =>
        expectGolden("eoxserver", "instance-tls", instanceFiles(instance)));

    test("are what the golden files show, with plain HTTP on another port", () =>
        expectGolden(
            "eoxserver",
            "instance-plain",
            instanceFiles({ ...instance, name: "ndvi", address: plain, processes: 2 }),
        ));

    test("have the servers of the storages asked by TLS where they have it", () => {
        const path = `/etc/eoxserver/${instance.name}/settings.py`;
        const settings = (storagesHaveTls: boolean) => instanceFiles({ ...instance, storagesHaveTls })[path]!.content;
        expect(settings(true)).toMatch(/^import os\n[^]*^os.environ\["AWS_HTTPS"\] = "YES"$/m);
        expect(settings(false)).not.toContain("AWS_HTTPS");
    });

    test("connect to a server elsewhere by TLS, as the golden file shows", () => {
        const server = serverAddress("postgresql://admin@db.example.org")!;
        const elsewhere = { databaseHost: server.host, databaseSettings: tlsSettings(server) };
        const path = "/etc/eoxserver/instance00/settings.py";
        const { [path]: settings } = instanceFiles({ ...instance, ...elsewhere });
        expectGolden("eoxserver", "database-elsewhere", { [path]: settings! });
    });

    test("always have one thread a process: MapServer does not bear more", () => {
        expect(textOf(instanceFiles({ ...instance, processes: 50 }), "apache2.conf")).toMatch(
            / processes=50 threads=1 /,
        );
    });

    test("hold no password, only the path of the file that has it", () => {
        expect(textOf(instanceFiles(instance), "settings.py")).toContain(
            'Path("/etc/eoxserver/instance00/database-password").read_text()',
        );
    });

    test("send cookies over TLS only, and only where there is TLS", () => {
        expect(textOf(instanceFiles(instance), "settings.py")).toContain("SESSION_COOKIE_SECURE = True");
        expect(textOf(instanceFiles({ ...instance, address: plain }), "settings.py")).toContain(
            "SESSION_COOKIE_SECURE = False",
        );
    });

    test("of two instances have nothing but their templates in common", () => {
        const [one, other] = [instanceFiles(instance), instanceFiles({ ...instance, name: "other" })];
        expect(Object.keys(one).filter((path) => path in other)).toEqual([]);
        expect(
            Object.values(other)
                .map(({ content }) => content)
                .join(""),
        ).not.toContain("instance00");
    });
});

describe("the front", () => {
    test("is what the golden files show, with TLS", () => expectGolden("eoxserver", "front-tls", frontFiles(front)));

    test("is what the golden files show, with plain HTTP", () =>
        expectGolden("eoxserver", "front-plain", frontFiles({ ...front, address: plain, adminCidrs: [] })));

    test("is what the golden files show, with a certificate by ACME", () =>
        expectGolden("eoxserver", "front-acme", frontFiles({ ...front, address: { ...front.address, acme: true } })));

    test("is what the golden files show, behind a load balancer", () =>
        expectGolden("eoxserver", "front-balanced", frontFiles({ ...front, address: balanced, timeoutSeconds: 600 })));

    test("learns from a load balancer alone who has sent a request", () => {
        expect(frontModules({ address: balanced }).modules_on).toContain("remoteip");
        expect(frontModules({ address }).modules_on).not.toContain("remoteip");
        expect(textOf(frontFiles(front), "eoxserver.conf")).not.toContain("RemoteIP");
    });

    test("is what the golden files show, with an external access control", () =>
        expectGolden(
            "eoxserver",
            "front-access-control",
            frontFiles({
                ...front,
                accessControl: { paths: ["/instance00/ows", "/oidc"], pathDirectives: "AuthBasicProvider file\n" },
            }),
        ));

    test("knows instances by its map alone, so that a change of them reloads nothing", () => {
        expect(routeFiles(["instance00", "ndvi"])).toEqual({
            "/etc/apache2/science-stacks/instances.map": {
                content: "/ instance00\ninstance00 127.158.213.66:7080\nndvi 127.125.106.52:7080\n",
            },
        });
    });

    test("has the modules that it uses, and no more", () => {
        expect(frontModules({ address }).modules_on).toEqual(["headers", "proxy_http", "reqtimeout", "rewrite", "ssl"]);
        expect(frontModules({ address: plain }).modules_on).toEqual(["headers", "proxy_http", "reqtimeout", "rewrite"]);
        expect(frontModules({ address, accessControl: { paths: ["/"] } }).modules_on).toContain("auth_openidc");
    });
});

describe("addresses and names", () => {
    test.each([
        [address, "https://eo.example.org"],
        [{ ...address, httpsPort: 8443 }, "https://eo.example.org:8443"],
        [plain, "http://192.0.2.10:8080"],
        [{ ...plain, httpPort: 80, serverName: "2001:db8::1" }, "http://[2001:db8::1]"],
    ])("clients are told the address that they use: %#", (given, url) => {
        expect(publicUrl(given)).toBe(url);
        expect(serviceUrl(given, "ndvi")).toBe(`${url}/ndvi/ows`);
    });

    test("the management command of instance00 is the guide's eoxsi00", () => {
        expect(managementCommand("instance00")).toBe("eoxsi00");
        expect(managementCommand("ndvi")).toBe("eoxs-ndvi");
    });

    test("the database of an instance is eoxs_<instance>, with a user of its own", () => {
        expect(databaseOf("ndvi")).toEqual({ database: "eoxs_ndvi", role: "ndvi" });
    });
});

describe("the software", () => {
    test.each(VERSIONS)("of version %s is what its lock file says, in a directory of its own", (version) => {
        expect(requirements(version)).toContain(`eoxserver==${version} `);
        expect(softwareDirectory(version)).toMatch(new RegExp(`^/opt/eoxserver/${version}-[0-9a-f]{8}$`));
    });
});

test.each([
    ["/ocean/", ["/"], true],
    ["/ocean/ows", ["/ocean"], true],
    ["/ocean/", ["/ocean/"], true],
    ["/ocean2/", ["/ocean"], false],
    ["/ocean/", ["/ocean/admin"], false],
])(
    "a path is behind the access control when it is below one of its paths: %s below %s is %s",
    (path, paths, expected) => {
        expect(isProtected(path, { paths })).toBe(expected);
    },
);
