import type { DcorConfig, OmeroWebConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { omeroWeb } from "../../stacks/omero-web";
import { configured, OWN, program } from "./aws-stacks";
import { violations } from "./policy";
import { record, type Recorded } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const local = { platform: "local" };
const redis = { machine: local, data: { sizeGiB: 7 } };
const applications = { app1: { machine: local }, app2: { machine: local } };
const sessions = (keys: Record<string, unknown> = {}) =>
    omeroWeb(configOf<OmeroWebConfig>({ product: "omero-web", redis, ...keys }));
const queue = (keys: Record<string, unknown> = {}) => dcor(configOf<DcorConfig>({ product: "dcor", redis, ...keys }));
const find = (resources: Recorded[], name: string) => resources.find((each) => each.name === name)!;
const text = (resources: Recorded[], name: string) => JSON.stringify(find(resources, name).inputs["stdin"]);
const before = (resources: Recorded[], name: string) => [find(resources, name).options.dependsOn].flat().map(nameOf);

const backup = { repository: { mode: "directory", path: "/mnt/backups" } };
testRules("OMERO.web with Redis on a machine of its own, and backups", () => sessions({ backup }));
testRules("OMERO.web on several machines with Redis on one of its own", () => sessions({ applications }));
testRules("DCOR with Redis on a machine of its own, and backups", () => queue({ backup }));

const PRODUCTS = { "OMERO.web": sessions, DCOR: queue };

describe.each(Object.entries(PRODUCTS))("Redis of %s on a machine of its own", (_, stack) => {
    let resources: Recorded[];
    let outputs: Record<string, unknown>;
    beforeAll(async () => {
        ({ resources, outputs } = await record<Record<string, unknown>>(() => stack({ backup }), false));
    });

    test("is on a machine that is named by the stack, with a volume of its own, and not on the first", () => {
        expect(text(resources, "redis-machine-guest")).toContain(
            "machine=eoxserver-test-redis\\nstack=eoxserver-test\\n",
        );
        expect(text(resources, "redis-data-disk")).toContain("size_gib=7");
        expect(text(resources, "redis-data-mount")).toContain("owner=eoxserver-test-redis\\n");
        expect(text(resources, "redis-packages")).toContain("redis-server");
        expect(text(resources, "packages")).not.toContain("redis-server");
        expect(resources.filter(({ name }) => /^redis-(settings|directory|password)$/.test(name))).toEqual([]);
        expect(Object.keys(outputs)).toEqual(expect.arrayContaining(["redisMachine", "redisSsh", "redisUrl"]));
    });

    test("lets the first machine's address in, by TLS, and nobody else", () => {
        const rules = String(find(resources, "redis-firewall-trial").inputs["stdin"]);
        expect(rules.match(/dport \d+/g)).toEqual(["dport 6379", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 6379 accept");
        expect(text(resources, "redis-server-settings")).toContain("port 0\\ntls-port 6379\\n");
        expect(find(resources, "redis-server-tls-request").inputs).toMatchObject({ ipAddresses: ["10.77.0.10"] });
        expect(text(resources, "firewall-trial")).not.toContain("dport 6379");
    });

    test("is asked by the first machine once it is there, and its firewall with it", () => {
        expect(before(resources, "redis-client-answering")).toEqual(
            expect.arrayContaining(["redis-server-settings", "redis-firewall"]),
        );
        const asked = text(resources, "redis-client-answering");
        expect(asked).toContain("rediss://10.77.0.10:6379/0");
        expect(asked).toContain("/etc/science-stacks/redis-authority.pem");
    });

    test("is not backed up, as it is not on one machine", () => {
        expect(find(resources, "backup-repository")).toBeDefined();
        expect(resources.filter(({ name }) => name.startsWith("redis-backup"))).toEqual([]);
        expect(text(resources, "redis-packages")).not.toContain("restic");
    });
});

test("its address, with its password and authority, is with the product's secrets", async () => {
    const web = await record(() => sessions(), false);
    const ckan = await record(() => queue(), false);
    expect(text(web.resources, "omero-web-secrets")).toContain("/etc/science-stacks/redis-authority.pem");
    expect(text(ckan.resources, "dcor-secrets")).toContain(
        "10.77.0.10:6379/0?ssl_check_hostname=true&ssl_ca_certs=/etc/science-stacks/redis-authority.pem",
    );
});

test("beside machines of OMERO.web it lets those in, and not the first, which keeps its volume", async () => {
    const { resources } = await record(() => sessions({ applications }), false);
    for (const name of ["app1", "app2"]) {
        expect(before(resources, `${name}-redis-answering`)).toEqual(
            expect.arrayContaining(["redis-server-settings", "redis-firewall"]),
        );
    }
    expect(resources.filter(({ name }) => /^redis-client|^applications-make-way/.test(name))).toEqual([]);
    expect(find(resources, "data-mount")).toBeDefined();
});

test("its packages are upgraded before those of the first machine", async () => {
    for (const stack of [sessions, queue]) {
        const { resources } = await record<Record<string, unknown>>(() => stack({ packagesAsOf: "2026-11-21" }), true);
        expect(before(resources, "packages-upgrade")).toContain("redis-packages-upgrade");
    }
});

describe.each([
    ["dcor-prod", {}, ["eoxserver-test"]],
    ["omero-web-prod", { "science-stacks:backup": undefined }, ["eoxserver-test-app1", "eoxserver-test-app2"]],
])("on AWS, %s", (name, keys, clients) => {
    let resources: Recorded[];
    beforeAll(async () => {
        const machine = { platform: "aws", account: OWN.account, region: "eu-central-1", instanceType: "t3.medium" };
        const own = { machine, data: { onDestroy: "keep" } };
        const others = { "science-stacks:redis": own, ...(clients.length > 1 && applicationsOf(own)) };
        ({ resources } = await record(program(configured(name, {}, { ...others, ...keys })), false));
    });
    const applicationsOf = (own: object) => ({ "science-stacks:applications": { app1: own, app2: own } });
    const named = (type: string) => resources.filter((each) => each.type.endsWith(type)).map(({ name }) => name);

    test("keeps to the policies", () => expect(violations(resources)).toEqual([]));

    test("has it in the subnet of the others, with a security group for its clients, and snapshots", () => {
        expect(named("ec2/instance:Instance")).toContain("redis-machine");
        expect(named("ec2/subnet:Subnet")).toHaveLength(1);
        expect(named("SecurityGroupIngressRule").filter((each) => each.includes("6379"))).toEqual(
            clients.map((client) => `redis-firewall-6379-${client}`),
        );
        const { tags } = find(resources, "redis-data-volume").inputs as { tags: object };
        expect(tags).toMatchObject({ Name: "eoxserver-test-redis-data", OnDestroy: "keep" });
        const policy = find(resources, "redis-machine-snapshots").inputs["policyDetails"];
        expect(tags).toMatchObject((policy as { targetTags: object }).targetTags);
    });
});
