import type { DcorConfig, OmeroWebConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { omeroWeb } from "../../stacks/omero-web";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const local = { platform: "local" };
const machines = {
    cache1: { machine: { ...local, address: "10.77.0.21" }, data: { sizeGiB: 7 } },
    cache2: { machine: local },
    cache3: { machine: local },
};
const names = Object.keys(machines);
const redis = { machines, maxMemoryMiB: 96 };
const applications = { app1: { machine: local }, app2: { machine: local } };
const sessions = (keys: Record<string, unknown> = {}) =>
    omeroWeb(configOf<OmeroWebConfig>({ product: "omero-web", redis, ...keys }));
const queue = (keys: Record<string, unknown> = {}) => dcor(configOf<DcorConfig>({ product: "dcor", redis, ...keys }));

testRules("OMERO.web with Redis on three machines", () => sessions());
testRules("OMERO.web on several machines with Redis on three", () => sessions({ applications }));
testRules("DCOR with Redis on three machines", () => queue());

/** DCOR on several machines, and what they share on others. */
const queueOfSeveral = () =>
    queue({
        ...{ applications, dcor: { storageMachine: "app1" }, serverName: "dcor.example.org" },
        ...{ postgresql: { machine: local }, solr: { machine: local } },
    });
testRules("DCOR on several machines with Redis on three", queueOfSeveral);

describe.each(Object.entries({ "OMERO.web": sessions, DCOR: queue }))("Redis of %s on three machines", (_, product) => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(() => product());
    });

    test("is on machines that are named by the stack, each with a volume, and not on the first", () => {
        for (const name of names) {
            expect(stack.text(`${name}-machine-guest`)).toContain(
                `machine=eoxserver-test-${name}\nstack=eoxserver-test\n`,
            );
            expect(stack.text(`${name}-packages`)).toMatch(/redis-sentinel .*redis-server/);
            expect(stack.names(new RegExp(`^${name}-backup`))).toEqual([]);
        }
        expect(stack.text("cache1-data-disk")).toContain("size_gib=7");
        expect(stack.text("packages")).not.toContain("redis-server");
        expect(Object.keys(stack.outputs)).toEqual(
            expect.arrayContaining(["redisUrl", "redisMembers", "redisMemberSsh"]),
        );
    });

    test("lets those who use it and the members in to Redis, the members to Sentinel, and nobody else", () => {
        const rules = stack.text("cache2-firewall-trial");
        const ports = [6379, 6379, 6379, 26379, 26379, 22];
        expect(rules.match(/dport \d+/g)).toEqual(ports.map((port) => `dport ${port}`));
        expect(stack.text("firewall-trial")).not.toContain("dport 6379");
    });

    test("speaks TLS alone, and takes nothing that no replica hears", () => {
        const settings = stack.text("cache2-redis-data");
        expect(settings).toContain("port 0\ntls-port 6379\n");
        expect(settings).toContain("port 0\ntls-port 26379\n");
        expect(settings.match(/^tls-replication yes$/gm)).toHaveLength(2);
        expect(settings).toContain("min-replicas-to-write 1\nmin-replicas-max-lag 3\n");
        expect(settings).toContain("maxmemory 96mb\n");
    });

    test("is begun where there is data first, by the first where nobody has any, and changed on one after the other, the master last", () => {
        for (const name of names) {
            expect(stack.before(`${name}-redis-join`)).toEqual(
                expect.arrayContaining(names.map((each) => `${each}-redis-data`)),
            );
            expect(stack.before(`${name}-redis-data`)).toEqual(
                expect.arrayContaining(names.map((each) => `${each}-firewall`)),
            );
        }
        expect(stack.before("cache3-redis-join")).toContain("cache1-redis-join");
        expect(stack.before("cache3-redis-replica")).toContain("cache2-redis-replica");
        expect(stack.before("cache1-redis-member")).toContain("cache3-redis-replica");
        expect(stack.before("cache3-redis-member")).toContain("cache2-redis-member");
        expect(stack.text("cache1-redis-replica")).toContain("masters=no\n");
        expect(stack.text("cache1-redis-member")).toContain("masters=yes\n");
    });

    test("has passwords of which none is in a step that a preview shows, and certificates of one authority", () => {
        expect(stack.names(/^redis-server-.*password$/).sort()).toEqual(
            ["check-password", "members-password", "password", "sentinel-password"].map(
                (name) => `redis-server-${name}`,
            ),
        );
        expect(stack.text("redis-client-balancer-files")).toContain("map(/etc/haproxy/redis-check.map)");
        expect(stack.names(/^redis-server.*-authority$/)).toHaveLength(1);
    });

    test("is used by HAProxy of the first machine, which asks each member what it is, by TLS", () => {
        const settings = stack.text("redis-client-balancer-files");
        expect(settings).toContain("    bind 127.0.0.1:6380\n");
        expect(settings.match(/^ {4}server cache\d 10\.77\.0\.\d+:6379 verifyhost /gm)).toHaveLength(3);
        expect(settings).toContain("verify required ca-file /etc/haproxy/authorities/redis.pem");
        expect(stack.before("redis-client-answering")).toEqual(
            expect.arrayContaining(["redis-client-balancer-files", "cache3-redis-member", "cache3-firewall"]),
        );
        expect(stack.text("redis-client-answering")).toContain("url=redis://127.0.0.1:6380/0\n");
    });
});

