import type { DcorConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const local = { platform: "local" };
const machines = {
    search1: { machine: { ...local, address: "10.77.0.21" }, data: { sizeGiB: 7 } },
    search2: { machine: local },
    search3: { machine: local },
};
const names = Object.keys(machines);
const search = (keys: Record<string, unknown> = {}) =>
    dcor(configOf<DcorConfig>({ product: "dcor", solr: { machines, heapMiB: 300 }, ...keys }));
/** DCOR on several machines, and what they share on others. */
const ofSeveral = () =>
    search({
        ...{ applications: { app1: { machine: local }, app2: { machine: local } }, dcor: { storageMachine: "app1" } },
        ...{ postgresql: { machine: local }, redis: { machine: local }, serverName: "dcor.example.org" },
    });

testRules("DCOR with Solr on three machines", () => search());
testRules("DCOR on several machines with Solr on three", ofSeveral);

describe("Solr of DCOR on three machines", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(() => search());
    });

    test("is on machines that are named by the stack, each with a volume, and not on the first", () => {
        for (const name of names) {
            expect(stack.text(`${name}-machine-guest`)).toContain(`machine=eoxserver-test-${name}\n`);
            expect(stack.text(`${name}-packages`)).toContain("default-jre-headless");
            expect(stack.names(new RegExp(`^${name}-backup`))).toEqual([]);
        }
        expect(stack.text("search1-data-disk")).toContain("size_gib=7");
        expect(stack.text("packages")).not.toContain("default-jre-headless");
        expect(Object.keys(stack.outputs)).toEqual(
            expect.arrayContaining(["searchUrl", "searchMembers", "searchMemberSsh"]),
        );
    });

    test("lets CKAN and the members in to Solr, the members to ZooKeeper, and nobody else", () => {
        const rules = stack.text("search2-firewall-trial");
        const ports = [8983, 8983, 8983, 2281, 2281, 2888, 2888, 3888, 3888, 22];
        expect(rules.match(/dport \d+/g)).toEqual(ports.map((port) => `dport ${port}`));
        expect(stack.text("firewall-trial")).not.toContain("dport 8983");
    });

    test("is told who comes in when ZooKeeper runs, is started on one after the other, and has its collection when all run", () => {
        expect(stack.before("search1-solr-settings")).toEqual(
            expect.arrayContaining(names.map((each) => `${each}-solr-data`)),
        );
        for (const name of names) {
            expect(stack.before(`${name}-solr-data`)).toEqual(
                expect.arrayContaining(names.map((each) => `${each}-firewall`)),
            );
            expect(stack.before(`${name}-solr-member`)).toContain("search1-solr-settings");
        }
        expect(stack.before("search3-solr-member")).toContain("search2-solr-member");
        expect(stack.before("search-server-collection")).toEqual(
            expect.arrayContaining(["search3-solr-member", "search-schema", "dcor-software"]),
        );
    });

    test("has passwords of which none is in a step that a preview shows, and certificates of one authority", () => {
        expect(stack.names(/^search-server-.*password$/).sort()).toEqual([
            "search-server-check-password",
            "search-server-password",
        ]);
        expect(stack.names(/^search-server.*-authority$/)).toHaveLength(1);
        expect(stack.text("dcor-search-balancer-files")).toContain("map(/etc/haproxy/solr-check.map)");
    });

    test("is used by HAProxy of the first machine, which leads to a member that is in order, by TLS, before CKAN asks it", () => {
        const settings = stack.text("dcor-search-balancer-files");
        expect(settings).toContain("    bind 127.0.0.1:8984\n");
        expect(settings.match(/^ {4}server 10\.77\.0\.\d+ 10\.77\.0\.\d+:8983 verifyhost /gm)).toHaveLength(3);
        expect(settings).toContain("verify required ca-file /etc/haproxy/authorities/solr.pem");
        expect(stack.before("dcor-configuration")).toEqual(
            expect.arrayContaining(["dcor-search-balancer-files", "search-server-collection", "search3-firewall"]),
        );
        expect(stack.text("dcor-configuration")).toContain("solr_url = http://127.0.0.1:8984/solr/ckan\n");
    });
});

test("beside machines of DCOR it lets those in, which have a HAProxy each that leads to it", async () => {
    const stack = await RecordedStack.of(ofSeveral);
    expect(stack.names(/search-balancer-files$/).sort()).toEqual([
        "app1-search-balancer-files",
        "app2-search-balancer-files",
    ]);
    // The first machine, two of DCOR's, two members.
    expect(stack.text("search1-firewall-trial").match(/dport 8983/g)).toHaveLength(5);
    expect(stack.text("app1-dcor-start")).toContain("After=haproxy.service");
});
