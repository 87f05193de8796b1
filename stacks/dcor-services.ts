import * as pulumi from "@pulumi/pulumi";
import type { BackupContents } from "../components/guest/backup-files";
import { CkanDatabase, type CkanDatabaseEndpoint } from "../components/dcor/database";
import { objectStoreUrl } from "../components/dcor/render-object-store";
import { UWSGI } from "../components/dcor/settings";
import { softwareDirectory, softwareProgram, solrSchema } from "../components/dcor/software";
import type { DataVolume } from "../components/guest/data-volume";
import { InstallStep } from "../components/guest/install-step";
import { Minio, MINIO_PORTS } from "../components/guest/minio";
import { S3Keys, type ObjectStoreEndpoint } from "../components/guest/object-store";
import type { Packages, PackageSet } from "../components/guest/packages";
import { PostgreSql } from "../components/guest/postgresql";
import { PostgreSqlElsewhere } from "../components/guest/postgresql-elsewhere";
import { POSTGRESQL_PORT } from "../components/guest/postgresql-server";
import type { PublicAddress } from "../components/guest/public-address";
import { Redis, REDIS_PORT, type RedisEndpoint } from "../components/guest/redis";
import { indexDirectory, rebuildMark, Solr, SOLR_PORT, type SearchEndpoint } from "../components/guest/solr";
import { MIGRATION_SECONDS } from "../components/guest/upgrade";
import type { BucketArgs, Machine } from "../components/machine/machine";
import type { DcorConfig } from "./config";
import { hasOwnServer } from "./config/postgresql-elsewhere";
import type { StackDatabase } from "./database-machine";
import { webPorts } from "./web-front";

