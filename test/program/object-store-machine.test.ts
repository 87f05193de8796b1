import type { DcorConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { configured, OWN, program } from "./aws-stacks";
import { violations } from "./policy";
import { record, type Recorded } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const three = () =>
    dcor(
        configOf<DcorConfig>({
            product: "dcor",
            postgresql: { machine: { platform: "local" } },
            objectStore: { mode: "minio", machine: { platform: "local" }, data: { sizeGiB: 7 } },
        }),
    );
const find = (resources: Recorded[], name: string) => resources.find((each) => each.name === name)!;
const text = (resources: Recorded[], name: string) => JSON.stringify(find(resources, name).inputs["stdin"]);

/** And with backups of all of it. */
const threeBackedUp = () =>
    dcor(
        configOf<DcorConfig>({
            product: "dcor",
            postgresql: { machine: { platform: "local" } },
            objectStore: { mode: "minio", machine: { platform: "local" } },
            backup: { repository: { mode: "directory", path: "/mnt/backups" } },
        }),
    );

testRules("DCOR with its database and its object store on machines of their own, and backups", threeBackedUp);

test("each machine's own is backed up, that of the databases before the files", async () => {
    const { resources } = await record(threeBackedUp, false);
    const settings = (step: string) => String(find(resources, step).inputs["stdin"]);
    const [first, database, store] = [
        settings("backup-repository"),
        settings("database-backup-repository"),
        settings("object-store-backup-repository"),
    ];
    expect(first).toMatch(/host=eoxserver-test\n.*\npaths=\(\/data\/ckan\)\n.*\ndatabases=no\n/s);
    expect(first).toContain("databases_of=eoxserver-test-database\n");
    expect(database).toMatch(/host=eoxserver-test-database\n.*\npaths=\(\)\n.*\ndatabases=yes\nport=5432\n/s);
    expect(database).toContain("databases_of=''\n");
    expect(store).toMatch(/host=eoxserver-test-object-store\n.*\npaths=\(\/data\/minio\)\n.*\ndatabases=no\n/s);
    expect(store).toContain("databases_of=eoxserver-test-database\n");
    for (const role of ["database", "object-store"]) {
        expect(text(resources, `${role}-packages`)).toContain("restic");
        const before = [find(resources, `${role}-backup`).options.dependsOn].flat().map(nameOf);
        expect(before).toContain("backup");
    }
    // One password for all.
    expect(resources.filter(({ name }) => name.endsWith("backup-password"))).toHaveLength(1);
});

testRules("DCOR with its database and its object store on machines of their own", three);

describe("an object store on a machine of its own", () => {
    let resources: Recorded[];
    let outputs: Record<string, unknown>;
    beforeAll(async () => {
        ({ resources, outputs } = await record<Record<string, unknown>>(three, false));
    });

    test("is on a machine that is named by the stack, with a volume and updates of its own", () => {
        expect(text(resources, "object-store-machine-guest")).toContain(
            "machine=eoxserver-test-object-store\\nstack=eoxserver-test\\n",
        );
        expect(text(resources, "object-store-data-disk")).toContain("disk=eoxserver-test-object-store-data\\n");
        expect(text(resources, "object-store-data-disk")).toContain("size_gib=7");
        expect(text(resources, "object-store-data-mount")).toContain("owner=eoxserver-test-object-store\\n");
        expect(text(resources, "object-store-packages")).toContain("unattended-upgrades");
        expect(resources.filter(({ name }) => name.startsWith("minio"))).toEqual([]);
        expect(Object.keys(outputs)).toEqual(
            expect.arrayContaining(["database", "databaseSsh", "objectStoreMachine", "objectStoreSsh"]),
        );
    });

    test("lets the first machine's address in, by TLS, and nobody else", () => {
        const rules = String(find(resources, "object-store-firewall-trial").inputs["stdin"]);
        expect(rules.match(/dport \d+/g)).toEqual(["dport 9000", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 9000 accept");
        const server = String(find(resources, "object-store-server-server").inputs["stdin"]);
        expect(server).toContain("\naddress=10.77.0.10:9000\nauthority=/etc/minio/certs/CAs/science-stacks.crt\n");
        expect(find(resources, "object-store-tls-request").inputs).toMatchObject({ ipAddresses: ["10.77.0.10"] });
    });

    test("is reached by users through nginx, which verifies it", () => {
        const site = String(find(resources, "site-nginx-files").inputs["stdin"]);
        expect(site).toContain("proxy_pass https://10.77.0.10:9000;");
        expect(site).toContain("proxy_ssl_verify on;");
        expect(site).toContain("write_file /etc/science-stacks/object-store-authority.pem ");
        expect(String(find(resources, "firewall-trial").inputs["stdin"])).toContain("dport 9443 accept");
    });

    test("is used by CKAN once it is there, and its firewall with it", () => {
        const before = [find(resources, "dcor-start").options.dependsOn].flat().map(nameOf);
        expect(before).toEqual(expect.arrayContaining(["object-store-server-server", "object-store-firewall"]));
    });
});

test("the packages of each machine are upgraded before those of the first", async () => {
    const keys = { platform: "local" };
    const { resources } = await record(
        () =>
            dcor(
                configOf<DcorConfig>({
                    ...{ product: "dcor", packagesAsOf: "2026-11-21" },
                    ...{ postgresql: { machine: keys }, objectStore: { mode: "minio", machine: keys } },
                }),
            ),
        true,
    );
    const before = [find(resources, "packages-upgrade").options.dependsOn].flat().map(nameOf);
    expect(before).toEqual(expect.arrayContaining(["database-packages-upgrade", "object-store-packages-upgrade"]));
});

describe.each([
    ["a preview", true],
    ["an up", false],
])("on AWS, in %s", (_, preview) => {
    let resources: Recorded[];
    beforeAll(async () => {
        const machine = { platform: "aws", account: OWN.account, region: "eu-central-1", instanceType: "t3.medium" };
        const own = { machine, data: { onDestroy: "keep" } };
        const keys = { "science-stacks:postgresql": own, "science-stacks:objectStore": { mode: "minio", ...own } };
        ({ resources } = await record(program(configured("dcor-prod", {}, keys)), preview));
    });
    const named = (type: string) => resources.filter((each) => each.type.endsWith(type)).map(({ name }) => name);

    test("it keeps to the policies", () => expect(violations(resources)).toEqual([]));

    test("all machines are in one subnet, each with a security group of its own", () => {
        expect(named("ec2/instance:Instance").sort()).toEqual(["database-machine", "machine", "object-store-machine"]);
        expect(
            [named("ec2/vpc:Vpc"), named("ec2/subnet:Subnet"), named("providers:aws")].map(({ length }) => length),
        ).toEqual([1, 1, 1]);
        expect(named("ec2/securityGroup:SecurityGroup")).toHaveLength(3);
        const rules = named("SecurityGroupIngressRule").filter((name) => name.startsWith("object-store-firewall-"));
        expect(rules).toEqual([
            "object-store-firewall-9000-eoxserver-test",
            ...OWN.ssh.map((cidr) => `object-store-firewall-22-${cidr}`),
        ]);
    });

    test("its volume has snapshots of its own", () => {
        const { tags } = find(resources, "object-store-data-volume").inputs as { tags: object };
        expect(tags).toMatchObject({ Name: "eoxserver-test-object-store-data", OnDestroy: "keep" });
        const policy = find(resources, "object-store-machine-snapshots").inputs["policyDetails"];
        expect(tags).toMatchObject((policy as { targetTags: object }).targetTags);
    });
});
