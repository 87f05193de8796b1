import fc from "fast-check";
import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import { parse, refused, refusedKeys } from "./config-given";

const machine = { platform: "aws", account: "123456789012", region: "eu-central-1" };
const existing = { existing: { subnetId: "subnet-0123456789abcdef0" } };
const subnetIds = ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"];
const certificateArn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123-abcd";
const hostedZoneId = "Z0123456789ABC";

interface Given {
    loadBalancer: object;
    machine?: object;
    [key: string]: unknown;
}

const given = (product: string, { machine: more, ...keys }: Given) => ({
    ...{ product, serverName: "www.example.org", firewall: { ssh: ["192.0.2.0/24"] }, data: { onDestroy: "refuse" } },
    instances: product === "eoxserver" ? ["instance00"] : undefined,
    machine: { ...machine, ...more },
    ...keys,
});
const eoxserver = (keys: Given) => given("eoxserver", keys);

test.each([
    ["eoxserver", 620],
    ["omero-web", 80],
    ["dcor", 510],
])("the load balancer of %s waits longer than the machine's web server, and cannot be destroyed", (product, wait) => {
    expect(parse(given(product, { loadBalancer: { hostedZoneId } })).loadBalancer).toMatchObject({
        ...{ oldestTls: "TLSv1.2", idleTimeoutSeconds: wait, onDestroy: "refuse" },
        availabilityZones: ["eu-central-1a", "eu-central-1b"],
    });
});

test("it waits as long as an answer may take, whatever that is", () => {
    fc.assert(
        fc.property(fc.integer({ min: 10, max: 3600 }), (requestTimeoutSeconds) => {
            const keys = { loadBalancer: { certificateArn }, eoxserver: { requestTimeoutSeconds } };
            const { idleTimeoutSeconds } = parse(eoxserver(keys)).loadBalancer!;
            expect(idleTimeoutSeconds).toBeGreaterThan(requestTimeoutSeconds);
            // Amazon's most.
            expect(idleTimeoutSeconds).toBeLessThanOrEqual(4000);
        }),
    );
});

test("it has subnets in the machine's zone and another, unless the configuration says otherwise", () => {
    const zones = (availabilityZone: string) =>
        parse(eoxserver({ loadBalancer: { certificateArn }, machine: { network: { args: { availabilityZone } } } }))
            .loadBalancer!.availabilityZones;
    expect(zones("eu-central-1a")).toEqual(["eu-central-1a", "eu-central-1b"]);
    expect(zones("eu-central-1c")).toEqual(["eu-central-1c", "eu-central-1a"]);
    const there = eoxserver({ loadBalancer: { certificateArn, subnetIds }, machine: { network: existing } });
    expect(parse(there).loadBalancer).toMatchObject({ subnetIds, availabilityZones: undefined });
});

