import { searchBalancerFiles, checkSecretFile } from "../../components/search-cluster/balancer-files";
import { memberIds } from "../../components/search-cluster/member";
import { memberProgram } from "../../components/search-cluster/member-files";
import { hasOwnSolr } from "../../stacks/config/services";
import { machinesOf, testRefusedCluster } from "./cluster-given";
import { expectRefusedOnce, parse } from "./config-given";
import { expectGolden } from "./golden";
import { ephemeralKey, local, type Keys } from "./machines-given";

/** A stack whose Solr is on these machines. */
const withMachines = (machines: Keys, others: Keys = {}, solr: Keys = {}): Keys => ({
    ...{ product: "dcor", instances: undefined, solr: { machines, ...solr } },
    ...others,
});
const members = (count: number, changed?: Keys) => machinesOf("search", count, changed);
const three = members(3);

test("machines of Solr have the defaults of a machine, and a volume; the first machine has no Solr", () => {
    const machine = { platform: "local", image: "debian-12", network: "10.77.0.0/24" };
    const data = { sizeGiB: 20, onDestroy: "delete" };
    const config = parse(withMachines(members(3, { search2: { machine: local, data: { sizeGiB: 3 } } })));
    expect(config).toMatchObject({
        solr: {
            heapMiB: 512,
            machines: {
                search1: { machine, data },
                search2: { machine, data: { ...data, sizeGiB: 3 } },
                search3: { machine, data },
            },
        },
    });
    expect(hasOwnSolr({ solr: { machines: three } })).toBe(false);
});

testRefusedCluster({
    ...{ key: "solr", prefix: "search", counts: /3 names/, reserved: "search", leastGiB: 2 },
    ...{ url: "http://search.example.org:8983/solr/ckan", onAws: /solr\.machine/ },
    besides: { product: "dcor", instances: undefined },
});

test.each<[string, Keys, string, RegExp, RegExp]>([
    ["five machines", withMachines(members(5)), "solr.machines", /5 are given/, /3 names/],
    [
        "the name of a machine of Redis",
        withMachines(members(2, { cache1: { machine: local } }), {
            redis: { machines: { cache1: { machine: local }, cache2: { machine: local }, cache3: { machine: local } } },
        }),
        "solr.machines.cache1",
        /name of a machine in redis\.machines/,
        /"search1"/,
    ],
    [
        "the port of HAProxy for CKAN",
        withMachines(three, { dcor: { httpsPort: 8984 } }),
        "dcor.httpsPort",
        /HAProxy, for Solr/,
        /its own port/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

test("an ephemeral stack has its Solr on its one machine", () => {
    expect(ephemeralKey("dcor", "solr", { heapMiB: 300, machines: three })).toEqual({ heapMiB: 300 });
});

test("ZooKeeper knows each member by a number of its own, which stays when another one goes, in whatever order they are given", () => {
    const ids = memberIds(["search1", "search2", "search3"]);
    expect(new Set(ids.values()).size).toBe(3);
    expect([...ids.values()].every((id) => id >= 1 && id <= 255)).toBe(true);
    const later = memberIds(["search4", "search3", "search1"]);
    expect([later.get("search1"), later.get("search3")]).toEqual([ids.get("search1"), ids.get("search3")]);
    const many = memberIds(Array.from({ length: 100 }, (_, index) => `m${index}`));
    expect(new Set(many.values()).size).toBe(100);
});

const ids = memberIds(Object.keys(three));
const all = [...ids].map(([name, id], index) => ({ name, id, address: `10.77.0.${11 + index}` }));

test("what the members are given, and whoever uses them, is what the golden files show: no password is in it", () => {
    const settings = { own: all[1]!, members: all, archive: "/opt/solr.tgz", heapMiB: 256, revision: "0123456789ab" };
    expectGolden("search-cluster", "member", memberProgram(settings).files!);
    expectGolden("search-cluster", "user", searchBalancerFiles(all, "an authority", "0123456789ab"));
});

test("the password by which HAProxy asks is for root and HAProxy alone", () => {
    expect(checkSecretFile("word")).toEqual({
        "/etc/haproxy/solr-check.map": {
            content: "balancer YmFsYW5jZXI6d29yZA==\n",
            ...{ owner: "root:haproxy", mode: "640" },
        },
    });
});