test("beside machines of OMERO.web it lets those in, which have a HAProxy each, and not the first, whose HAProxy is the web's", async () => {
    const stack = await RecordedStack.of(() => sessions({ applications }));
    expect(stack.names(/-balancer-files$/).sort()).toEqual(["app1-redis-balancer-files", "app2-redis-balancer-files"]);
    expect(stack.text("app1-packages")).toContain("haproxy");
    expect(stack.text("balancer-files")).toContain("frontend omero-web");
    expect(stack.text("cache1-firewall-trial").match(/dport 6379/g)).toHaveLength(4);
    expect(stack.named("data-mount")).toBeDefined();
});

test("beside machines of DCOR it lets those in, whose HAProxy leads to it beside what it shows of CKAN", async () => {
    const stack = await RecordedStack.of(queueOfSeveral);
    expect(stack.names(/redis-balancer-files$/).sort()).toEqual([
        "app1-redis-balancer-files",
        "app2-redis-balancer-files",
    ]);
    for (const name of ["app1", "app2"]) {
        expect(stack.text(`${name}-redis-balancer-files`)).toContain("/etc/haproxy/science-stacks.d/redis.cfg");
        expect(stack.text(`${name}-endpoint-files`)).toContain("/etc/haproxy/science-stacks.d/endpoint.cfg");
        // CKAN is started when Redis has been found, and what shows it after CKAN.
        expect(stack.before(`${name}-redis-answering`)).toContain(`${name}-redis-balancer-files`);
        expect(stack.before(`${name}-dcor-configuration`)).toContain(`${name}-redis-answering`);
        expect(stack.before(`${name}-endpoint-files`)).toContain(`${name}-dcor-start`);
        expect(stack.text(`${name}-dcor-start`)).toContain("After=haproxy.service");
        expect(stack.text(`${name}-endpoint-behind`)).toContain("PartOf=supervisor.service haproxy.service");
        expect(stack.before(`balancer-sees-${name}`)).toContain(`${name}-endpoint-behind`);
        expect(stack.text(`${name}-firewall-trial`)).not.toContain("dport 6380");
    }
    expect(stack.text("cache1-firewall-trial").match(/dport 6379/g)).toHaveLength(5);
    expect(stack.before("cache1-firewall-trial")).toContain("balancer-files");
    expect(stack.text("packages")).not.toContain("redis");
});
