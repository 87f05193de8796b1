import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import { makeCertificates } from "./certificates";
import { parse, refused } from "./config-given";

const machine = { platform: "aws", account: "123456789012", region: "eu-central-1" };
const given = (postgresql: object, network?: object) => ({
    ...{ firewall: { ssh: ["192.0.2.0/24"] }, data: { onDestroy: "refuse" } },
    machine: { ...machine, ...(network && { network }) },
    postgresql,
});
const existing = { existing: { subnetId: "subnet-0123456789abcdef0" } };
let authority: string;
beforeAll(() => {
    authority = makeCertificates("db.example.org").root.certificate;
});

test("a database of RDS has two zones, backups of two weeks, and cannot be destroyed, unless the configuration says otherwise", () => {
    expect(parse(given({ rds: {}, authority })).postgresql.rds).toEqual({
        ...{ instanceClass: "db.t4g.medium", version: "17", storageGiB: 20, multiAz: true },
        ...{ backupDays: 14, onDestroy: "refuse" },
    });
});

test("DCOR may have one as EOxServer may", () => {
    const dcor = { product: "dcor", instances: undefined };
    expect(parse({ ...given({ rds: { version: "16" }, authority }), ...dcor }).postgresql.rds).toMatchObject({
        ...{ version: "16", multiAz: true, onDestroy: "refuse" },
    });
    const refusals: [object, RegExp][] = [
        [given({ rds: {} }), /postgresql\.authority.*must be set/],
        [given({ authority }), /postgresql\.authority.*no server of RDS/],
        [given({ rds: {}, authority: "none" }), /postgresql\.authority.*no certificate/],
        [{ ...given({ rds: {}, authority }), development: true }, /development.*the machine's own PostgreSQL/],
    ];
    for (const [keys, reason] of refusals) {
        expect(refused({ ...keys, ...dcor }).message).toMatch(reason);
    }
});

test("it needs the authority of its region", () => {
    expect(refused(given({ rds: {} })).message).toMatch(
        /postgresql\.authority.*must be set.*[\s\S]*bundle of the region/,
    );
});

test.each<[string, () => Record<string, unknown>, RegExp]>([
    [
        "of a stack that is not on AWS",
        () => ({ machine: { platform: "local" }, postgresql: { rds: {}, authority } }),
        /postgresql\.rds.*not on AWS, but local/,
    ],
    [
        "beside a server elsewhere",
        () => given({ rds: {}, authority, url: "postgresql://admin@db.example.org" }),
        /postgresql\.rds.*postgresql\.url names another server/,
    ],
    [
        "with a password",
        () => given({ rds: {}, authority, password: "x" }),
        /postgresql\.password.*no server elsewhere/,
    ],
    [
        "in a network that is there already, without subnets",
        () => given({ rds: {}, authority }, existing),
        /postgresql\.rds\.subnetIds.*must be set/,
    ],
    [
        "in one subnet",
        () => given({ rds: { subnetIds: ["subnet-0123456789abcdef1"] }, authority }, existing),
        /postgresql\.rds\.subnetIds/,
    ],
    [
        "with subnets of no network",
        () => given({ rds: { subnetIds: ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"] }, authority }),
        /postgresql\.rds\.subnetIds.*network that is there already/,
    ],
    [
        "in the machine's own network",
        () => given({ rds: { cidr: "10.80.0.0/25" }, authority }),
        /postgresql\.rds\.cidr.*overlaps/,
    ],
    [
        "in a network that cannot be halved",
        () => given({ rds: { cidr: "10.81.0.0/28" }, authority }),
        /postgresql\.rds\.cidr.*two subnets/,
    ],
    [
        "in a zone of another region",
        () => given({ rds: { availabilityZones: ["eu-west-1a", "eu-central-1b"] }, authority }),
        /availabilityZones.*eu-west-1a is not in the region eu-central-1/,
    ],
    [
        "twice in one zone",
        () => given({ rds: { availabilityZones: ["eu-central-1b", "eu-central-1b"] }, authority }),
        /availabilityZones.*both are the same/,
    ],
])("a database of RDS is refused %s", (_, keys, reason) => {
    expect(refused(keys()).message).toMatch(reason);
});

test("an ephemeral stack has its database on its machine", () => {
    const text =
        "config: { science-stacks:product: eoxserver, science-stacks:machine: { platform: aws }, science-stacks:postgresql: " +
        "{ sharedBuffersMiB: 512, authority: some, rds: { storageGiB: 40 } } }";
    expect(keysOf(ephemeralConfiguration(text))["postgresql"]).toEqual({ sharedBuffersMiB: 512 });
});
