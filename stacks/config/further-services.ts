import type { Given } from "./rule";

/** The services that may have a machine of their own in the stack, by the section of the configuration whose key `machine` says so. */
export const SERVICES = { postgresql: "PostgreSQL", objectStore: "MinIO" } as const;

/** The section of such a service. */
export type Section = keyof typeof SERVICES;

/** The sections that have a key, in the order in which machines are looked at. Where the object store is no MinIO, it has no machine, and the schema refuses the key. */
export const sectionsWith = (key: "machine" | "data", given: Given): Section[] =>
    (Object.keys(SERVICES) as Section[])
        .filter((section) => given(section, key) !== undefined)
        .filter((section) => section !== "objectStore" || given(section, "mode") === "minio");

/** Those with a machine of their own. */
export const withMachine = (given: Given): Section[] => sectionsWith("machine", given);
