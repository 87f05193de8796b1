import { expectRefusedOnce } from "./config-given";
import { aws, firewall, host, kept, local, onAws, type Keys } from "./machines-given";

/** `applications`, by how many there are. */
export const machines = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`app${index + 1}`, { machine: local }]));
export const two = machines(2);

/** What is refused of the machines in `applications`, whichever product is on them. @param stack one with these machines, and others' keys */
export function testRefusedApplications(stack: (applications: Keys, others?: Keys) => Keys): void {
    const one = (machine: Keys, others?: Keys) => stack({ app1: { machine } }, others);

    test.each<[string, Keys, string, RegExp, RegExp]>([
        ["no machine at all", stack({}), "", /0 are given/, /1 to 30 names/],
        ["too many machines", stack(machines(31)), "", /31 are given/, /1 to 30 names/],
        ["an application without a machine", stack({ app1: {} }), ".app1.machine", /must be set/, /keys of `machine`/],
        [
            "a key that there is not",
            stack({ app1: { machine: local, workers: 3 } }),
            ".app1.workers",
            /no such key/,
            /Keys of applications\.app1: machine, data/,
        ],
        [
            "a name that no machine can have",
            stack({ App_1: { machine: local } }),
            ".App_1",
            /no name of an application machine/,
            /lower-case letters and digits/,
        ],
        [
            "the name of another kind of machine",
            stack({ database: { machine: local } }),
            ".database",
            /reserved/,
            /"app1"/,
        ],
        [
            "the name of Redis' machine",
            stack({ redis: { machine: local } }),
            ".redis",
            /reserved: it is that of Redis' machine/,
            /"app1"/,
        ],
        [
            "another platform",
            stack({ app1: { machine: aws, ...kept } }),
            ".app1.machine.platform",
            /first machine/,
            /"local", as machine\.platform/,
        ],
        [
            "the address of another application",
            stack({
                app1: { machine: { ...local, address: "10.77.0.9" } },
                app2: { machine: { ...local, address: "10.77.0.9" } },
            }),
            ".app2.machine.address",
            /that of applications\.app1\.machine/,
            /another machine/,
        ],
        [
            "an address that is not in the network",
            one({ ...local, address: "10.78.0.9" }),
            ".app1.machine.address",
            /not in applications\.app1\.machine\.network/,
            /10\.77\.0\.2 to 10\.77\.0\.254/,
        ],
        [
            "a volume that is too small",
            stack({ app1: { machine: local, data: { sizeGiB: 1 } } }),
            ".app1.data.sizeGiB",
            /out of range/,
            /from 2 to 16384 GiB/,
        ],
        [
            "a volume that goes with the stack on AWS",
            one(aws, onAws),
            ".app1.data.onDestroy",
            /must be set on AWS/,
            /"refuse", "keep"/,
        ],
        [
            "a host that is known by its name alone",
            one(host("app.example.org"), { machine: host("192.0.2.1"), firewall }),
            ".app1.machine.privateAddress",
            /must be set: applications\.app1\.machine\.host is a name/,
            /an IPv4 address/,
        ],
    ])("%s is refused", (_, keys, key, reason, advice) =>
        expectRefusedOnce(keys, `applications${key}`, reason, advice),
    );
}
