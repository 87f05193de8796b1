import { serverIdentifier } from "../../components/machine/aws/managed-server";
import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import { makeCertificates } from "./certificates";
import { parse, refused } from "./config-given";

const machine = { platform: "aws", account: "123456789012", region: "eu-central-1" };
const existing = { existing: { subnetId: "subnet-0123456789abcdef0" } };
const subnetIds = ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"];

const given = (product: string, redis: object, keys: object = {}, network?: object) => ({
    ...{ product, instances: undefined, firewall: { ssh: ["192.0.2.0/24"] }, data: { onDestroy: "refuse" } },
    machine: { ...machine, ...(network && { network }) },
    redis,
    ...keys,
});
const omeroWeb = (redis: object, keys?: object, network?: object) => given("omero-web", redis, keys, network);

test("a Redis of ElastiCache has two zones, snapshots of a week, and cannot be destroyed, unless the configuration says otherwise", () => {
    for (const product of ["omero-web", "dcor"]) {
        expect(parse(given(product, { elasticache: {} }))).toMatchObject({
            redis: {
                elasticache: {
                    ...{ nodeType: "cache.t4g.small", engine: "valkey-8.2", multiAz: true },
                    ...{ backupDays: 7, onDestroy: "refuse" },
                },
            },
        });
    }
});

test.each<[string, Record<string, unknown>, RegExp]>([
    [
        "of a stack that is not on AWS",
        { product: "omero-web", instances: undefined, redis: { elasticache: {} } },
        /redis\.elasticache.*not on AWS, but local/,
    ],
    [
        "beside a server elsewhere",
        omeroWeb({ elasticache: {}, url: "redis://cache.example.org:6379/0" }),
        /redis\.elasticache.*redis\.url names another server/,
    ],
    ["with a password", given("dcor", { elasticache: {}, password: "x" }), /redis\.password.*of no server/],
    ["with an engine that there is not", omeroWeb({ elasticache: { engine: "redis-8.0" } }), /engine.*"valkey-8.2"/s],
    ["of a node that there is not", omeroWeb({ elasticache: { nodeType: "t4g.small" } }), /nodeType.*cache\.t4g/s],
    [
        "for sessions in files",
        omeroWeb({ elasticache: {} }, { omeroWeb: { sessions: "files" } }),
        /redis\.elasticache.*sessions are in files/,
    ],
    [
        "of a stack that has nginx alone",
        omeroWeb({ elasticache: {} }, { backend: { host: "192.0.2.30" } }),
        /redis\.elasticache.*elsewhere \(backend\)/,
    ],
    [
        "in a network that is there already, without subnets",
        omeroWeb({ elasticache: {} }, {}, existing),
        /redis\.elasticache\.subnetIds.*must be set/,
    ],
    [
        "with subnets of no network",
        omeroWeb({ elasticache: { subnetIds } }),
        /redis\.elasticache\.subnetIds.*network that is there already/,
    ],
    [
        "in the machine's own network",
        omeroWeb({ elasticache: { cidr: "10.80.0.0/25" } }),
        /redis\.elasticache\.cidr.*overlaps/,
    ],
    [
        "in a zone of another region",
        omeroWeb({ elasticache: { availabilityZones: ["eu-west-1a", "eu-central-1b"] } }),
        /availabilityZones.*eu-west-1a is not in the region eu-central-1/,
    ],
    [
        "for EOxServer, which has no use for it",
        { ...given("eoxserver", { elasticache: {} }), instances: ["instance00"] },
        /redis/,
    ],
])("a Redis of ElastiCache is refused %s", (_, keys, reason) => {
    expect(refused(keys).message).toMatch(reason);
});

test("beside a database of RDS it is in the same subnets, which are described there alone", () => {
    const { certificate: authority } = makeCertificates("db.example.org").root;
    const postgresql = { authority, rds: { subnetIds } };
    const dcor = (elasticache: object) => given("dcor", { elasticache }, { postgresql }, existing);
    expect(parse(dcor({}))).toMatchObject({ redis: { elasticache: { multiAz: true } } });
    expect(refused(dcor({ subnetIds })).message).toMatch(
        /redis\.elasticache\.subnetIds.*in the subnets of postgresql\.rds[\s\S]*postgresql\.rds\.subnetIds is for both/,
    );
});

test("what Amazon calls a server is as short as it must be, and has no two hyphens in a row", () => {
    const named = (machineName: string) => serverIdentifier(machineName, "redis", 40);
    expect(named("omero-web-prod")).toBe("omero-web-prod-redis");
    expect(named("a--b")).toBe("a-b-redis");
    expect(named("a".repeat(50))).toBe(`${"a".repeat(34)}-redis`);
    expect(named(`${"a".repeat(33)}-b`)).toBe(`${"a".repeat(33)}-redis`);
});

test("an ephemeral stack has its Redis on its machine", () => {
    const text =
        "config: { science-stacks:product: omero-web, science-stacks:machine: { platform: aws }, science-stacks:redis: " +
        "{ maxMemoryMiB: 64, elasticache: { multiAz: false } } }";
    expect(keysOf(ephemeralConfiguration(text))["redis"]).toEqual({ maxMemoryMiB: 64 });
});
