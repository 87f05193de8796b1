import * as pulumi from "@pulumi/pulumi";
import { objectStoreUrl, type ObjectStoreSite } from "../components/dcor/render-object-store";
import type { DataVolume } from "../components/guest/data-volume";
import type { InstallStep } from "../components/guest/install-step";
import { Minio } from "../components/guest/minio";
import { MINIO_PORT, MINIO_PORTS } from "../components/guest/minio-files";
import { S3Keys, type ObjectStoreEndpoint } from "../components/guest/object-store";
import type { Packages } from "../components/guest/packages";
import type { PublicAddress } from "../components/guest/public-address";
import type { UpgradeSettings } from "../components/guest/unattended-upgrades";
import type { Machine } from "../components/machine/machine";
import { ServerCertificate } from "../components/server-certificate";
import type { FurtherBackedUp } from "./backups";
import type { DcorConfig } from "./config";
import { createFurtherMachine, type FurtherMachine } from "./further-machine";
import { createBucket } from "./stack-bucket";

/** What keeps the datasets' files: on the first machine, beside it, or elsewhere. */
export interface StackObjectStore {
    endpoint: ObjectStoreEndpoint;
    /** What nginx hands users' requests on to. @default users reach the server itself */
    site?: pulumi.Output<ObjectStoreSite>;
    /** The last steps of a machine of its own. */
    last: InstallStep[];
    /** What of that machine is backed up. */
    backedUp: FurtherBackedUp[];
    /** What the stack gives out of that machine. */
    outputs: Record<string, unknown>;
}

interface Place {
    /** The first machine, where nginx is. */
    machine: Machine;
    packages: Packages;
    data: DataVolume;
    address: pulumi.Output<PublicAddress>;
    /** Security updates that come by themselves, to a machine of its own as well. */
    upgrades: UpgradeSettings;
}

/** The keys of an S3 server elsewhere, tried: what waits for it is not installed with keys that do not work. */
export function triedKeys({ objectStore, bucketPrefix, dcor }: DcorConfig): S3Keys[] {
    if (objectStore.mode !== "s3") {
        return [];
    }
    const { url, region, accessKeyId, secretAccessKey, bucket } = objectStore;
    const server = { url, region, accessKeyId: pulumi.output(accessKeyId), secretAccessKey, bucketPrefix, bucket };
    // A bucket that DCOR makes it opens itself, whether it needs that or not.
    const publicObjects = bucket === undefined || dcor.publicDatasets;
    return [new S3Keys("object-store-keys", { ...server, publicObjects })];
}

/** The object store that the configuration asks for. */
export async function createObjectStore(config: DcorConfig, place: Place): Promise<StackObjectStore> {
    const { objectStore: store, bucketPrefix, dcor, data } = config;
    switch (store.mode) {
        case "minio":
            return createMinio(config, store, place);
        case "aws": {
            const { onDestroy } = data;
            const args = { ...store, publicObjects: dcor.publicDatasets, onDestroy };
            return { endpoint: createBucket(place.machine, "object-store", args), last: [], backedUp: [], outputs: {} };
        }
        case "s3": {
            const { url, region, accessKeyId, secretAccessKey, bucket } = store;
            const keys = { accessKeyId: pulumi.output(accessKeyId), secretAccessKey };
            return {
                endpoint: { url, region, ...keys, bucketPrefix, bucket, running: [] },
                last: [],
                backedUp: [],
                outputs: {},
            };
        }
    }
}

type MinioKeys = Extract<DcorConfig["objectStore"], { mode: "minio" }>;

async function createMinio(config: DcorConfig, store: MinioKeys, place: Place): Promise<StackObjectStore> {
    const { bucketPrefix, mirrors, development } = config;
    const { port, published } = store;
    const args = {
        url: place.address.apply((known) => objectStoreUrl(known, store)),
        // The extensions' own tests make buckets of any name.
        bucketPrefix: development ? "" : bucketPrefix,
        index: { indexUrl: mirrors.pypi, proxy: mirrors.proxy },
        published,
    };
    const beside = await createObjectStoreMachine(config, store, place);
    const { endpoint, backend, running } = beside
        ? new Minio("object-store-server", { ...beside, ...args, certificate: certificateOf(beside) })
        : new Minio("minio", { ...place, ...args });
    return {
        endpoint: {
            ...endpoint,
            bucketPrefix,
            running: [...endpoint.running, ...(beside ? [beside.closed] : [])],
        },
        site: backend.apply((known) => ({ port, ...known })),
        last: beside?.lastSteps(running) ?? [],
        backedUp: beside ? [beside.backedUp(Minio.backup, running)] : [],
        outputs: beside ? { objectStoreMachine: beside.output, objectStoreSsh: beside.ssh } : {},
    };
}

/** A machine for MinIO, which the stack's first machine alone reaches; none where the configuration has none. */
async function createObjectStoreMachine(
    config: DcorConfig,
    { machine: keys, data: volume }: MinioKeys,
    { machine: first, upgrades }: Place,
): Promise<FurtherMachine | undefined> {
    return keys === undefined || volume === undefined
        ? undefined
        : createFurtherMachine(config, first, {
              ...{ role: "object-store", keys, volume, upgrades },
              service: { description: "Object store for the product", port: MINIO_PORT },
              ownPorts: MINIO_PORTS,
              packages: Minio.packages,
          });
}

const certificateOf = ({ machine }: FurtherMachine) =>
    new ServerCertificate("object-store-tls", { address: machine.privateAddress });
