import { expectRefusedOnce } from "./config-given";
import { aws, firewall, host, local, type Keys } from "./machines-given";

/** A key of the configuration that has several machines for one service: `KEY.machines`. */
interface Cluster {
    /** The key, e.g. `solr`. */
    key: string;
    /** What its machines are called by, with a number: the name that a refusal advises. */
    prefix: string;
    /** How many it may have, as a refusal says it. */
    counts: RegExp;
    /** The name that is the service's own machine's. */
    reserved: string;
    /** The address of a server elsewhere. */
    url: string;
    /** What there is on AWS instead. */
    onAws: RegExp;
    /** The least size of a volume, in GiB. */
    leastGiB: number;
    /** What a stack has besides that may have them. */
    besides?: Keys;
}

/** So many machines, with others besides or instead. */
export const machinesOf = (prefix: string, count: number, changed: Keys = {}): Keys => ({
    ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index + 1}`, { machine: local }])),
    ...changed,
});

/** What is refused of several machines for one service, whichever it is. */
export function testRefusedCluster(cluster: Cluster): void {
    const { key, prefix, counts, reserved, url, onAws, leastGiB, besides = {} } = cluster;
    const members = (count: number, changed?: Keys) => machinesOf(prefix, count, changed);
    const three = members(3);
    const stack = (machines: Keys, others: Keys = {}, service: Keys = {}): Keys => ({
        ...{ [key]: { machines, ...service }, ...besides },
        ...others,
    });
    const [own, second, third] = [1, 2, 3].map((number) => `${key}.machines.${prefix}${number}`);
    const kept = { onDestroy: "keep" };

    test.each<[string, Keys, string, RegExp, RegExp]>([
        ["no machine at all", stack({}), `${key}.machines`, /0 are given/, counts],
        ["one machine", stack(members(1)), `${key}.machines`, /1 are given/, counts],
        ["two machines", stack(members(2)), `${key}.machines`, /2 are given/, counts],
        [
            "the name of another kind of machine",
            stack(members(2, { [reserved]: { machine: local } })),
            `${key}.machines.${reserved}`,
            /reserved/,
            new RegExp(`"${prefix}1"`),
        ],
        [
            "a machine of the service's own besides",
            stack(three, {}, { machine: local }),
            `${key}.machine`,
            new RegExp(`${key}\\.machines has the machines`),
            /Leave one of the two out/,
        ],
        [
            "a server elsewhere besides",
            stack(three, {}, { url }),
            `${key}.url`,
            new RegExp(`${key}\\.machines has the machines`),
            /Leave one of the two out/,
        ],
        [
            "an upgrade of all machines at once",
            stack(three, { packagesAsOf: "2026-11-21" }),
            "packagesAsOf",
            /on all of them at once/,
            /one machine after the other/,
        ],
        [
            "AWS",
            stack(members(3, { [`${prefix}3`]: { machine: aws, data: kept } }), {
                ...{ machine: aws, firewall, data: kept },
                ...("product" in besides && besides.product === "dcor" && { objectStore: { mode: "minio" } }),
            }),
            `${third}.machine.platform`,
            /for local ones and existing hosts/,
            onAws,
        ],
        [
            "another platform",
            stack(members(3, { [`${prefix}2`]: { machine: host("192.0.2.2") } }), { firewall }),
            `${second}.machine.platform`,
            /first machine/,
            /"local", as machine\.platform/,
        ],
        [
            "a release that was not tried",
            stack(members(3, { [`${prefix}1`]: { machine: { ...local, image: "debian-13" } } })),
            `${own}.machine.image`,
            /not tried/,
            /"debian-12"/,
        ],
        [
            "a volume that is too small",
            stack(members(3, { [`${prefix}1`]: { machine: local, data: { sizeGiB: leastGiB - 1 } } })),
            `${own}.data.sizeGiB`,
            /out of range/,
            new RegExp(`from ${leastGiB} to 16384 GiB`),
        ],
    ])("%s is refused", (_, keys, wrong, reason, advice) => expectRefusedOnce(keys, wrong, reason, advice, [key]));
}