/** The services that CKAN works with, each on this machine or elsewhere. */
export interface DcorServices {
    /** The step that installs CKAN and the extensions: Solr's schema comes from there. */
    software: InstallStep;
    /** Directory of the software. */
    environment: string;
    database: CkanDatabaseEndpoint;
    redis: RedisEndpoint;
    search: SearchEndpoint;
    objectStore: ObjectStoreEndpoint;
    /** Units of this machine that CKAN waits for at each boot. */
    waitsFor: string[];
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

/** What of DCOR is backed up: what is on this machine. The search index and the queue of jobs are made anew from it. */
export function dcorBackup({ postgresql, objectStore, solr }: DcorConfig): BackupContents {
    const minio = objectStore.mode === "minio";
    const ownSolr = solr.url === undefined;
    return {
        directories: ["/data/ckan", ...(minio ? ["/data/minio"] : [])],
        excludes: ["/data/minio/.minio.sys/tmp/*"],
        postgresqlPort: hasOwnServer({ postgresql }) ? POSTGRESQL_PORT : undefined,
        units: [
            ...["supervisor.service", "dcor-jobs@*"],
            ...(minio ? ["minio.service"] : []),
            ...(ownSolr ? ["solr.service"] : []),
        ],
        // An index that is damaged, too, is built anew from nothing.
        forget: ownSolr ? [indexDirectory("ckan")] : [],
        rebuild: ownSolr ? [rebuildMark("ckan")] : [],
    };
}

interface Place {
    machine: Machine;
    /** What CKAN is built with. */
    tools: Packages;
    packages: Packages;
    data: DataVolume;
    address: pulumi.Output<PublicAddress>;
    /** Where the database is, where that is a machine of its own. */
    databaseMachine?: StackDatabase;
}

/** Ports of this machine that the stack needs for itself. */
export function ownPorts(config: DcorConfig): number[] {
    const { dcor, objectStore, redis, solr } = config;
    return [
        ...webPorts(config, dcor),
        Number(UWSGI.split(":").at(-1)),
        ...(objectStore.mode === "minio" ? [objectStore.port, ...MINIO_PORTS] : []),
        ...(hasOwnServer(config) ? [POSTGRESQL_PORT] : []),
        ...(redis.url === undefined ? [REDIS_PORT] : []),
        ...(solr.url === undefined ? [SOLR_PORT] : []),
    ];
}

/** Debian's packages for those services that are on this machine. */
export function servicePackages(config: DcorConfig): PackageSet[] {
    const { postgresql, redis, solr, objectStore, machine } = config;
    return [
        ...(hasOwnServer(config) ? [PostgreSql.packages(machine.image)] : []),
        ...(postgresql.machine ? [PostgreSqlElsewhere.packages] : []),
        ...(redis.url === undefined ? [Redis.packages] : []),
        ...(solr.url === undefined ? [Solr.packages] : []),
        ...(objectStore.mode === "minio" ? [Minio.packages] : []),
    ];
}

export function dcorServices(config: DcorConfig, place: Place): DcorServices {
    const { machine, tools } = place;
    const { mirrors } = config;
    const environment = softwareDirectory(config.dcor.version, config.development);
    const software = new InstallStep(
        "dcor-software",
        {
            machine,
            program: softwareProgram(config.dcor.version, environment, {
                indexUrl: mirrors.pypi,
                proxy: mirrors.proxy,
            }),
            removable: true,
            // A backup comes before another version is changed to.
            timeoutSeconds: MIGRATION_SECONDS,
        },
        { dependsOn: tools },
    );
    const database = ckanDatabase(config, place);
    const redis = jobQueue(config, place);
    const search = searchCore(config, place, software);
    return {
        ...{ software, environment },
        database: database.endpoint,
        redis,
        search,
        objectStore: objectStore(config, place),
        waitsFor: [
            ...(config.solr.url === undefined ? ["solr.service"] : []),
            ...(config.redis.url === undefined ? ["redis-server.service"] : []),
            ...database.units,
        ],
    };
}

function ckanDatabase(config: DcorConfig, { machine, packages, data, databaseMachine }: Place) {
    const { url, sharedBuffersMiB } = config.postgresql;
    if (url !== undefined) {
        return { endpoint: { url, ready: [] }, units: [] };
    }
    if (databaseMachine !== undefined) {
        const other = { ...databaseMachine.server, extensions: [] };
        const { endpoint: server } = new PostgreSqlElsewhere("postgresql", { machine, packages, ...other });
        return { endpoint: new CkanDatabase("database", { machine, server }).endpoint, units: [] };
    }
    const { image } = config.machine;
    const server = new PostgreSql("postgresql", { machine, image, packages, data, sharedBuffersMiB });
    const { endpoint } = new CkanDatabase("database", { machine, server: server.endpoint });
    return { endpoint, units: [server.unit] };
}

function jobQueue({ redis }: DcorConfig, { machine, packages, data }: Place): RedisEndpoint {
    const { url, password, maxMemoryMiB } = redis;
    return url === undefined
        ? new Redis("redis", { machine, packages, data, maxMemoryMiB }).endpoint
        : { url, password, running: [] };
}

function searchCore(
    { dcor, solr, mirrors, development }: DcorConfig,
    place: Place,
    software: InstallStep,
): SearchEndpoint {
    return solr.url === undefined
        ? new Solr("solr", {
              ...place,
              schema: { path: solrSchema(softwareDirectory(dcor.version, development)), revision: software.revision },
              after: [software],
              heapMiB: solr.heapMiB,
              archiveUrl: solr.archive,
              proxy: mirrors.proxy,
          }).endpoint
        : { url: solr.url, core: solr.url.split("/").at(-1) ?? "", running: [] };
}

function objectStore(config: DcorConfig, { machine, packages, data, address }: Place): ObjectStoreEndpoint {
    const { objectStore: store, bucketPrefix, mirrors, development, dcor, data: dataKeys } = config;
    if (store.mode === "minio") {
        const url = address.apply((known) => objectStoreUrl(known, store));
        const index = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
        // The extensions' own tests make buckets of any name.
        const allowed = development ? "" : bucketPrefix;
        const { published } = store;
        const place = { machine, packages, data };
        const { endpoint } = new Minio("minio", { ...place, url, bucketPrefix: allowed, index, published });
        return { ...endpoint, bucketPrefix };
    }
    if (store.mode === "aws") {
        return bucketOfStack(machine, { ...store, publicObjects: dcor.publicDatasets, onDestroy: dataKeys.onDestroy });
    }
    const { url, region, accessKeyId, secretAccessKey, bucket } = store;
    const keys = { accessKeyId: pulumi.output(accessKeyId), secretAccessKey };
    return { url, region, ...keys, bucketPrefix, bucket, running: [] };
}

function bucketOfStack(machine: Machine, args: BucketArgs): ObjectStoreEndpoint {
    if (machine.objectStore === undefined) {
        throw new Error(`the platform of ${machine.machineName} has no object store of its own`);
    }
    return machine.objectStore("object-store", args, {});
}
