import { etcdFiles, ETCD_UNIT_FILES } from "../../components/database-cluster/etcd-files";
import { CLUSTER_SETTINGS, patroniFiles, PATRONI_UNIT_FILES } from "../../components/database-cluster/patroni-files";
import {
    ADMINISTRATOR_ELSEWHERE,
    clusterSettings,
    serverAddress,
    serviceText,
    tlsSettings,
} from "../../components/guest/postgresql-server";
import type { DcorConfig } from "../../stacks/config";
import { dcorBackup, ownPorts } from "../../stacks/dcor-services";
import { machinesOf, testRefusedCluster } from "./cluster-given";
import { expectRefusedOnce, parse, refused } from "./config-given";
import { expectGolden } from "./golden";
import { ephemeralKey, firewall, host, local, type Keys } from "./machines-given";

const backup = { repository: { mode: "directory", path: "/srv/backups" } };

/** A stack whose database is on these machines. */
const withMachines = (machines: Keys, others: Keys = {}, postgresql: Keys = {}): Keys => ({
    postgresql: { machines, ...postgresql },
    ...others,
});
const members = (count: number, changed?: Keys) => machinesOf("db", count, changed);
const three = members(3);
/** What a stack of each product has besides. */
const PRODUCTS: [string, Keys][] = [
    ["EOxServer", {}],
    ["DCOR", { product: "dcor", instances: undefined }],
];
const DCOR = PRODUCTS[1]![1];

test.each(PRODUCTS)("machines of PostgreSQL of %s have the defaults of a machine, and a volume", (_, product) => {
    const machine = { platform: "local", image: "debian-12", network: "10.77.0.0/24" };
    const data = { sizeGiB: 20, onDestroy: "delete" };
    const config = parse({
        ...product,
        ...withMachines(members(3, { db2: { machine: local, data: { sizeGiB: 6 } } })),
    });
    expect(config.postgresql).toEqual({
        sharedBuffersMiB: 256,
        machines: { db1: { machine, data }, db2: { machine, data: { ...data, sizeGiB: 6 } }, db3: { machine, data } },
    });
    expect(Object.keys(parse({ ...product, ...withMachines(members(5)) }).postgresql.machines!)).toHaveLength(5);
});

test("the first machine may be another release without backups, and machines may be hosts, whose data stay", () => {
    const hosts = Object.fromEntries([2, 3, 4].map((last) => [`db${last}`, { machine: host(`192.0.2.${last}`) }]));
    expect(parse(withMachines(three, { backup })).backup?.repository).toEqual(backup.repository);
    expect(parse(withMachines(three, { machine: { ...local, image: "debian-13" } })).backup).toBeUndefined();
    const existing = parse(withMachines(hosts, { machine: host("192.0.2.1"), firewall }));
    expect(existing.postgresql.machines!["db2"]!.data.onDestroy).toBe("keep");
});

describe.each(PRODUCTS)("of %s", (_, product) => {
    testRefusedCluster({
        ...{ key: "postgresql", prefix: "db", counts: /3 or 5 names/, reserved: "database", leastGiB: 5 },
        ...{ url: "postgresql://admin@db.example.org", onAws: /postgresql\.rds/ },
        besides: product,
    });

    test.each<[string, Keys, string, RegExp, RegExp]>([
        ["an even number of machines", withMachines(members(4)), "postgresql.machines", /even number/, /3 or 5 names/],
        [
            "a member without a machine",
            withMachines(members(3, { db3: { data: { sizeGiB: 5 } } })),
            "postgresql.machines.db3.machine",
            /must be set/,
            /keys of `machine`/,
        ],
        [
            "a key that there is not",
            withMachines(members(3, { db3: { machine: local, priority: 3 } })),
            "postgresql.machines.db3.priority",
            /no such key/,
            /Keys of postgresql\.machines\.db3: machine, data/,
        ],
        [
            "a name that no machine can have",
            withMachines(members(2, { DB_3: { machine: local } })),
            "postgresql.machines.DB_3",
            /no name of a machine/,
            /lower-case letters and digits/,
        ],
        [
            "backups by the programs of another release",
            withMachines(three, { machine: { ...local, image: "debian-13" }, backup }),
            "machine.image",
            /made by this machine's programs of PostgreSQL/,
            /"debian-12", or leave backup out/,
        ],
        [
            "the name of an application's machine",
            withMachines(three, { applications: { db1: { machine: local } } }),
            "applications.db1",
            /name of a machine in postgresql\.machines/,
            /"app1"/,
        ],
        [
            "the address of another member",
            withMachines(
                members(3, {
                    db1: { machine: { ...local, address: "10.77.0.9" } },
                    db3: { machine: { ...local, address: "10.77.0.9" } },
                }),
            ),
            "postgresql.machines.db3.machine.address",
            /that of postgresql\.machines\.db1\.machine/,
            /another machine/,
        ],
    ])("%s is refused", (_, keys, key, reason, advice) =>
        expectRefusedOnce({ ...product, ...keys }, key, reason, advice, ["postgresql"]),
    );
});

