import * as pulumi from "@pulumi/pulumi";
import type { Storage, Storages } from "../components/eoxserver/storages";
import { S3Keys } from "../components/guest/object-store";
import type { Machine } from "../components/machine/machine";
import type { EoxServerConfig } from "./config";
import { createBucket } from "./stack-bucket";

type Keys = NonNullable<EoxServerConfig["storages"]>[string];
type AwsMachineKeys = Extract<EoxServerConfig["machine"], { platform: "aws" }>;

/** The buckets that the instances serve files from; none where the configuration has none. */
export interface StackStorages {
    storages?: Storages;
    /** What whoever uses them waits for: their keys have been tried. */
    tried: pulumi.Resource[];
    /** What the stack gives out of them: where data are laid. */
    outputs: Record<string, unknown>;
}

export function createStorages(config: EoxServerConfig, machine: Machine): StackStorages {
    if (config.storages === undefined) {
        return { tried: [], outputs: {} };
    }
    const made = Object.entries(config.storages).map(
        ([name, keys]) => [name, createStorage(`storage-${name}`, name, keys, config, machine)] as const,
    );
    return {
        storages: Object.fromEntries(made.map(([name, { storage }]) => [name, storage])),
        tried: made.flatMap(([, { tried }]) => tried),
        outputs: {
            storages: Object.fromEntries(
                made.map(([name, { storage }]) => [name, pulumi.interpolate`${storage.url}/${storage.bucket}`]),
            ),
        },
    };
}

function createStorage(
    resource: string,
    name: string,
    keys: Keys,
    config: EoxServerConfig,
    machine: Machine,
): { storage: Storage; tried: pulumi.Resource[] } {
    if (keys.mode === "s3") {
        const { url, region, bucket, accessKeyId, secretAccessKey } = keys;
        const storage = { url, region, bucket, accessKeyId: pulumi.output(accessKeyId), secretAccessKey };
        return { storage, tried: [new S3Keys(`${resource}-keys`, { ...storage, reads: true })] };
    }
    // On another platform this mode is refused: see stacks/config/storages.ts.
    const { account, region } = config.machine as AwsMachineKeys;
    const { keepVersionsDays } = keys;
    const bucket = keys.bucket ?? `${machine.machineName}-${name}-${account}`;
    const { onDestroy } = config.data;
    const args = { bucket, publicObjects: false, reads: true, keepVersionsDays, onDestroy };
    const { accessKeyId, secretAccessKey, running } = createBucket(machine, resource, args);
    const url = `https://s3.${region}.amazonaws.com`;
    return { storage: { url, region, bucket, accessKeyId, secretAccessKey }, tried: running };
}
