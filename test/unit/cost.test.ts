import { costs, type StackResource } from "../../scripts/cost/price";
import prices from "../../scripts/cost/prices.json";
import { costTable } from "../../scripts/cost/table";

const instance = (instanceType: string): StackResource => ({
    type: "aws:ec2/instance:Instance",
    name: "machine",
    inputs: { instanceType, rootBlockDevice: { volumeSize: 30 } },
});
const volume: StackResource = {
    type: "aws:ebs/volume:Volume",
    name: "data-volume",
    inputs: { type: "gp3", size: 200, tags: { "science-stacks:snapshots": "s" } },
};
const address: StackResource = { type: "aws:ec2/eip:Eip", name: "machine-ip", inputs: {} };
const free: StackResource = { type: "aws:ec2/vpc:Vpc", name: "vpc", inputs: {} };
const database = (given: object): StackResource => ({
    type: "aws:rds/instance:Instance",
    name: "database-server",
    inputs: { instanceClass: "db.t4g.medium", multiAz: true, allocatedStorage: 20, ...given },
});
const amounts = (resources: StackResource[], region: string) => costs(resources, region).map(({ usd }) => usd);

test("each price has a source and a date", () => {
    for (const { source, date, usd } of prices) {
        expect(source).toMatch(/^https:\/\//);
        expect(date).toMatch(/20\d\d/);
        expect(usd).toBeGreaterThan(0);
    }
});

test("an instance costs its hours and its root volume, a volume its size, an address its hours", () => {
    expect(amounts([instance("t3.large"), address], "us-east-1")).toEqual([0.0832 * 730, 0.08 * 30, 0.005 * 730]);
    expect(amounts([volume], "eu-central-1")[0]).toBeCloseTo(0.0952 * 200);
});

test("a database of RDS costs its hours and its storage, in one zone or in two", () => {
    const bill = (given: object) => costs([database(given)], "us-east-1").map(({ what, usd }) => [what, usd]);
    expect(bill({})).toEqual([
        ["PostgreSQL of RDS, db.t4g.medium, two zones", 0.13 * 730],
        ["gp3 storage of RDS, two zones, 20 GiB", undefined],
    ]);
    expect(bill({ multiAz: false })).toEqual([
        ["PostgreSQL of RDS, db.t4g.medium, one zone", 0.065 * 730],
        ["gp3 storage of RDS, one zone, 20 GiB", 0.115 * 20],
    ]);
});

test("what has no price with a source is listed without one, and not guessed from another region", () => {
    expect(amounts([instance("m5.xlarge")], "us-east-1")).toEqual([undefined, 0.08 * 30]);
    expect(amounts([volume], "eu-west-3")).toEqual([undefined, undefined]);
    expect(costs([database({ instanceClass: "db.m7g.large" })], "us-east-1").map(({ usd }) => usd)).toEqual([
        ...[undefined, undefined],
    ]);
    const nodes = { engine: "valkey", nodeType: "cache.t4g.small", numCacheClusters: 2 };
    const group = { type: "aws:elasticache/replicationGroup:ReplicationGroup", name: "r", inputs: nodes };
    expect(costs([group], "us-east-1").map(({ what, usd }) => [what, usd])).toEqual([
        ["ElastiCache, valkey, cache.t4g.small, 2 nodes", undefined],
        ["snapshots of ElastiCache, by their size", undefined],
    ]);
    expect(amounts([{ type: "aws:efs/fileSystem:FileSystem", name: "f", inputs: {} }], "us-east-1")).toEqual([
        undefined,
    ]);
});

test("a load balancer costs its hours, what passes through it, and two addresses", () => {
    const balancer = { type: "aws:lb/loadBalancer:LoadBalancer", name: "b", inputs: {} };
    expect(costs([balancer], "us-east-1").map(({ what, usd }) => [what, usd])).toEqual([
        ["application load balancer", 0.0225 * 730],
        ["capacity units of a load balancer, by use", undefined],
        ["public IPv4 address, two of the load balancer", 0.005 * 2 * 730],
    ]);
    expect(amounts([balancer], "eu-central-1")).toEqual([undefined, undefined, 0.005 * 2 * 730]);
});

test("a name of Route 53 costs its queries, unless it leads to something of Amazon's", () => {
    const record = (inputs: object) => ({ type: "aws:route53/record:Record", name: "n", inputs: { ...inputs } });
    expect(costs([record({ records: ["192.0.2.1"] })], "us-east-1").map(({ what }) => what)).toEqual([
        "queries of Route 53, by use",
    ]);
    expect(costs([record({ aliases: [{}] })], "us-east-1")).toEqual([]);
});

test("what AWS takes nothing for is not listed, nor is what is not of AWS", () => {
    expect(costs([free, { type: "tls:index/privateKey:PrivateKey", name: "key", inputs: {} }], "us-east-1")).toEqual(
        [],
    );
});

test("the bill says what is in its sum, what is not, and where the prices are from", () => {
    const bill = costTable("s", "us-east-1", costs([instance("t3.large"), volume], "us-east-1"));
    expect(bill).toMatch(/^sum +without 1 that have no price +79\.14$/m);
    expect(bill).toMatch(/^data-volume +snapshots, by the blocks that change +no price$/m);
    expect(bill).toMatch(/^Price from https:\/\/www\.saisci\.com/m);
});

test("what is paid by use has its rate where that has a source, and no amount", () => {
    const bucket: StackResource = { type: "aws:s3/bucket:Bucket", name: "bucket", inputs: {} };
    expect(costs([bucket], "us-east-1").map(({ usd, rate }) => [usd, rate])).toEqual([
        [undefined, "0.023 per GiB-month"],
        [undefined, "0.005 per 1,000 requests"],
    ]);
    expect(costs([bucket], "eu-west-3").map(({ usd, rate }) => [usd, rate])).toEqual([
        [undefined, undefined],
        [undefined, undefined],
    ]);
    const bill = costTable("s", "us-east-1", costs([bucket], "us-east-1"));
    expect(bill).toMatch(/^bucket +S3 standard storage, by use +0\.023 per GiB-month$/m);
    expect(bill).toMatch(/^sum +0\.00$/m);
});
