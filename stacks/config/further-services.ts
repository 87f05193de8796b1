import type { Given } from "./rule";

/** The services that may have a machine of their own in the stack, by the section of the configuration whose key `machine` says so. */
export const SERVICES = { postgresql: "PostgreSQL", objectStore: "MinIO", redis: "Redis", solr: "Solr" } as const;

/** The products that may be on machines of their own, by the name that the configuration has for them. */
const APPLICATIONS: Readonly<Record<string, string>> = {
    eoxserver: "EOxServer",
    dcor: "DCOR",
    "omero-web": "OMERO.web",
};

/** The section of such a service. */
export type Section = keyof typeof SERVICES;

/** Where the configuration has the keys `machine` and `data` of a machine beside the stack's first one. */
export interface Place {
    readonly path: readonly string[];
    /** What the machine is for, as messages call it. */
    readonly purpose: string;
    /** The key without which there is no such machine. */
    readonly key: string;
}

/** The places that may have a key, in the order in which machines are looked at. */
function placesOf(given: Given): Place[] {
    const services = (Object.keys(SERVICES) as Section[])
        // Where the object store is no MinIO, it has no machine, and the schema refuses the key.
        .filter((section) => section !== "objectStore" || given(section, "mode") === "minio")
        .map((section) => ({ path: [section], purpose: SERVICES[section], key: `${section}.machine` }));
    const applications = applicationNames(given).map((name) => ({
        ...{ path: ["applications", name], key: "applications" },
        purpose: APPLICATIONS[String(given("product"))] ?? "the product",
    }));
    const members = CLUSTERS.flatMap((section) =>
        memberNames(given, section).map((name) => ({
            ...{ path: [section, "machines", name], purpose: SERVICES[section], key: `${section}.machines` },
        })),
    );
    return [...services, ...members, ...applications];
}

/** The sections of those that may be on several machines, by their key `machines`. */
export const CLUSTERS = ["postgresql", "redis", "solr"] as const;

/** The section of such a service. */
export type Cluster = (typeof CLUSTERS)[number];

/** The keys below which each machine is named by its user, who gives it with its volume. */
export const NAMED: readonly string[] = ["applications", ...CLUSTERS.map((section) => `${section}.machines`)];

/** The names of the machines that the product has beside the first one. */
export const applicationNames = (given: Given): string[] => namesBelow(given("applications"));

/** The names of the machines that a service has where it has several. */
export const memberNames = (given: Given, section: Cluster): string[] => namesBelow(given(section, "machines"));

const namesBelow = (mapping: unknown): string[] =>
    typeof mapping === "object" && mapping !== null && !Array.isArray(mapping) ? Object.keys(mapping) : [];

/** The places that have a key. */
export const placesWith = (key: "machine" | "data", given: Given): Place[] =>
    placesOf(given).filter(({ path }) => given(...path, key) !== undefined);

/** Those with a machine of their own. */
export const withMachine = (given: Given): Place[] => placesWith("machine", given);

/** A key below a place, as messages call it. */
export const keyIn = ({ path }: Place, ...key: readonly string[]): string => [...path, ...key].join(".");
