import { applicationNames, CLUSTERS, memberNames, SERVICES, type Cluster } from "./further-services";
import {
    completeNamedMachines,
    nameComplaints,
    namedMachines,
    NAME_TEXT,
    refusedWith,
    type Refused,
} from "./named-machines";
import type { RelatedComplaint, Rule } from "./rule";

/** The release whose packages the steps know. */
export const RELEASE = "debian-12";

/** A service on several machines. */
export interface ClusterKeys {
    section: Cluster;
    /** How many machines it may have. */
    counts: readonly number[];
    /** A name of one of its machines. */
    example: string;
    /** The key of the server of Amazon's that does the same, where there is one, and what is to be said of it. */
    onAws: readonly [key: string | undefined, advice: string];
    /** What else does not go with it. */
    refused?: readonly Refused[];
}

const allowed = ({ counts }: ClusterKeys) =>
    `a mapping of ${counts.join(" or ")} names to machines; a name has ${NAME_TEXT}`;

const howMany = ({ counts }: ClusterKeys) =>
    counts.length === 1 ? "three machines of the stack" : "three machines of the stack, or five";

/** The key `machines`. @param machines with the size of their volumes in GiB, and what is on them @param how one of them writes, and what happens when it goes */
export const clusterMachines = (cluster: ClusterKeys, machines: readonly [[number, number], string], how: string) => {
    const service = SERVICES[cluster.section];
    const [size, data] = machines;
    return namedMachines(service, size, data).meta({
        allowed: allowed(cluster),
        description: `${service} on ${howMany(cluster)}: ${how} (docs/more-machines.md). Each has a name of ${NAME_TEXT}.`,
        defaultText: `none: ${service} is on the machine`,
    });
};

interface Keys {
    machines?: Parameters<typeof completeNamedMachines>[0];
}

/** The keys of a service, with the defaults of its machines that follow from other values. */
export const completeClusterMachines = <T extends Keys>(given: T): T =>
    given.machines === undefined ? given : { ...given, machines: completeNamedMachines(given.machines) };

/** What the machines of a service must fulfil, besides what is so of each further machine. */
export const clusterRules = (cluster: ClusterKeys): readonly Rule[] => [
    namesRule(cluster),
    refusedWith((given) => given(cluster.section, "machines") !== undefined, refusedBeside(cluster)),
    platformRule(cluster),
    releaseRule(cluster),
    apartRule(cluster),
];

/** The names are those of machines, and a majority of them is one that can lose another. */
const namesRule =
    (cluster: ClusterKeys): Rule =>
    (given) => {
        const { section, counts, example } = cluster;
        const path = [section, "machines"];
        const names = memberNames(given, section);
        const wrong = nameComplaints({ path, names, whose: `a machine of ${SERVICES[section]}'s`, example });
        const reason = `${names.length} are given: of an even number no more could be lost, and of one none`;
        const count =
            given(...path) === undefined || counts.includes(names.length)
                ? []
                : [{ path, reason, advice: `Allowed: ${allowed(cluster)}.` }];
        return [...wrong, ...count];
    };

/** What names another server, or is of one that is alone. */
const refusedBeside = ({ section, onAws: [managed], refused = [] }: ClusterKeys): Refused[] => [
    ...["machine", "url", ...(managed === undefined ? [] : [managed])].map((key): Refused => [
        [section, key],
        `${section}.machines has the machines of ${SERVICES[section]}`,
        `Leave one of the two out: ${section}.${key} or ${section}.machines.`,
    ]),
    [
        ["packagesAsOf"],
        `packages of ${section}.machines would be upgraded on all of them at once`,
        "Leave it out, and upgrade one machine after the other (docs/more-machines.md).",
    ],
    ...refused,
];

/** On AWS there may be a server that does the same, and this one was not tried there. */
const platformRule =
    ({ section, onAws: [, advice] }: ClusterKeys): Rule =>
    (given) =>
        memberNames(given, section)
            .filter((name) => given(section, "machines", name, "machine", "platform") === "aws")
            .map((name) => ({
                path: [section, "machines", name, "machine", "platform"],
                reason: `${SERVICES[section]} on several machines is for local ones and existing hosts`,
                advice,
            }));

/** A release whose packages nobody tried is refused before anything is made. */
const releaseRule =
    ({ section }: ClusterKeys): Rule =>
    (given) =>
        memberNames(given, section).flatMap((name): RelatedComplaint[] => {
            const path = [section, "machines", name, "machine", "image"];
            const image = given(...path);
            const reason = `${SERVICES[section]} on several machines was not tried on it`;
            return typeof image === "string" && image !== RELEASE
                ? [{ path, reason, advice: `Take "${RELEASE}".` }]
                : [];
        });

/** The machines of the stack are told apart by their names: what is wrong is said of the one that comes later in the configuration. */
const apartRule =
    ({ section, example }: ClusterKeys): Rule =>
    (given) => {
        const taken = (path: string[], names: string[], by: Cluster, another: string) =>
            names
                .filter((name) => memberNames(given, by).includes(name))
                .map((name) => ({
                    path: [...path, name],
                    reason: `it is the name of a machine in ${by}.machines`,
                    advice: `Take another one, e.g. "${another}".`,
                }));
        const earlier = CLUSTERS.slice(0, CLUSTERS.indexOf(section));
        return [
            ...earlier.flatMap((by) => taken([section, "machines"], memberNames(given, section), by, example)),
            ...taken(["applications"], applicationNames(given), section, "app1"),
        ];
    };
