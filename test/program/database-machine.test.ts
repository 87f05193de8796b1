import type { DcorConfig, EoxServerConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { eoxserver } from "../../stacks/eoxserver";
import { configured, OWN, program } from "./aws-stacks";
import { violations } from "./policy";
import { record, type Recorded } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const local = () =>
    configOf<EoxServerConfig>({
        product: "eoxserver",
        instances: ["instance00"],
        postgresql: { machine: { platform: "local" }, data: { sizeGiB: 7 }, sharedBuffersMiB: 512 },
    });
const find = (resources: Recorded[], name: string) => resources.find((each) => each.name === name)!;
const text = (resources: Recorded[], name: string) => JSON.stringify(find(resources, name).inputs["stdin"]);

testRules("EOxServer with its database on a machine of its own", () => eoxserver(local()));

const ofDcor = () => dcor(configOf<DcorConfig>({ product: "dcor", postgresql: { machine: { platform: "local" } } }));

testRules("DCOR with its database on a machine of its own", ofDcor);

test("CKAN connects to the other machine by TLS, and is told that it verifies it", async () => {
    const { resources } = await record(ofDcor, false);
    const secrets = JSON.stringify(find(resources, "dcor-secrets").inputs);
    const tls = "sslmode=verify-full&sslrootcert=/etc/science-stacks/postgresql-authority.pem";
    expect(secrets).toContain(`@/ckan_default?host=10.77.0.10&port=5432&${tls}`);
    expect(String(find(resources, "database-packages").inputs["stdin"])).toContain("unattended-upgrades");
    expect(String(find(resources, "packages").inputs["stdin"])).not.toContain("postgresql-15");
});

describe("a database on a machine of its own", () => {
    let resources: Recorded[];
    beforeAll(async () => {
        ({ resources } = await record(() => eoxserver(local()), false));
    });

    test("is on a machine that is named by the stack, with a volume of its own", () => {
        expect(text(resources, "database-machine-guest")).toContain(
            "machine=eoxserver-test-database\\nstack=eoxserver-test\\n",
        );
        expect(text(resources, "machine-guest")).toContain("machine=eoxserver-test\\nstack=eoxserver-test\\n");
        expect(text(resources, "database-data-disk")).toContain("disk=eoxserver-test-database-data\\n");
        expect(text(resources, "database-data-disk")).toContain("size_gib=7");
        expect(text(resources, "database-data-mount")).toContain("owner=eoxserver-test-database\\n");
        expect(text(resources, "database-packages")).toContain("postgresql-15-postgis-3");
        expect(text(resources, "packages")).not.toContain("postgresql-15");
    });

    test("lets the first machine's address in, by TLS and a password, and nobody else", () => {
        const rules = String(find(resources, "database-firewall-trial").inputs["stdin"]);
        expect(rules.match(/dport \d+/g)).toEqual(["dport 5432", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 5432 accept");
        const access = String(find(resources, "database-server-access").inputs["stdin"]);
        expect(access).toContain("\nhostssl all all 10.77.0.10/32 scram-sha-256\n");
        expect(access.match(/^(local|host).*/gm)).toHaveLength(3);
        const settings = String(find(resources, "database-server-settings").inputs["stdin"]);
        expect(settings).toContain("ssl = on\n");
        expect(settings).toContain("shared_buffers = 512MB\n");
    });

    test("is asked by the first machine once it is there, and its firewall with it", () => {
        const before = [find(resources, "database-answering").options.dependsOn].flat().map(nameOf);
        expect(before).toEqual(expect.arrayContaining(["database-server-administrator", "database-firewall"]));
        expect(String(find(resources, "database-answering").inputs["stdin"])).toContain(
            "url=postgresql://administrator@10.77.0.10:5432/postgres\n",
        );
    });

    test("has a certificate for its address, of an authority that signs nothing else", () => {
        expect(find(resources, "database-server-tls-request").inputs).toMatchObject({ ipAddresses: ["10.77.0.10"] });
        expect(find(resources, "database-server-tls-certificate").inputs).toMatchObject({
            allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
        });
        expect(find(resources, "database-server-tls-authority").inputs).toMatchObject({ isCaCertificate: true });
    });
});

describe.each([
    ["a preview", true],
    ["an up", false],
])("on AWS, in %s", (_, preview) => {
    let resources: Recorded[];
    beforeAll(async () => {
        const machine = { platform: "aws", account: OWN.account, region: "eu-central-1", instanceType: "t3.medium" };
        const postgresql = { machine, data: { onDestroy: "keep" } };
        const config = configured("eoxserver-prod", {}, { "science-stacks:postgresql": postgresql });
        ({ resources } = await record(program(config), preview));
    });
    const named = (type: string) => resources.filter((each) => each.type.endsWith(type)).map(({ name }) => name);

    test("it keeps to the policies", () => expect(violations(resources)).toEqual([]));

    test("both machines are in one subnet of one account, each with a security group of its own", () => {
        expect(named("ec2/instance:Instance")).toEqual(["machine", "database-machine"]);
        expect(named("ec2/vpc:Vpc")).toHaveLength(1);
        expect(named("ec2/subnet:Subnet")).toHaveLength(1);
        expect(named("providers:aws")).toHaveLength(1);
        expect(named("ec2/securityGroup:SecurityGroup")).toEqual(["machine-group", "database-machine-group"]);
        const [, database] = resources.filter(({ type }) => type.endsWith("ec2/instance:Instance"));
        expect(database!.inputs["tags"]).toEqual({ Name: "eoxserver-test-database" });
    });

    test("the port of PostgreSQL is open to the first machine's private address, and SSH to the administrators", () => {
        const rules = resources.filter(
            ({ type, name }) => type.endsWith("SecurityGroupIngressRule") && name.startsWith("database-firewall-"),
        );
        expect(rules.map(({ name }) => name)).toEqual([
            "database-firewall-5432-eoxserver-test",
            ...OWN.ssh.map((cidr) => `database-firewall-22-${cidr}`),
        ]);
        if (!preview) {
            expect(rules[0]!.inputs).toMatchObject({ fromPort: 5432, toPort: 5432, cidrIpv4: "10.80.0.10/32" });
        }
    });

    test("its volume has snapshots of its own", () => {
        const { tags } = find(resources, "database-data-volume").inputs as { tags: object };
        expect(tags).toMatchObject({ Name: "eoxserver-test-database-data", OnDestroy: "keep" });
        const policy = find(resources, "database-machine-snapshots").inputs["policyDetails"];
        expect(tags).toMatchObject((policy as { targetTags: object }).targetTags);
    });
});
