import { MINIO_PORTS, serverProgram, settings } from "../../components/guest/minio-files";
import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import { hasOwnMinio } from "../../stacks/config/dcor-object-store";
import { servicePackages, ownPorts } from "../../stacks/dcor-services";
import type { DcorConfig } from "../../stacks/config";
import { expectRefusedOnce, parse, refused } from "./config-given";
import { expectGolden } from "./golden";

const local = { platform: "local" };
const aws = { platform: "aws", account: "123456789012", region: "eu-central-1" };
const agent = { url: "https://www.example.org/amazon-ssm-agent.deb", sha256: "0".repeat(64) };
const bySession = (localPort?: number) => ({ ...aws, sessionManager: { agent, ...(localPort && { localPort }) } });
const kept = { data: { onDestroy: "keep" } };
const host = (name: string) => ({
    ...{ platform: "existing", image: "debian-12", host: name, directory: "/srv/science" },
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyEX4020657MWj44BDyljxrXRirYbx9bzeEkz3ymVsi",
});
const first = { ...host("192.0.2.1"), scratch: "/srv/scratch" };
const firewall = { ssh: ["192.0.2.0/24"] };

type Keys = Record<string, unknown>;

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
        "a volume without a machine",
        withStore({ data: { sizeGiB: 20 } }),
        "objectStore.data",
        /MinIO has no machine of its own/,
        /Give objectStore\.machine/,
    ],
    [
        "a volume that is too small",
        withStore({ machine: local, data: { sizeGiB: 1 } }),
        "objectStore.data.sizeGiB",
        /out of range/,
        /from 2 to 16384 GiB/,
    ],
    [
        "another platform",
        withStore({ machine: aws, ...kept }),
        "objectStore.machine.platform",
        /first machine/,
        /"local", as machine\.platform/,
    ],
    [
        "another network",
        withStore({ machine: { ...local, network: "10.78.0.0/24" } }),
        "objectStore.machine.network",
        /not the network of the stack's first machine/,
        /Give machine\.network: "10\.77\.0\.0\/24"/,
    ],
    [
        "a snapshot",
        withStore({ machine: { ...local, snapshot: "dcor-0123456789abcdef" } }),
        "objectStore.machine.snapshot",
        /begins with none/,
        /Leave it out/,
    ],
    [
        "an address that is not in the network",
        withStore({ machine: { ...local, address: "10.78.0.9" } }),
        "objectStore.machine.address",
        /not in objectStore\.machine\.network/,
        /10\.77\.0\.2 to 10\.77\.0\.254/,
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
        "the host that the product is on",
        withStore({ machine: host("192.0.2.1") }, { machine: first, firewall }),
        "objectStore.machine.host",
        /that of the stack's first machine/,
        /another machine/,
    ],
    [
        "a host that is known by its name alone",
        withStore({ machine: host("store.example.org") }, { machine: first, firewall }),
        "objectStore.machine.privateAddress",
        /must be set: objectStore\.machine\.host is a name/,
        /an IPv4 address/,
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
        "scratch space for the object store",
        withStore({ machine: { ...host("192.0.2.2"), scratch: "/srv/scratch" } }, { machine: first, firewall }),
        "objectStore.machine.scratch",
        /MinIO has no use for it/,
        /Leave it out/,
    ],
    [
        "a volume that goes with the stack on AWS",
        withStore({ machine: aws }, { machine: aws, firewall, ...kept }),
        "objectStore.data.onDestroy",
        /must be set on AWS/,
        /"refuse", "keep"/,
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
    const text =
        "config: { science-stacks:product: dcor, science-stacks:machine: { platform: local }, science-stacks:objectStore: ";
    const own = "{ mode: minio, port: 9444, machine: { platform: local }, data: { sizeGiB: 9 } } }";
    expect(keysOf(ephemeralConfiguration(text + own))["objectStore"]).toEqual({ mode: "minio", port: 9444 });
});
