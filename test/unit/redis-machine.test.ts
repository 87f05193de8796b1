import { REDIS_PORT } from "../../components/guest/redis";
import { rotated } from "../../rotate";
import type { DcorConfig } from "../../stacks/config";
import { hasOwnRedis, hasSessionsVolume } from "../../stacks/config/applications";
import { isOwnRedis } from "../../stacks/config/services";
import { ownPorts, servicePackages } from "../../stacks/dcor-services";
import type { Deployment } from "../../verify/deployment";
import { expectRefusedOnce, parse, refused } from "./config-given";
import { aws, ephemeralKey, firewall, host, kept, local, onAws, testRefusedMachine, type Keys } from "./machines-given";

/** A stack whose Redis has these keys. */
const withRedis = (redis: Keys, others: Keys = {}, product = "omero-web"): Keys => ({
    ...{ product, instances: undefined, redis },
    ...others,
});

test.each(["omero-web", "dcor"])("a machine for Redis of %s has the defaults of a machine, and a volume", (product) => {
    const machine = { platform: "local", image: "debian-12", network: "10.77.0.0/24" };
    expect(parse(withRedis({ machine: local }, {}, product))).toMatchObject({
        redis: { machine, data: { sizeGiB: 20, onDestroy: "delete" }, maxMemoryMiB: 256 },
    });
    const hosts = {
        machine: { ...host("192.0.2.1"), ...(product === "dcor" && { scratch: "/srv/scratch" }) },
        firewall,
    };
    expect(parse(withRedis({ machine: host("192.0.2.2"), data: { sizeGiB: 3 } }, hosts, product))).toMatchObject({
        redis: { data: { sizeGiB: 3, onDestroy: "keep" } },
    });
});

test("the first machine has neither the port nor the packages of a Redis that is elsewhere", () => {
    const parsed = (redis: Keys) => parse(withRedis(redis, {}, "dcor")) as unknown as DcorConfig;
    const [here, there] = [parsed({}), parsed({ machine: local })];
    expect(ownPorts(there)).toEqual(ownPorts(here).filter((port) => port !== REDIS_PORT));
    expect(JSON.stringify(servicePackages(there))).not.toContain("redis-server");
    expect([isOwnRedis(here), isOwnRedis(there)]).toEqual([true, false]);
});

test("the volume of the sessions stays when Redis gets a machine of its own, and not when it is another's", () => {
    const config = (redis: Keys) => ({ omeroWeb: { sessions: "redis" }, redis });
    const places = [{}, { machine: local }, { url: "redis://192.0.2.9:6379/0" }, { elasticache: {} }].map(config);
    expect(places.map(hasOwnRedis)).toEqual([true, false, false, false]);
    expect(places.map(hasSessionsVolume)).toEqual([true, true, false, false]);
});

testRefusedMachine({ key: "redis", name: "Redis", leastGiB: 2, stack: withRedis });

test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "a machine for a server elsewhere",
        withRedis({ machine: local, url: "redis://cache.example.org:6379/0" }),
        "redis.machine",
        /redis\.url names a server elsewhere/,
        /Leave redis\.url out .* or redis\.machine/,
    ],
    [
        "a machine beside Amazon's server",
        withRedis({ machine: aws, ...kept, elasticache: {} }, onAws),
        "redis.elasticache",
        /redis\.machine names another server/,
        /redis\.machine or redis\.elasticache/,
    ],
    [
        "a machine for sessions in files",
        withRedis({ machine: local }, { omeroWeb: { sessions: "files" } }),
        "redis.machine",
        /sessions are in files/,
        /Leave one of the two out/,
    ],
    [
        "a machine for an OMERO.web of another stack",
        withRedis({ machine: local }, { backend: { host: "192.0.2.30" } }),
        "redis.machine",
        /is elsewhere \(backend\)/,
        /Leave one of the two out/,
    ],
    [
        "the address of an application's machine",
        withRedis(
            { machine: { ...local, address: "10.77.0.9" } },
            { applications: { app1: { machine: { ...local, address: "10.77.0.9" } } } },
        ),
        "applications.app1.machine.address",
        /that of redis\.machine/,
        /another machine/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

test("EOxServer has no use for it", () => {
    expect(refused({ redis: { machine: local } }).problems.map(({ key }) => key)).toEqual(["redis"]);
});

test("an ephemeral stack has its Redis on its one machine", () => {
    const redis = { maxMemoryMiB: 64, machine: local, data: { sizeGiB: 9 } };
    expect(ephemeralKey("dcor", "redis", redis)).toEqual({ maxMemoryMiB: 64 });
});

test("its password can be made anew", () => {
    const urn =
        "urn:pulumi:omero::science-stacks::science-stacks:guest:Redis$random:index/randomPassword:RandomPassword::redis-server-password";
    const deployment = { resources: [{ urn, type: "random:index/randomPassword:RandomPassword" }] };
    expect(rotated(deployment as Deployment, "omero", "cache-password", "local")).toEqual([urn]);
});