test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "development, whose tests need a server that they may do anything to",
        withMachines(three, { development: true }),
        "development",
        /need the machine's own PostgreSQL/,
        /postgresql\.machines/,
    ],
    [
        "the name of a machine of Redis'",
        withMachines(three, {
            redis: { machines: { db2: { machine: local }, c2: { machine: local }, c3: { machine: local } } },
        }),
        "redis.machines.db2",
        /name of a machine in postgresql\.machines/,
        /"cache1"/,
    ],
])("of DCOR, %s is refused", (_, keys, key, reason, advice) =>
    expectRefusedOnce({ ...DCOR, ...keys }, key, reason, advice),
);

test("DCOR's first machine has no PostgreSQL, and dumps what is on the others, with CKAN or without", () => {
    const beside = { machine: local };
    const several = { applications: { app1: beside }, redis: beside, solr: beside };
    for (const others of [{}, several]) {
        const config = parse({ ...DCOR, ...withMachines(three, { ...others, backup }) }) as unknown as DcorConfig;
        expect(ownPorts(config)).not.toContain(5432);
        expect(dcorBackup(config).databases).toBe(ADMINISTRATOR_ELSEWHERE);
    }
});

test("what etcd and Patroni are given is what the golden files show", () => {
    const all = [11, 12, 13].map((last, index) => ({ name: `db${index + 1}`, address: `10.77.0.${last}` }));
    const settings = { stack: "maps-prod", version: "15", sharedBuffersMiB: 512, clients: ["10.77.0.10"] };
    expectGolden("database-cluster", "etcd", { ...etcdFiles(all[0]!, all, "maps-prod"), ...ETCD_UNIT_FILES });
    const { "/etc/patroni/config.yml": configuration, ...others } = patroniFiles({
        ...{ own: all[1]!, members: all, certificates: "0123456789ab", ...settings },
    });
    expect(Object.keys(others)).toEqual(
        ["cluster.json", "member.py"].map((file) => `/usr/local/lib/science-stacks/patroni/${file}`),
    );
    expectGolden("database-cluster", "patroni", { "/etc/patroni/config.yml": configuration!, ...PATRONI_UNIT_FILES });
});

test("a leader that is cut off is none any more before another one begins", () => {
    const { ttl, loop_wait, retry_timeout } = CLUSTER_SETTINGS;
    expect(ttl).toBeGreaterThanOrEqual(loop_wait + 2 * retry_timeout);
});

test("several servers are used by the one that writes, and left soon when they go", () => {
    const server = serverAddress("postgresql://administrator@10.77.0.11:5432,10.77.0.12,10.77.0.13:5432/postgres")!;
    expect(server).toMatchObject({ host: "10.77.0.11,10.77.0.12,10.77.0.13", port: 5432 });
    expect(serverAddress("postgresql://administrator@10.77.0.11:5432,10.77.0.12:5433/postgres")).toBeUndefined();
    const settings = { ...tlsSettings(server, "/etc/a.pem"), ...clusterSettings(server) };
    const lines = serviceText(server, settings, "secret").split("\n");
    expect(lines).toEqual(
        expect.arrayContaining(["sslmode=verify-full", "target_session_attrs=primary", "connect_timeout=2"]),
    );
    expect(lines.filter((line) => line.startsWith("connect_timeout"))).toHaveLength(1);
    expect(clusterSettings(serverAddress("postgresql://admin@db.example.org")!)).toEqual({});
    const { problems } = refused({ postgresql: { url: "postgresql://admin@a.example.org,b.example.org/" } });
    expect(problems.map(({ key }) => key)).toEqual(["postgresql.url"]);
});

test.each(["eoxserver", "dcor"])("an ephemeral stack of %s has PostgreSQL on its one machine", (product) => {
    const postgresql = { machines: three, sharedBuffersMiB: 128 };
    expect(ephemeralKey(product, "postgresql", postgresql)).toEqual({ sharedBuffersMiB: 128 });
});
