import { settings as redisSettings } from "../../components/guest/redis";
import { costs } from "../../scripts/cost/price";
import { program, withManaged } from "./aws-stacks";
import { opened, violations } from "./policy";
import { SECRET_MARK, SENTINELS } from "./recorder";
import { RecordedStack } from "./recorded-stack";

/** With what a managed service is asked for besides. */
class Stack extends RecordedStack {
    /** The rules of the security groups of what Amazon runs: who reaches which port. */
    openings = () =>
        this.ofType("SecurityGroupIngressRule")
            .filter(({ name }) => name.includes("-server-"))
            .map(({ inputs: { fromPort, toPort, cidrIpv4 } }) => [fromPort, toPort, cidrIpv4]);
}

/** The tests of a managed service, of a stack that has it: the policies', and its own. */
function describeManaged(
    name: string,
    managed: Parameters<typeof withManaged>[1],
    tests: (stack: () => Stack, preview: boolean) => void,
): void {
    describe.each([
        ["a preview", true],
        ["an up", false],
    ])("in %s", (_, preview) => {
        let stack: Stack;
        beforeAll(async () => {
            stack = await Stack.of(program(withManaged(name, managed)), preview);
        });

        test("keeps to the policies", () => expect(violations(stack.resources)).toEqual([]));
        tests(() => stack, preview);
    });
}

const secret = { [SECRET_MARK]: expect.anything() as string };
const SUBNETS = ["managed-subnet-1-id", "managed-subnet-2-id"];

describe.each([
    ["EOxServer", "eoxserver-prod", "database-answering"],
    ["DCOR", "dcor-prod", "postgresql-answering"],
])("a database of RDS for %s", (_, name, asked) => {
    describeManaged(name, { rds: {} }, (stack, preview) => {
        const server = () => stack().ofType("rds/instance:Instance")[0]!;

        test("is encrypted, private, in two zones, and keeps its backups", () => {
            const { inputs, options } = server();
            expect(opened(inputs)).toMatchObject({
                ...{ identifier: "eoxserver-test-database", engine: "postgres", engineVersion: "17", multiAz: true },
                ...{ storageEncrypted: true, publiclyAccessible: false, allocatedStorage: 40, storageType: "gp3" },
                ...{ backupRetentionPeriod: 14, deleteAutomatedBackups: false, copyTagsToSnapshot: true },
                ...{ deletionProtection: true, skipFinalSnapshot: false, username: "administrator" },
            });
            expect(options.protect).toBe(true);
            expect(stack().named("database-server-settings").inputs).toMatchObject({
                family: "postgres17",
                parameters: [{ name: "rds.force_ssl", value: "1" }],
            });
        });

        test("has two subnets without a way to the internet", () => {
            expect(stack().named("managed-network").inputs["cidrBlock"]).toBe("10.81.0.0/24");
            const own = stack()
                .ofType("ec2/subnet:Subnet")
                .filter(({ name }) => name.startsWith("managed-"));
            expect(own.map(({ inputs: { cidrBlock, availabilityZone } }) => [cidrBlock, availabilityZone])).toEqual([
                ["10.81.0.0/25", "eu-central-1a"],
                ["10.81.0.128/25", "eu-central-1b"],
            ]);
            expect(
                stack()
                    .ofType("RouteTableAssociation")
                    .map(({ name }) => name),
            ).toEqual(["machine-routes-of-subnet"]);
        });

        test("is asked by the machine once it lets it in, by TLS, with a password that is secret", () => {
            expect(stack().before(asked)).toEqual(
                expect.arrayContaining(["database-server", "database-server-firewall"]),
            );
            if (!preview) {
                expect(stack().openings()).toEqual([[5432, 5432, "10.80.0.10/32"]]);
                expect(server().inputs["vpcSecurityGroupIds"]).toEqual(["database-server-group-id"]);
                expect(server().inputs["password"]).toMatchObject(secret);
                const stdin = stack().text(asked);
                expect(stdin).toContain("url=postgresql://administrator@database.example.org:5432/postgres\n");
                expect(stdin).not.toContain(SENTINELS[0]);
                expect(stack().outputs["databaseUrl"]).toBeDefined();
            }
        });

        test("leaves none on the machine, neither its packages nor in its backups", () => {
            expect(stack().resources.filter(({ name }) => /^(database|postgresql)-cluster$/.test(name))).toEqual([]);
            const packages = stack().text("packages");
            expect(packages).toContain("postgresql-client");
            expect(packages).not.toMatch(/postgresql-1\d/);
        });
    });
});

