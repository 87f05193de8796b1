import { balancerFiles } from "../../components/guest/balancer-files";
import { HAPROXY_PACKAGES } from "../../components/guest/haproxy";
import { settings as redisSettings } from "../../components/guest/redis";
import { cachesProperty } from "../../components/omero-web/properties";
import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import type { OmeroWebConfig } from "../../stacks/config";
import { expectRefusedOnce, parse } from "./config-given";
import { expectGolden } from "./golden";

const local = { platform: "local" };
const aws = { platform: "aws", account: "123456789012", region: "eu-central-1" };
const host = (name: string) => ({
    ...{ platform: "existing", image: "debian-12", host: name, directory: "/srv/science" },
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyEX4020657MWj44BDyljxrXRirYbx9bzeEkz3ymVsi",
});
const firewall = { ssh: ["192.0.2.0/24"] };

type Keys = Record<string, unknown>;

/** A stack of OMERO.web with these machines. */
const withMachines = (applications: Keys, others: Keys = {}): Keys => ({
    ...{ product: "omero-web", instances: undefined, applications },
    ...others,
});
const two = { app1: { machine: local }, app2: { machine: local } };
const machines = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`app${index + 1}`, { machine: local }]));

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

test.each<[string, Keys, string, RegExp, RegExp]>([
    ["no machine at all", withMachines({}), "applications", /0 are given/, /1 to 30 names/],
    ["too many machines", withMachines(machines(31)), "applications", /31 are given/, /1 to 30 names/],
    [
        "an application without a machine",
        withMachines({ app1: {} }),
        "applications.app1.machine",
        /must be set/,
        /keys of `machine`/,
    ],
    [
        "a key that there is not",
        withMachines({ app1: { machine: local, workers: 3 } }),
        "applications.app1.workers",
        /no such key/,
        /Keys of applications\.app1: machine, data/,
    ],
    [
        "a name that no machine can have",
        withMachines({ App_1: { machine: local } }),
        "applications.App_1",
        /no name of an application machine/,
        /lower-case letters and digits/,
    ],
    [
        "the name of another kind of machine",
        withMachines({ database: { machine: local } }),
        "applications.database",
        /reserved/,
        /"app1"/,
    ],
    [
        "the name of Redis' machine",
        withMachines({ redis: { machine: local } }),
        "applications.redis",
        /reserved: it is that of Redis' machine/,
        /"app1"/,
    ],
    [
        "Gunicorn of another stack besides",
        withMachines(two, { backend: { host: "192.0.2.30" } }),
        "backend",
        /applications has the machines/,
        /Leave backend out/,
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
    [
        "another platform",
        withMachines({ app1: { machine: aws, data: { onDestroy: "keep" } } }),
        "applications.app1.machine.platform",
        /first machine/,
        /"local", as machine\.platform/,
    ],
    [
        "the address of another application",
        withMachines({
            app1: { machine: { ...local, address: "10.77.0.9" } },
            app2: { machine: { ...local, address: "10.77.0.9" } },
        }),
        "applications.app2.machine.address",
        /that of applications\.app1\.machine/,
        /another machine/,
    ],
    [
        "an address that is not in the network",
        withMachines({ app1: { machine: { ...local, address: "10.78.0.9" } } }),
        "applications.app1.machine.address",
        /not in applications\.app1\.machine\.network/,
        /10\.77\.0\.2 to 10\.77\.0\.254/,
    ],
    [
        "a volume that is too small",
        withMachines({ app1: { machine: local, data: { sizeGiB: 1 } } }),
        "applications.app1.data.sizeGiB",
        /out of range/,
        /from 2 to 16384 GiB/,
    ],
    [
        "a volume that goes with the stack on AWS",
        withMachines({ app1: { machine: aws } }, { machine: aws, firewall, data: { onDestroy: "keep" } }),
        "applications.app1.data.onDestroy",
        /must be set on AWS/,
        /"refuse", "keep"/,
    ],
    [
        "a host that is known by its name alone",
        withMachines({ app1: { machine: host("app.example.org") } }, { machine: host("192.0.2.1"), firewall }),
        "applications.app1.machine.privateAddress",
        /must be set: applications\.app1\.machine\.host is a name/,
        /an IPv4 address/,
    ],
    [
        "backups of the first machine alone",
        withMachines(two, { backup: { repository: { mode: "directory", path: "/srv/backups" } } }),
        "backup",
        /the machines in applications have no backups/,
        /leave applications out/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

test("what HAProxy and Redis are given for machines of OMERO.web is what the golden files show", () => {
    const server = (name: string, address: string) => ({ name, address, port: 4080, authority: `${name}'s authority` });
    const files = balancerFiles({
        ...{ name: "omero-web", front: "nginx" },
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
    expect(cachesProperty("rediss://10.77.0.10:6379/0", "secret", "/etc/a.pem")).toBe(
        'omero.web.caches={"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "rediss://10.77.0.10:6379/0", ' +
            '"OPTIONS": {"PASSWORD": "secret", "CONNECTION_POOL_KWARGS": {"ssl_ca_certs": "/etc/a.pem"}}}}\n',
    );
    expect(cachesProperty("redis://cache.example.org:6379/0")).not.toContain("OPTIONS");
});

test("an ephemeral stack has OMERO.web on its one machine", () => {
    const text =
        "config: { science-stacks:product: omero-web, science-stacks:machine: { platform: local }, " +
        "science-stacks:applications: { app1: { machine: { platform: local } } } }";
    expect(keysOf(ephemeralConfiguration(text))).not.toHaveProperty("applications");
});
