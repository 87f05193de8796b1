import { MINIO_PORTS, serverProgram, settings } from "../../components/guest/minio-files";
import { hasOwnMinio } from "../../stacks/config/dcor-object-store";
import { servicePackages, ownPorts } from "../../stacks/dcor-services";
import type { DcorConfig } from "../../stacks/config";
import { expectRefusedOnce, parse, refused } from "./config-given";
import { expectGolden } from "./golden";
import { aws, ephemeralKey, firewall, host, kept, local, testRefusedMachine, type Keys } from "./machines-given";

const agent = { url: "https://www.example.org/amazon-ssm-agent.deb", sha256: "0".repeat(64) };
const bySession = (localPort?: number) => ({ ...aws, sessionManager: { agent, ...(localPort && { localPort }) } });
const first = { ...host("192.0.2.1"), scratch: "/srv/scratch" };

/** A stack of DCOR whose object store, a MinIO, has these keys. */
const withStore = (store: Keys, others: Keys = {}): Keys => ({
    ...{ product: "dcor", instances: undefined },
    objectStore: { mode: "minio", ...store },
    ...others,
});
const parsed = (keys: Keys) => parse(keys) as unknown as DcorConfig;

test("a machine for the object store has the defaults of a machine, and a volume", () => {
    const config = parsed(withStore({ machine: local }));
    expect(config.objectStore).toEqual({
        ...{ mode: "minio", port: 9443 },
        machine: { platform: "local", image: "debian-12", network: "10.77.0.0/24" },
        data: { sizeGiB: 20, onDestroy: "delete" },
    });
    expect(hasOwnMinio(config)).toBe(false);
    const hosts = { machine: first, firewall, postgresql: { machine: host("192.0.2.2") } };
    const store = { machine: { ...host("store.example.org"), privateAddress: "192.0.2.3" }, data: { sizeGiB: 500 } };
    expect(parsed(withStore(store, hosts)).objectStore).toMatchObject({ data: { sizeGiB: 500, onDestroy: "keep" } });
});

test("the first machine has neither the ports nor the packages of a MinIO that is elsewhere", () => {
    const [here, there] = [parsed(withStore({})), parsed(withStore({ machine: local }))];
    expect(ownPorts(here)).toEqual(expect.arrayContaining([9443, ...MINIO_PORTS]));
    expect(ownPorts(there)).toEqual(ownPorts(here).filter((port) => !MINIO_PORTS.includes(port)));
    expect(servicePackages(there)).toHaveLength(servicePackages(here).length - 1);
});

testRefusedMachine({
    ...{ key: "objectStore", name: "MinIO", leastGiB: 2, stack: withStore },
    firstHost: { scratch: "/srv/scratch" },
});

test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "a machine for an S3 server elsewhere",
        withStore({ mode: "s3", machine: local }),
        "objectStore.machine",
        /no such key/,
        /Keys of objectStore: mode, url/,
    ],
    [
        "a machine for a bucket of Amazon's",
        withStore({ mode: "aws", machine: local }),
        "objectStore.machine",
        /no such key/,
        /Keys of objectStore: mode, bucket/,
    ],
    [
        "the address of the database's machine",
        withStore(
            { machine: { ...local, address: "10.77.0.9" } },
            { postgresql: { machine: { ...local, address: "10.77.0.9" } } },
        ),
        "objectStore.machine.address",
        /that of postgresql\.machine/,
        /another machine/,
    ],
    [
        "the host of the database",
        withStore(
            { machine: host("192.0.2.2") },
            { machine: first, firewall, postgresql: { machine: host("192.0.2.2") } },
        ),
        "objectStore.machine.host",
        /that of postgresql\.machine/,
        /another machine/,
    ],
    [
        "a first host that is known by its name alone, with two others",
        withStore(
            { machine: host("192.0.2.2") },
            { machine: { ...first, host: "dcor.example.org" }, firewall, postgresql: { machine: host("192.0.2.3") } },
        ),
        "machine.privateAddress",
        /must be set: machine\.host is a name/,
        /an IPv4 address/,
    ],
    [
        "the port of the way to the database's machine",
        withStore(
            { machine: bySession(22023), ...kept },
            { machine: bySession(), ...kept, postgresql: { machine: bySession(22023), ...kept } },
        ),
        "objectStore.machine.sessionManager.localPort",
        /the port that leads to postgresql\.machine/,
        /e\.g\. 22024/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

test("what three machines share is complained about once", () => {
    const { problems } = refused(withStore({ machine: aws }, { machine: aws, postgresql: { machine: aws } }));
    expect(problems.map(({ key }) => key)).toEqual([
        "data.onDestroy",
        "firewall.ssh",
        "objectStore.data.onDestroy",
        "postgresql.data.onDestroy",
    ]);
});

test("the files of a MinIO for other machines are what the golden files show", () => {
    const network = "10.77.0.12";
    const program = { program: "/opt/science-stacks/minio-1", user: "dcor", bucketPrefix: "circle-", revision: "1" };
    const { files = {} } = serverProgram({ ...program, network });
    const unit = "/etc/systemd/system/minio.service";
    expectGolden("services", "minio-for-machines", {
        [unit]: files[unit]!,
        "/etc/default/minio": { content: settings("the password", network) },
    });
});

test("an ephemeral stack has its object store on its one machine", () => {
    const store = { mode: "minio", port: 9444, machine: local, data: { sizeGiB: 9 } };
    expect(ephemeralKey("dcor", "objectStore", store)).toEqual({ mode: "minio", port: 9444 });
});
