import { balancerFiles } from "../../components/guest/balancer-files";
import { HAPROXY_PACKAGES } from "../../components/guest/haproxy";
import { settings as redisSettings } from "../../components/guest/redis";
import { cachesProperty } from "../../components/omero-web/properties";
import type { OmeroWebConfig } from "../../stacks/config";
import { machines, testRefusedApplications, two } from "./applications-given";
import { expectRefusedOnce, parse } from "./config-given";
import { expectGolden } from "./golden";
import { ephemeralKey, firewall, host, local, type Keys } from "./machines-given";

/** A stack of OMERO.web with these machines. */
const withMachines = (applications: Keys, others: Keys = {}): Keys => ({
    ...{ product: "omero-web", instances: undefined, applications },
    ...others,
});

test("machines for OMERO.web have the defaults of a machine, and a volume", () => {
    const config = parse(withMachines({ app1: { machine: local }, app2: { machine: local, data: { sizeGiB: 3 } } }));
    const machine = { platform: "local", image: "debian-12", network: "10.77.0.0/24" };
    expect((config as unknown as OmeroWebConfig).applications).toEqual({
        app1: { machine, data: { sizeGiB: 10, onDestroy: "delete" } },
        app2: { machine, data: { sizeGiB: 3, onDestroy: "delete" } },
    });
    expect(parse(withMachines(machines(30)))).toMatchObject({ applications: { app30: { machine } } });
    const hosts = { machine: host("192.0.2.1"), firewall };
    expect(parse(withMachines({ app1: { machine: host("192.0.2.2") } }, hosts))).toMatchObject({
        applications: { app1: { data: { onDestroy: "keep" } } },
    });
});

test("OMERO.web needs its own release where it is, and not where nginx alone is", () => {
    const newer = { machine: { ...local, image: "debian-13" } };
    expect(parse(withMachines(two, newer))).toMatchObject({ machine: { image: "debian-13" } });
});

testRefusedApplications(withMachines);

test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "Gunicorn of another stack besides",
        withMachines(two, { backend: { host: "192.0.2.30" } }),
        "backend",
        /applications has the machines/,
        /Leave backend out/,
    ],
    [
        "backups, of which there is nothing to make",
        withMachines(two, { backup: { repository: { mode: "directory", path: "/srv/backups" } } }),
        "backup",
        /the machines in applications have no backups/,
        /leave applications out/,
    ],
    [
        "sessions that each machine has for itself",
        withMachines(two, { omeroWeb: { sessions: "files" } }),
        "omeroWeb.sessions",
        /sessions of its own/,
        /"redis"/,
    ],
    [
        "an address of Gunicorn",
        withMachines(two, { omeroWeb: { applicationServer: { host: "0.0.0.0" } } }),
        "omeroWeb.applicationServer.host",
        /private address of each machine/,
        /Leave it out/,
    ],
    [
        "web servers of other stacks",
        withMachines(two, { omeroWeb: { fronts: ["192.0.2.0/24"] } }),
        "omeroWeb.fronts",
        /first machine alone/,
        /Leave it out/,
    ],
    [
        "HAProxy's port for the web",
        withMachines(two, { omeroWeb: { httpPort: 4081 } }),
        "omeroWeb.httpPort",
        /port of HAProxy/,
        /its own port/,
    ],
    [
        "a release without IcePy",
        withMachines({ app1: { machine: { ...local, image: "debian-13" } } }),
        "applications.app1.machine.image",
        /no IcePy/,
        /debian-12/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

test("what HAProxy and Redis are given for machines of OMERO.web is what the golden files show", () => {
    const server = (name: string, address: string) => ({ name, address, port: 4080 });
    const files = balancerFiles({
        ...{ name: "omero-web", front: "nginx" },
        authority: "the authority",
        servers: [server("app1", "10.77.0.11"), server("app2", "10.77.0.12")],
        services: [{ name: "omero-web", check: { path: "/omero/webclient/login/", host: "omero.example.org" } }],
        timeoutSeconds: 60,
    });
    expectGolden("omero-web", "balancer", { ...files, ...HAPROXY_PACKAGES.files });
    expectGolden("services", "redis-for-machines", {
        "/etc/redis/redis.conf": { content: redisSettings({ network: "10.77.0.10" }) },
    });
});

test("OMERO.web verifies Redis by the authority that it is given", () => {
    expect(cachesProperty("rediss://10.77.0.10:6379/0", "secret", { authority: "/etc/a.pem" })).toBe(
        'omero.web.caches={"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "rediss://10.77.0.10:6379/0", ' +
            '"OPTIONS": {"PASSWORD": "secret", "CONNECTION_POOL_KWARGS": {"ssl_ca_certs": "/etc/a.pem"}}}}\n',
    );
    expect(cachesProperty("redis://127.0.0.1:6380/0", "secret", { tryAgain: true })).toContain(
        '"CONNECTION_POOL_KWARGS": {"retry_on_timeout": true, "socket_timeout": 30}',
    );
    expect(cachesProperty("redis://cache.example.org:6379/0")).not.toContain("OPTIONS");
});

test("an ephemeral stack has OMERO.web on its one machine", () => {
    expect(ephemeralKey("omero-web", "applications", two)).toBeUndefined();
});