test.each<[string, Record<string, unknown>, RegExp]>([
    [
        "of a stack that is not on AWS",
        { serverName: "www.example.org", loadBalancer: { certificateArn } },
        /loadBalancer: the stack's machine is not on AWS, but local/,
    ],
    ["without a certificate", eoxserver({ loadBalancer: {} }), /certificateArn: it must be set.*hostedZoneId/],
    [
        "with a certificate of another region",
        eoxserver({ loadBalancer: { certificateArn: certificateArn.replace("eu-central-1", "us-east-1") } }),
        /certificateArn.*not of the machine's region, eu-central-1/,
    ],
    [
        "with a certificate that is none of ACM's",
        eoxserver({ loadBalancer: { certificateArn: "arn:aws:iam::123456789012:server-certificate/a" } }),
        /certificateArn[\s\S]*the ARN of a certificate of ACM/,
    ],
    [
        "without a name of the server",
        eoxserver({ loadBalancer: { certificateArn }, serverName: undefined }),
        /serverName: it must be a host name/,
    ],
    [
        "for an address",
        eoxserver({ loadBalancer: { certificateArn }, serverName: "192.0.2.10" }),
        /serverName.*it must be a host name/,
    ],
    [
        "beside a certificate by ACME",
        eoxserver({ loadBalancer: { certificateArn }, tls: { mode: "acme", email: "admin@example.org" } }),
        /tls\.mode.*which ACM renews/,
    ],
    [
        "before plain HTTP",
        eoxserver({ loadBalancer: { certificateArn }, tls: { mode: "none" } }),
        /tls\.mode.*reaches the machine by TLS/,
    ],
    [
        "with the machine's record of the same name",
        eoxserver({
            loadBalancer: { certificateArn },
            machine: { dns: { zoneId: hostedZoneId, name: "www.example.org" } },
        }),
        /machine\.dns\.name.*leads to the load balancer/,
    ],
    [
        "with TLS of long ago",
        eoxserver({ loadBalancer: { certificateArn, oldestTls: "TLSv1.1" } }),
        /oldestTls.*"TLSv1\.1"[\s\S]*"TLSv1\.2", "TLSv1\.3"/,
    ],
    [
        "that waits longer than Amazon's can",
        eoxserver({ loadBalancer: { certificateArn, idleTimeoutSeconds: 4001 } }),
        /idleTimeoutSeconds.*4001[\s\S]*60 to 4000/,
    ],
    [
        "in the machine's own network",
        eoxserver({ loadBalancer: { certificateArn, cidr: "10.80.0.0/25" } }),
        /loadBalancer\.cidr.*overlaps with machine\.network\.args\.cidr/,
    ],
    [
        "in the network of the servers that Amazon runs",
        given("dcor", {
            loadBalancer: { certificateArn },
            redis: { elasticache: { cidr: "10.82.0.0/16" } },
        }),
        /loadBalancer\.cidr: it overlaps with redis\.elasticache\.cidr/,
    ],
    [
        "in a network that is too small",
        eoxserver({ loadBalancer: { certificateArn, cidr: "10.82.0.0/27" } }),
        /loadBalancer\.cidr[\s\S]*from \/16 to \/26/,
    ],
    [
        "in zones of which none is the machine's",
        eoxserver({ loadBalancer: { certificateArn, availabilityZones: ["eu-central-1b", "eu-central-1c"] } }),
        /availabilityZones: the machine's zone is not among them[\s\S]*eu-central-1a/,
    ],
    [
        "in a zone of another region",
        eoxserver({ loadBalancer: { certificateArn, availabilityZones: ["eu-central-1a", "eu-west-1b"] } }),
        /availabilityZones: eu-west-1b is not in the region/,
    ],
    [
        "in a network that is there already, without subnets",
        eoxserver({ loadBalancer: { certificateArn }, machine: { network: existing } }),
        /loadBalancer\.subnetIds: it must be set/,
    ],
    [
        "with subnets of no network",
        eoxserver({ loadBalancer: { certificateArn, subnetIds } }),
        /loadBalancer\.subnetIds.*network that is there already/,
    ],
    [
        "in one subnet",
        eoxserver({
            loadBalancer: { certificateArn, subnetIds: ["subnet-0123456789abcdef1"] },
            machine: { network: existing },
        }),
        /loadBalancer\.subnetIds: 1 are given/,
    ],
])("a load balancer is refused %s", (_, keys, reason) => {
    expect(refused(keys).message).toMatch(reason);
});

test("a certificate of one's own is the load balancer's, and not the machine's", () => {
    const keys = { loadBalancer: { certificateArn }, tls: { mode: "own", certificate: "a", privateKey: "b" } };
    expect(refused(eoxserver(keys), ["tls"]).message).toMatch(/tls\.mode.*\n {2}Import yours to ACM/);
});

test("of a stack that is not on AWS nothing else is said", () => {
    expect(refusedKeys({ loadBalancer: {}, tls: { mode: "none" } })).toEqual(["loadBalancer"]);
});

test("all that is wrong with it is found at once", () => {
    const keys = { loadBalancer: { cidr: "10.80.0.0/24" }, serverName: undefined, tls: { mode: "none" } };
    expect(refusedKeys(eoxserver(keys))).toEqual([
        "serverName",
        "tls.mode",
        "loadBalancer.certificateArn",
        "loadBalancer.cidr",
    ]);
});

test("an ephemeral stack has none", () => {
    const text =
        "config: { science-stacks:product: eoxserver, science-stacks:machine: { platform: aws }, " +
        `science-stacks:serverName: www.example.org, science-stacks:loadBalancer: { hostedZoneId: ${hostedZoneId} } }`;
    expect(Object.keys(keysOf(ephemeralConfiguration(text)))).not.toContain("loadBalancer");
});
