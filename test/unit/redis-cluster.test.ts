import { redisBalancerFiles } from "../../components/redis-cluster/balancer-files";
import { quorumOf } from "../../components/redis-cluster/member";
import {
    memberFiles,
    passwordFiles,
    REDIS_UNIT_FILES,
    TIMES,
    usersText,
} from "../../components/redis-cluster/redis-files";
import { rotated } from "../../rotate";
import { hasOwnRedis, hasSessionsVolume } from "../../stacks/config/omero-web-applications";
import { isOwnRedis } from "../../stacks/config/services";
import type { Deployment } from "../../verify/deployment";
import { machinesOf, testRefusedCluster } from "./cluster-given";
import { expectRefusedOnce, parse, refused } from "./config-given";
import { expectGolden } from "./golden";
import { ephemeralKey, local, type Keys } from "./machines-given";

/** A stack whose Redis is on these machines. */
const withMachines = (machines: Keys, others: Keys = {}, redis: Keys = {}, product = "omero-web"): Keys => ({
    ...{ product, instances: undefined, redis: { machines, ...redis } },
    ...others,
});
const members = (count: number, changed?: Keys) => machinesOf("cache", count, changed);
const three = members(3);

test.each(["omero-web", "dcor"])("machines of Redis of %s have the defaults of a machine, and a volume", (product) => {
    const machine = { platform: "local", image: "debian-12", network: "10.77.0.0/24" };
    const data = { sizeGiB: 20, onDestroy: "delete" };
    const given = members(3, { cache2: { machine: local, data: { sizeGiB: 3 } } });
    expect(parse(withMachines(given, {}, {}, product))).toMatchObject({
        redis: {
            maxMemoryMiB: 256,
            machines: {
                cache1: { machine, data },
                cache2: { machine, data: { ...data, sizeGiB: 3 } },
                cache3: { machine, data },
            },
        },
    });
});

test("three or five machines lose one or two of them", () => {
    expect(parse(withMachines(members(5)))).toMatchObject({ redis: { machines: { cache5: {} } } });
    expect([3, 5].map(quorumOf)).toEqual([2, 3]);
});

testRefusedCluster({
    ...{ key: "redis", prefix: "cache", counts: /3 or 5 names/, reserved: "redis", leastGiB: 2 },
    ...{ url: "redis://cache.example.org:6379/0", onAws: /redis\.elasticache/ },
    besides: { product: "omero-web", instances: undefined },
});

test.each<[string, Keys, string, RegExp, RegExp]>([
    ["an even number of machines", withMachines(members(4)), "redis.machines", /even number/, /3 or 5 names/],
    [
        "the name of an application's machine",
        withMachines(three, { applications: { cache1: { machine: local } } }),
        "applications.cache1",
        /name of a machine in redis\.machines/,
        /"app1"/,
    ],
    [
        "machines for sessions in files",
        withMachines(three, { omeroWeb: { sessions: "files" } }),
        "redis.machines",
        /sessions are in files/,
        /Leave one of the two out/,
    ],
    [
        "the port of HAProxy for the web",
        withMachines(three, { omeroWeb: { httpsPort: 6380 } }),
        "omeroWeb.httpsPort",
        /HAProxy, for Redis/,
        /its own port/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

test("EOxServer has no use for it", () => {
    const { problems } = refused({ redis: { machines: three } });
    expect(problems.map(({ key }) => key)).toEqual(["redis"]);
});

test("the first machine has no Redis, and keeps the volume of the sessions for the way back", () => {
    const config = { omeroWeb: { sessions: "redis" }, redis: { machines: three } };
    expect([isOwnRedis(config), hasOwnRedis(config), hasSessionsVolume(config)]).toEqual([false, false, true]);
});

test("an ephemeral stack has its Redis on its one machine", () => {
    expect(ephemeralKey("dcor", "redis", { maxMemoryMiB: 64, machines: three })).toEqual({ maxMemoryMiB: 64 });
});

const all = [11, 12, 13].map((last, index) => ({ name: `cache${index + 1}`, address: `10.77.0.${last}` }));

test("what the members are given, and whoever uses them, is what the golden files show", () => {
    expectGolden("redis-cluster", "member", {
        ...memberFiles({ own: all[1]!, members: all, maxMemoryMiB: 64, secrets: "0123456789ab" }),
        ...REDIS_UNIT_FILES,
    });
    expectGolden("redis-cluster", "user", redisBalancerFiles(all, "an authority", "0123456789ab"));
});

test("a master that is cut off takes nothing more before another one may begin", () => {
    expect(TIMES.mostLagSeconds).toBeLessThan(TIMES.downAfterSeconds);
});

test("passwords are in files of their own, for Redis alone, and who asks what a member is may do nothing else", () => {
    const files = passwordFiles({ member: "of-members", sentinel: "of-sentinels" });
    expect(Object.values(files).map(({ owner, mode }) => [owner, mode])).toEqual(
        Array.from({ length: 2 }, () => ["redis:redis", "400"]),
    );
    expect(usersText({ client: "a", member: "b", check: "c" }).split("\n")).toEqual([
        "user default on >a ~* &* +@all",
        "user member on >b ~* &* +@all",
        "user balancer on >c -@all +info",
        "",
    ]);
});

test("the password of those who use it can be made anew, and those of the members stay", () => {
    const resources = ["password", "members-password", "check-password", "sentinel-password"].map((name) => ({
        urn: `urn:pulumi:omero::science-stacks::science-stacks:redis-cluster:RedisCluster$random:index/randomPassword:RandomPassword::redis-server-${name}`,
        type: "random:index/randomPassword:RandomPassword",
    }));
    const found = rotated({ resources } as unknown as Deployment, "omero", "cache-password", "local");
    expect(found).toEqual([resources[0]!.urn]);
});
