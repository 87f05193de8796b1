import type { DcorConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { configured, OWN, program } from "./aws-stacks";
import { opened, violations } from "./policy";
import { record, type Recorded } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const beside = () =>
    dcor(
        configOf<DcorConfig>({
            product: "dcor",
            solr: { machine: { platform: "local" }, data: { sizeGiB: 7 }, heapMiB: 300 },
            backup: { repository: { mode: "directory", path: "/mnt/backups" } },
        }),
    );
const find = (resources: Recorded[], name: string) => resources.find((each) => each.name === name)!;
const text = (resources: Recorded[], name: string) => String(opened(find(resources, name).inputs["stdin"]));
const before = (resources: Recorded[], name: string) => [find(resources, name).options.dependsOn].flat().map(nameOf);

testRules("DCOR with its Solr on a machine of its own, and backups", beside);

describe("a Solr on a machine of its own", () => {
    let resources: Recorded[];
    let outputs: Record<string, unknown>;
    beforeAll(async () => {
        ({ resources, outputs } = await record<Record<string, unknown>>(beside, false));
    });

    test("is on a machine that is named by the stack, with a volume and updates of its own", () => {
        expect(text(resources, "search-machine-guest")).toContain(
            "machine=eoxserver-test-search\nstack=eoxserver-test\n",
        );
        expect(text(resources, "search-data-disk")).toContain("disk=eoxserver-test-search-data\n");
        expect(text(resources, "search-data-disk")).toContain("size_gib=7");
        expect(text(resources, "search-packages")).toContain("unattended-upgrades");
        expect(text(resources, "search-server-server")).toContain("SOLR_HEAP=300m");
        expect(resources.filter(({ name }) => name.startsWith("solr"))).toEqual([]);
        expect(text(resources, "packages")).not.toContain("default-jre-headless");
        expect(Object.keys(outputs)).toEqual(expect.arrayContaining(["searchMachine", "searchSsh"]));
    });

    test("lets the first machine's address in, by TLS, and nobody else", () => {
        const rules = text(resources, "search-firewall-trial");
        expect(rules.match(/dport \d+/g)).toEqual(["dport 8983", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 8983 accept");
        expect(text(resources, "search-server-server")).toContain("SOLR_JETTY_HOST=10.77.0.10");
        expect(text(resources, "search-server-server")).toContain("SOLR_SSL_ENABLED=true");
        expect(text(resources, "search-server-core")).toContain("url=https://10.77.0.10:8983\n");
        expect(find(resources, "search-tls-request").inputs).toMatchObject({ ipAddresses: ["10.77.0.10"] });
    });

    test("is asked by CKAN with its password, and verified by the authority that the machine is given", () => {
        const configuration = text(resources, "dcor-configuration");
        expect(configuration).toContain("solr_url = https://10.77.0.10:8983/solr/ckan\nsolr_user = ckan\n");
        expect(configuration).toContain(
            "write_file /usr/local/share/ca-certificates/science-stacks-search-authority.crt ",
        );
        expect(configuration).not.toContain("solr_password");
        expect(text(resources, "dcor-secrets")).toContain("solr_password");
        expect(before(resources, "dcor-configuration")).toEqual(
            expect.arrayContaining(["search-server-core", "search-firewall"]),
        );
    });

    test("has CKAN's schema from CKAN's package, and no other one before what there is has been backed up", () => {
        expect(text(resources, "search-schema")).toMatch(/\nckan==2\.11\.6 \\\n {4}--hash=sha256:[0-9a-f]{64}\nEND\n/);
        expect(before(resources, "search-server-core")).toEqual(
            expect.arrayContaining(["search-schema", "dcor-software"]),
        );
    });

    test("is not backed up: a restore has CKAN build the index anew", () => {
        expect(resources.filter(({ name }) => name.startsWith("search-backup"))).toEqual([]);
        const settings = text(resources, "backup-repository");
        expect(settings).toContain("rebuild=(/var/lib/science-stacks/rebuild-search-index)");
        expect(settings).not.toContain("solr.service");
        expect(settings).toContain("forget=()");
    });
});

test("another machine for Solr is a change of the step that builds the index anew", async () => {
    const { resources } = await record(beside, false);
    expect(text(resources, "dcor-configuration")).toMatch(/\nsearch=\S+\n/);
});

describe.each([
    ["a preview", true],
    ["an up", false],
])("on AWS, in %s", (_, preview) => {
    let resources: Recorded[];
    beforeAll(async () => {
        const machine = { platform: "aws", account: OWN.account, region: "eu-central-1", instanceType: "t3.medium" };
        const keys = { "science-stacks:solr": { machine, data: { onDestroy: "keep" } } };
        ({ resources } = await record(program(configured("dcor-prod", {}, keys)), preview));
    });
    const named = (type: string) => resources.filter((each) => each.type.endsWith(type)).map(({ name }) => name);

    test("it keeps to the policies", () => expect(violations(resources)).toEqual([]));

    test("both machines are in one subnet, each with a security group of its own", () => {
        expect(named("ec2/instance:Instance").sort()).toEqual(["machine", "search-machine"]);
        expect(named("ec2/subnet:Subnet")).toHaveLength(1);
        expect(named("ec2/securityGroup:SecurityGroup")).toHaveLength(2);
        expect(named("SecurityGroupIngressRule").filter((name) => name.startsWith("search-firewall-"))).toEqual([
            "search-firewall-8983-eoxserver-test",
            ...OWN.ssh.map((cidr) => `search-firewall-22-${cidr}`),
        ]);
    });
});