describe.each([
    ["OMERO.web", "omero-web-prod", "omero-web-configuration"],
    ["DCOR", "dcor-prod", "dcor-configuration"],
])("a Redis of ElastiCache for %s", (_, name, user) => {
    describeManaged(name, { elasticache: {} }, (stack, preview) => {
        const server = () => stack().ofType("ReplicationGroup")[0]!;

        test("is encrypted, in two zones, one of which takes over, and has snapshots", () => {
            const { inputs, options } = server();
            expect(opened(inputs)).toMatchObject({
                ...{ replicationGroupId: "eoxserver-test-redis", engine: "valkey", engineVersion: "8.2" },
                ...{ numCacheClusters: 2, automaticFailoverEnabled: true, multiAzEnabled: true },
                ...{ clusterMode: "disabled", nodeType: "cache.t4g.small", port: 6379 },
                ...{ atRestEncryptionEnabled: true, transitEncryptionEnabled: true, transitEncryptionMode: "required" },
                ...{ snapshotRetentionLimit: 7, autoMinorVersionUpgrade: false },
            });
            expect(options.protect).toBe(true);
            if (!preview) {
                expect(inputs["finalSnapshotIdentifier"]).toBe("eoxserver-test-redis-00ff");
                expect(inputs).toMatchObject({
                    subnetGroupName: "cache-subnets",
                    parameterGroupName: "cache-settings",
                });
            }
        });

        test("throws away what the machine's own Redis would", () => {
            const { inputs } = stack().named("redis-server-settings");
            const [parameter] = inputs["parameters"] as { name: string; value: string }[];
            expect(inputs["family"]).toBe("valkey8");
            expect(redisSettings({})).toContain(`\n${parameter!.name} ${parameter!.value}\n`);
        });

        test("is asked by the machine once it lets it in, by TLS, with a password that is secret", () => {
            expect(stack().before("redis-client-answering")).toEqual(
                expect.arrayContaining(["redis-server", "redis-server-firewall"]),
            );
            expect(stack().before(user)).toContain("redis-client-answering");
            if (!preview) {
                expect(stack().openings()).toEqual([[6379, 6379, "10.80.0.10/32"]]);
                expect(server().inputs).toMatchObject({
                    authToken: secret,
                    securityGroupIds: ["redis-server-group-id"],
                });
                const stdin = stack().text("redis-client-answering");
                expect(stdin).toContain("url=rediss://cache.example.org:6379/0\n");
                expect(stdin).not.toContain(SENTINELS[0]);
                expect(stack().outputs["redisUrl"]).toBeDefined();
            }
        });

        test("leaves none on the machine", () => {
            expect(stack().resources.filter(({ name }) => /^redis-(settings|directory)$/.test(name))).toEqual([]);
            expect(stack().text("packages")).not.toContain("redis-server");
        });
    });
});

test("CKAN is given Redis' address with its password, and OMERO.web's sessions are there", async () => {
    const dcor = await Stack.of(program(withManaged("dcor-prod", { elasticache: {} })));
    expect(dcor.text("dcor-secrets")).toContain(
        `rediss://:${SENTINELS[0]}@cache.example.org:6379/0?ssl_check_hostname=true`,
    );
    const omeroWeb = await Stack.of(program(withManaged("omero-web-prod", { elasticache: {} })));
    expect(omeroWeb.text("omero-web-secrets")).toMatch(
        new RegExp(`"LOCATION": "rediss://cache.example.org:6379/0", "OPTIONS": {"PASSWORD": "${SENTINELS[0]}"}`),
    );
});

test("a database of RDS and a Redis of ElastiCache are in the same subnets", async () => {
    const stack = await Stack.of(program(withManaged("dcor-prod", { rds: { cidr: "10.90.0.0/24" }, elasticache: {} })));
    expect(stack.ofType("VpcIpv4CidrBlockAssociation").map(({ inputs }) => inputs["cidrBlock"])).toEqual([
        "10.90.0.0/24",
    ]);
    expect(stack.ofType("ubnetGroup").map(({ inputs }) => inputs["subnetIds"])).toEqual([SUBNETS, SUBNETS]);
    expect(stack.openings()).toEqual([
        [5432, 5432, "10.80.0.10/32"],
        [6379, 6379, "10.80.0.10/32"],
    ]);
    expect(violations(stack.resources)).toEqual([]);
});

test("the bill has a line for each thing that Amazon takes something for", async () => {
    const { resources } = await Stack.of(program(withManaged("dcor-prod", { rds: {}, elasticache: {} })));
    const bill = costs(resources, "eu-central-1").filter(({ resource }) => /-server|managed/.test(resource));
    expect(bill.map(({ what }) => what)).toEqual([
        "PostgreSQL of RDS, db.t4g.medium, two zones",
        "gp3 storage of RDS, two zones, 40 GiB",
        "ElastiCache, valkey, cache.t4g.small, 2 nodes",
        "snapshots of ElastiCache, by their size",
    ]);
});

test("what Amazon runs is in the subnets that are there already, and may be deleted where the configuration says so", async () => {
    const subnetIds = ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"];
    const network = { existing: { subnetId: "subnet-0123456789abcdef0" } };
    const small = { onDestroy: "delete", multiAz: false };
    const keys = { rds: { ...small, subnetIds }, elasticache: small };
    const stack = await Stack.of(program(withManaged("dcor-prod", keys, { network })));
    expect(stack.ofType("ubnetGroup").map(({ inputs }) => inputs["subnetIds"])).toEqual([subnetIds, subnetIds]);
    expect(stack.ofType("VpcIpv4CidrBlockAssociation")).toEqual([]);
    const [database, redis] = [stack.ofType("rds/instance:Instance")[0]!, stack.ofType("ReplicationGroup")[0]!];
    expect(database.inputs).toMatchObject({ deletionProtection: false, skipFinalSnapshot: false });
    expect(redis.inputs).toMatchObject({ numCacheClusters: 1, automaticFailoverEnabled: false, multiAzEnabled: false });
    expect([database.options.protect, redis.options.protect]).toEqual([false, false]);
    expect(violations(stack.resources)).toEqual([]);
});
