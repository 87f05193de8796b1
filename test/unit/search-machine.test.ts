import { SERVER_AUTHORITY, serverProgram, SOLR_PORT, solrUrl } from "../../components/guest/solr-files";
import { ownPorts, servicePackages } from "../../stacks/dcor-services";
import type { DcorConfig } from "../../stacks/config";
import { hasOwnSolr } from "../../stacks/config/services";
import { expectRefusedOnce, parse } from "./config-given";
import { expectGolden } from "./golden";
import { ephemeralKey, local, testRefusedMachine, type Keys } from "./machines-given";

/** A stack of DCOR whose Solr has these keys. */
const withSolr = (solr: Keys, others: Keys = {}): Keys => ({
    ...{ product: "dcor", instances: undefined },
    ...{ solr, ...others },
});
const parsed = (keys: Keys) => parse(keys) as unknown as DcorConfig;

test("a machine for Solr has the defaults of a machine, and a volume", () => {
    const config = parsed(withSolr({ machine: local }));
    expect(config.solr).toEqual({
        heapMiB: 512,
        machine: { platform: "local", image: "debian-12", network: "10.77.0.0/24" },
        data: { sizeGiB: 20, onDestroy: "delete" },
    });
    expect(hasOwnSolr(config)).toBe(false);
});

test("the first machine has neither the port nor the packages of a Solr that is elsewhere", () => {
    const [here, there] = [parsed(withSolr({})), parsed(withSolr({ machine: local }))];
    expect(ownPorts(here)).toContain(SOLR_PORT);
    expect(ownPorts(there)).toEqual(ownPorts(here).filter((port) => port !== SOLR_PORT));
    expect(servicePackages(there)).toHaveLength(servicePackages(here).length - 1);
});

testRefusedMachine({
    ...{ key: "solr", name: "Solr", leastGiB: 2, stack: withSolr },
    firstHost: { scratch: "/srv/scratch" },
});

test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "a machine for a core elsewhere",
        withSolr({ machine: local, url: "https://search.example.org:8983/solr/ckan" }),
        "solr.machine",
        /solr\.url names a server elsewhere/,
        /Leave solr\.url out/,
    ],
    [
        "the address of the object store's machine",
        withSolr(
            { machine: { ...local, address: "10.77.0.9" } },
            { objectStore: { mode: "minio", machine: { ...local, address: "10.77.0.9" } } },
        ),
        "solr.machine.address",
        /that of objectStore\.machine/,
        /another machine/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

test("the unit of a Solr for other machines is what the golden file shows: its key store's password is not in it", () => {
    const shown = { network: "10.77.0.12", revision: "1" };
    const { files = {}, parameters } = serverProgram({ archive: "/opt/solr.tgz", heapMiB: 512, shown });
    const unit = "/etc/systemd/system/solr.service";
    expectGolden("services", "solr-for-machines", { [unit]: files[unit]! });
    expect(parameters).toMatchObject({ authority: SERVER_AUTHORITY, password: "solr-password" });
    expect([solrUrl(), solrUrl(shown.network)]).toEqual(["http://127.0.0.1:8983", "https://10.77.0.12:8983"]);
});

test("an ephemeral stack has its Solr on its one machine", () => {
    const solr = { heapMiB: 300, machine: local, data: { sizeGiB: 9 } };
    expect(ephemeralKey("dcor", "solr", solr)).toEqual({ heapMiB: 300 });
});
