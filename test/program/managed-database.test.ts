import { program, withRds } from "./aws-stacks";
import { opened, violations } from "./policy";
import { record, SECRET_MARK, SENTINELS, type Recorded } from "./recorder";
import { nameOf } from "./rules";

describe.each([
    ["a preview", true],
    ["an up", false],
])("a database of RDS, in %s", (_, preview) => {
    let resources: Recorded[];
    let outputs: Record<string, unknown>;
    beforeAll(async () => {
        const recorded = await record(program(withRds({})), preview);
        resources = recorded.resources;
        outputs = recorded.outputs as Record<string, unknown>;
    });
    const find = (name: string) => resources.find((each) => each.name === name)!;
    const ofType = (type: string) => resources.filter((each) => each.type.endsWith(type));
    const server = () => ofType("rds/instance:Instance")[0]!;

    test("keeps to the policies", () => expect(violations(resources)).toEqual([]));

    test("is encrypted, private, in two zones, and keeps its backups", () => {
        const { inputs, options } = server();
        expect(opened(inputs)).toMatchObject({
            ...{ identifier: "eoxserver-test-database", engine: "postgres", engineVersion: "17", multiAz: true },
            ...{ storageEncrypted: true, publiclyAccessible: false, allocatedStorage: 40, storageType: "gp3" },
            ...{ backupRetentionPeriod: 14, deleteAutomatedBackups: false, copyTagsToSnapshot: true },
            ...{ deletionProtection: true, skipFinalSnapshot: false, username: "administrator" },
        });
        expect(options.protect).toBe(true);
        expect(find("database-server-settings").inputs).toMatchObject({
            family: "postgres17",
            parameters: [{ name: "rds.force_ssl", value: "1" }],
        });
    });

    test("has two subnets without a way to the internet", () => {
        expect(find("database-server-network").inputs["cidrBlock"]).toBe("10.81.0.0/24");
        const own = ofType("ec2/subnet:Subnet").filter(({ name }) => name.startsWith("database-"));
        expect(own.map(({ inputs: { cidrBlock, availabilityZone } }) => [cidrBlock, availabilityZone])).toEqual([
            ["10.81.0.0/25", "eu-central-1a"],
            ["10.81.0.128/25", "eu-central-1b"],
        ]);
        expect(ofType("RouteTableAssociation").map(({ name }) => name)).toEqual(["machine-routes-of-subnet"]);
    });

    test("is open to the machine's private address alone", () => {
        const rules = ofType("SecurityGroupIngressRule").filter(({ name }) => name.startsWith("database-"));
        expect(rules.map(({ name }) => name)).toEqual(["database-server-firewall-5432-eoxserver-test"]);
        if (!preview) {
            expect(rules[0]!.inputs).toMatchObject({ fromPort: 5432, toPort: 5432, cidrIpv4: "10.80.0.10/32" });
            expect(server().inputs["vpcSecurityGroupIds"]).toEqual(["database-server-group-id"]);
        }
    });

    test("is asked by the machine once it lets it in, by TLS, with a password that is secret", () => {
        const before = [find("database-answering").options.dependsOn].flat().map(nameOf);
        expect(before).toEqual(expect.arrayContaining(["database-server", "database-server-firewall"]));
        if (!preview) {
            expect(server().inputs["password"]).toMatchObject({ [SECRET_MARK]: expect.anything() as string });
            const asked = String(find("database-answering").inputs["stdin"]);
            expect(asked).toContain("url=postgresql://administrator@database.example.org:5432/postgres\n");
            expect(asked).not.toContain(SENTINELS[0]);
            expect(outputs["databaseUrl"]).toBeDefined();
        }
        expect(resources.filter(({ name }) => name === "database-cluster")).toEqual([]);
    });
});

test("a database of RDS is in the subnets that are there already, and may be deleted where the configuration says so", async () => {
    const subnetIds = ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"];
    const network = { existing: { subnetId: "subnet-0123456789abcdef0" } };
    const rds = { subnetIds, onDestroy: "delete", multiAz: false };
    const { resources } = await record(program(withRds(rds, { network })), false);
    const find = (name: string) => resources.find((each) => each.name === name)!;
    expect(find("database-server-subnets").inputs["subnetIds"]).toEqual(subnetIds);
    expect(resources.some(({ type }) => type.endsWith("VpcIpv4CidrBlockAssociation"))).toBe(false);
    const server = resources.find(({ type }) => type.endsWith("rds/instance:Instance"))!;
    expect(server.inputs).toMatchObject({ deletionProtection: false, skipFinalSnapshot: false });
    expect(server.options.protect).toBe(false);
    expect(violations(resources)).toEqual([]);
});
