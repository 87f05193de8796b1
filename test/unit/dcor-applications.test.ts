import { BALANCED, balancedServices, behindEndpoint, CHECK_SECONDS } from "../../components/dcor/balanced";
import { balancerFiles, servicesOn } from "../../components/guest/balancer-files";
import { behindFiles, ENDPOINT_UNIT, endpointFiles } from "../../components/guest/tls-endpoint-files";
import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import type { DcorConfig } from "../../stacks/config";
import { dcorBackup, ownPorts } from "../../stacks/dcor-services";
import { testRefusedApplications, two } from "./applications-given";
import { expectRefusedOnce, parse } from "./config-given";
import { expectGolden } from "./golden";
import { host, local, type Keys } from "./machines-given";

const beside = { machine: local };

/** A stack of DCOR with these machines, and what they share on some of their own. */
const withMachines = (applications: Keys, others: Keys = {}): Keys => ({
    ...{ product: "dcor", instances: undefined, applications },
    ...{ postgresql: beside, redis: beside, solr: beside },
    ...(Object.keys(applications).length > 1 && { dcor: { storageMachine: Object.keys(applications)[0] } }),
    ...others,
});
const parsed = (keys: Keys) => parse(keys) as unknown as DcorConfig;

test("machines for DCOR have the defaults of a machine, and a volume; the only one has CKAN's storage", () => {
    const machine = { platform: "local", image: "debian-12", network: "10.77.0.0/24" };
    const { applications, dcor } = parsed(withMachines({ app1: { machine: local } }));
    expect(applications).toEqual({ app1: { machine, data: { sizeGiB: 10, onDestroy: "delete" } } });
    expect(dcor.storageMachine).toBe("app1");
    expect(parsed(withMachines(two, { dcor: { storageMachine: "app2" } })).dcor.storageMachine).toBe("app2");
});

test("the object store may be on the first machine; what it has of DCOR are nginx and HAProxy", () => {
    const config = parsed(withMachines(two));
    expect(ownPorts(config)).toEqual([80, 443, 4081, 9443, 9000, 9001]);
    expect(dcorBackup(config)).toMatchObject({ directories: ["/data/minio"], units: ["minio.service"] });
});

test("Redis may be on three machines; the first one, which does not use it, has nothing for it", () => {
    const redis = { machines: { cache1: beside, cache2: beside, cache3: beside } };
    const config = parsed(withMachines(two, { redis }));
    expect(Object.keys(config.redis.machines ?? {})).toEqual(["cache1", "cache2", "cache3"]);
    expect(ownPorts(config)).toEqual([80, 443, 4081, 9443, 9000, 9001]);
});

testRefusedApplications(withMachines);

const SHARED = /its machines share/;
test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "PostgreSQL on the first machine",
        withMachines(two, { postgresql: undefined }),
        "applications",
        SHARED,
        /postgresql\.machine, postgresql\.machines, postgresql\.rds or postgresql\.url/,
    ],
    [
        "Redis on the first machine",
        withMachines(two, { redis: undefined }),
        "applications",
        SHARED,
        /redis\.machine, redis\.machines, redis\.elasticache or redis\.url/,
    ],
    [
        "Solr on the first machine",
        withMachines(two, { solr: undefined }),
        "applications",
        SHARED,
        /solr\.machine, solr\.machines or solr\.url/,
    ],
    [
        "no machine for what is done once, of several",
        withMachines(two, { dcor: {} }),
        "dcor.storageMachine",
        /must be set/,
        /app1, app2/,
    ],
    [
        "one that there is not",
        withMachines(two, { dcor: { storageMachine: "app3" } }),
        "dcor.storageMachine",
        /"app3" is none of applications/,
        /app1, app2/,
    ],
    [
        "one without applications",
        { product: "dcor", instances: undefined, dcor: { storageMachine: "app1" } },
        "dcor.storageMachine",
        /first machine/,
        /give applications/,
    ],
    [
        "HAProxy's port for the web",
        withMachines(two, { dcor: { storageMachine: "app1", httpPort: 4081 } }),
        "dcor.httpPort",
        /port of HAProxy/,
        /its own port/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

const address = {
    ...{ serverName: "dcor.example.org", aliases: ["192.0.2.10"], tls: true },
    ...{ httpPort: 80, httpsPort: 443 },
};

test("what HAProxy is given on the first machine, and on those of DCOR, is what the golden files show", () => {
    const server = (name: string, at: string) => ({
        ...{ name, address: at, port: 7443 },
    });
    const services = balancedServices("app1", address);
    expectGolden(
        "dcor",
        "balancer",
        balancerFiles({
            ...{ name: BALANCED, front: "nginx", checkSeconds: CHECK_SECONDS, timeoutSeconds: 500, services },
            authority: "the authority",
            servers: [server("app1", "10.77.0.11"), server("app2", "10.77.0.12")],
        }),
    );
    expect(servicesOn(services, "app2").map(({ name }) => name)).toEqual(["dcor"]);
    expectGolden(
        "dcor",
        "endpoint",
        endpointFiles({
            ...{ ...behindEndpoint, address: "10.77.0.11", certificateRevision: "0123456789ab", timeoutSeconds: 500 },
        }),
    );
    const unit = `/etc/systemd/system/${ENDPOINT_UNIT}`;
    expectGolden("dcor", "endpoint", { [unit]: behindFiles(BALANCED, behindEndpoint.behind!)[unit]! });
});

test("an ephemeral stack has DCOR on its one machine, with all its services", () => {
    const text =
        "config: { science-stacks:product: dcor, science-stacks:machine: { platform: local }, science-stacks:postgresql: { machine: { platform: local } }, " +
        "science-stacks:dcor: { title: Ours, storageMachine: app1 }, science-stacks:applications: { app1: { machine: { platform: local } } } }";
    const keys = keysOf(ephemeralConfiguration(text));
    expect([keys["applications"], keys["postgresql"]]).toEqual([undefined, undefined]);
    expect(keys["dcor"]).not.toHaveProperty("storageMachine");
});

test("on hosts that are there already, each has scratch space, and the site a name", () => {
    const machine = (name: string) => ({ machine: { ...host(name), scratch: "/srv/scratch" } });
    const keys = withMachines(
        { app1: machine("192.0.2.2") },
        {
            ...machine("192.0.2.1"),
            ...{ postgresql: { machine: host("192.0.2.3") }, redis: { machine: host("192.0.2.4") } },
            solr: { machine: host("192.0.2.5") },
            firewall: { ssh: ["192.0.2.0/24"] },
        },
    );
    expect(parsed({ ...keys, serverName: "dcor.example.org" }).applications).toBeDefined();
    expectRefusedOnce(keys, "serverName", /find the site by its name/, /leads to the first machine/);
});
