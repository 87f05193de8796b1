import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import { expectRefusedOnce } from "./config-given";

export type Keys = Record<string, unknown>;

/** `machine`, as a stack may have it. */
export const local = { platform: "local" };
export const aws = { platform: "aws", account: "123456789012", region: "eu-central-1" };
export const host = (name: string) => ({
    ...{ platform: "existing", image: "debian-12", host: name, directory: "/srv/science" },
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyEX4020657MWj44BDyljxrXRirYbx9bzeEkz3ymVsi",
});
/** What stacks elsewhere than on this computer must say. */
export const firewall = { ssh: ["192.0.2.0/24"] };
export const kept = { data: { onDestroy: "keep" } };
export const onAws = { machine: aws, firewall, ...kept };

/** A key of the configuration that has a machine for one service, and its volume. */
interface Service {
    /** The key, e.g. `solr`. */
    key: string;
    /** What messages call the service. */
    name: string;
    /** The least size of its volume, in GiB. */
    leastGiB: number;
    /** A stack whose service has these keys, with others besides. */
    stack: (service: Keys, others?: Keys) => Keys;
    /** What an existing host needs besides, where it is the stack's first machine. @default nothing */
    firstHost?: Keys;
}

/** What is refused of each machine for one service. */
export function testRefusedMachine({ key, name, leastGiB, stack, firstHost = {} }: Service): void {
    const first = { ...host("192.0.2.1"), ...firstHost };
    const onHosts = (machine: Keys) => stack({ machine }, { machine: first, firewall });

    test.each<[string, Keys, string, RegExp, RegExp]>([
        [
            "a volume without a machine",
            stack({ data: { sizeGiB: 20 } }),
            "data",
            new RegExp(`${name} has no machine of its own`),
            new RegExp(`Give ${key}\\.machine`),
        ],
        [
            "a volume that is too small",
            stack({ machine: local, data: { sizeGiB: leastGiB - 1 } }),
            "data.sizeGiB",
            /out of range/,
            new RegExp(`from ${leastGiB} to 16384 GiB`),
        ],
        [
            "another platform",
            stack({ machine: aws, ...kept }),
            "machine.platform",
            /first machine/,
            /"local", as machine\.platform/,
        ],
        [
            "another network",
            stack({ machine: { ...local, network: "10.78.0.0/24" } }),
            "machine.network",
            /not the network of the stack's first machine/,
            /Give machine\.network: "10\.77\.0\.0\/24"/,
        ],
        [
            "an address that is not in the network",
            stack({ machine: { ...local, address: "10.78.0.9" } }),
            "machine.address",
            new RegExp(`not in ${key}\\.machine\\.network`),
            /10\.77\.0\.2 to 10\.77\.0\.254/,
        ],
        [
            "the first machine's address",
            stack({ machine: { ...local, address: "10.77.0.9" } }, { machine: { ...local, address: "10.77.0.9" } }),
            "machine.address",
            /that of the stack's first machine/,
            /another machine/,
        ],
        [
            "a snapshot",
            stack({ machine: { ...local, snapshot: "maps-0123456789abcdef" } }),
            "machine.snapshot",
            /begins with none/,
            /Leave it out/,
        ],
        [
            "the host that the product is on",
            onHosts(host("192.0.2.1")),
            "machine.host",
            /that of the stack's first machine/,
            /another machine/,
        ],
        [
            "a host that is known by its name alone",
            onHosts(host("beside.example.org")),
            "machine.privateAddress",
            new RegExp(`must be set: ${key}\\.machine\\.host is a name`),
            /an IPv4 address/,
        ],
        [
            "scratch space",
            onHosts({ ...host("192.0.2.2"), scratch: "/srv/scratch" }),
            "machine.scratch",
            new RegExp(`${name} has no use for it`),
            /Leave it out/,
        ],
        [
            "another account",
            stack({ machine: { ...aws, account: "210987654321" }, ...kept }, onAws),
            "machine.account",
            /one subnet/,
            /"123456789012"/,
        ],
        [
            "a network of its own on AWS",
            stack({ machine: { ...aws, network: { args: {} } }, ...kept }, onAws),
            "machine.network",
            /in the subnet of the stack's first machine/,
            /Leave it out/,
        ],
        [
            "a volume that goes with the stack on AWS",
            stack({ machine: aws }, onAws),
            "data.onDestroy",
            /must be set on AWS/,
            /"refuse", "keep"/,
        ],
    ])("%s is refused", (_, keys, wrong, reason, advice) =>
        expectRefusedOnce(keys, `${key}.${wrong}`, reason, advice, [key]),
    );
}

/** What an ephemeral stack makes of a key, beside a local machine. */
export function ephemeralKey(product: string, key: string, value: Keys): unknown {
    const config = {
        "science-stacks:product": product,
        "science-stacks:machine": local,
        [`science-stacks:${key}`]: value,
    };
    return keysOf(ephemeralConfiguration(JSON.stringify({ config })))[key];
}
