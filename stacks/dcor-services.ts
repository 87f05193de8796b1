import type { BackupContents } from "../components/guest/backup-files";
import { Dcor } from "../components/dcor/dcor";
import { CkanDatabase, type CkanDatabaseEndpoint } from "../components/dcor/database";
import { REBUILD_MARK, UWSGI } from "../components/dcor/settings";
import { softwareDirectory, softwareProgram } from "../components/dcor/software";
import type { DataVolume } from "../components/guest/data-volume";
import { HAPROXY_UNIT } from "../components/guest/haproxy";
import { InstallStep } from "../components/guest/install-step";
import { Minio } from "../components/guest/minio";
import { MINIO_PORTS } from "../components/guest/minio-files";
import type { Packages, PackageSet } from "../components/guest/packages";
import { PostgreSql } from "../components/guest/postgresql";
import { PostgreSqlElsewhere } from "../components/guest/postgresql-elsewhere";
import { LOCAL_ADMINISTRATOR, POSTGRESQL_PORT } from "../components/guest/postgresql-server";
import { Redis, REDIS_PORT, type RedisEndpoint } from "../components/guest/redis";
import { Solr } from "../components/guest/solr";
import { indexDirectory, SOLR_PORT } from "../components/guest/solr-files";
import { MIGRATION_SECONDS } from "../components/guest/upgrade";
import type { Machine } from "../components/machine/machine";
import { REDIS_BALANCER_PORT } from "../components/redis-cluster/member";
import type { DcorConfig } from "./config";
import { hasOwnMinio } from "./config/dcor-object-store";
import { hasOwnServer } from "./config/postgresql-elsewhere";
import { hasOwnSolr, isOwnRedis } from "./config/services";
import type { StackDatabase } from "./database-machine";
import { createSearch, type StackSearch } from "./dcor-search";
import type { FurtherMachine } from "./further-machine";
import { createRedis, redisUserPackages, type RedisServer } from "./redis";
import { webPorts } from "./web-front";

/** The services that CKAN works with besides its object store, each on this machine or elsewhere. */
export interface DcorServices {
    /** The step that installs CKAN and the extensions: Solr's schema comes from there. */
    software: InstallStep;
    /** Directory of the software. */
    environment: string;
    database: CkanDatabaseEndpoint;
    redis: RedisEndpoint;
    search: StackSearch;
    /** Units of this machine that CKAN waits for at each boot. */
    waitsFor: string[];
}

/** What of DCOR is backed up: what is on this machine. The search index and the queue of jobs are made anew from it. */
export function dcorBackup({ postgresql, objectStore, solr }: DcorConfig): BackupContents {
    const minio = hasOwnMinio({ objectStore });
    const ownSolr = hasOwnSolr({ solr });
    return {
        directories: ["/data/ckan", ...(minio ? Minio.backup.directories : [])],
        excludes: minio ? Minio.backup.excludes : [],
        databases: hasOwnServer({ postgresql }) ? LOCAL_ADMINISTRATOR : undefined,
        units: [
            ...["supervisor.service", "dcor-jobs@*"],
            ...(minio ? Minio.backup.units : []),
            ...(ownSolr ? ["solr.service"] : []),
        ],
        // An index that is damaged, too, is built anew from nothing.
        forget: ownSolr ? [indexDirectory("ckan")] : [],
        // What it has besides would be found, and not be there.
        rebuild: solr.url === undefined ? [REBUILD_MARK] : [],
    };
}

interface Place {
    machine: Machine;
    /** What CKAN is built with. */
    tools: Packages;
    packages: Packages;
    data: DataVolume;
    /** The database, where that is the stack's and beside the machine. */
    databaseBeside?: StackDatabase;
    /** The machine that Solr has for itself. */
    searchBeside?: FurtherMachine;
    /** What keeps the queue of jobs, where that is the stack's and beside the machine. */
    redis?: RedisServer;
}

/** Ports of this machine that the stack needs for itself. */
export function ownPorts(config: DcorConfig): number[] {
    const { dcor, objectStore, redis, solr } = config;
    return [
        ...webPorts(config, dcor),
        Number(UWSGI.split(":").at(-1)),
        ...(objectStore.mode === "minio" ? [objectStore.port] : []),
        ...(hasOwnMinio(config) ? MINIO_PORTS : []),
        ...(hasOwnServer(config) ? [POSTGRESQL_PORT] : []),
        ...(isOwnRedis({ redis }) ? [REDIS_PORT] : []),
        ...(redis.machines ? [REDIS_BALANCER_PORT] : []),
        ...(hasOwnSolr({ solr }) ? [SOLR_PORT] : []),
    ];
}

/** What CKAN is built with: Debian's packages that come before all others. */
export const buildPackages = (config: DcorConfig): PackageSet[] => [
    Dcor.buildPackages,
    ...(hasOwnServer(config) ? [PostgreSql.beforeBuilds] : []),
];

/** Debian's packages for those services that are on this machine. */
export function servicePackages(config: DcorConfig): PackageSet[] {
    const { postgresql, redis, solr, machine } = config;
    return [
        ...(hasOwnServer(config) ? [PostgreSql.packages(machine.image)] : []),
        ...(postgresql.machine || postgresql.rds ? [PostgreSqlElsewhere.packages] : []),
        isOwnRedis({ redis }) ? Redis.packages : redisUserPackages(redis),
        ...(hasOwnSolr({ solr }) ? [Solr.packages] : []),
        ...(hasOwnMinio(config) ? [Minio.packages] : []),
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
    const redis = createRedis(config.redis, place);
    const search = createSearch(config, place, software);
    return {
        ...{ software, environment },
        database: database.endpoint,
        redis,
        search,
        waitsFor: [
            ...(hasOwnSolr(config) ? ["solr.service"] : []),
            ...(isOwnRedis(config) ? ["redis-server.service"] : []),
            ...(config.redis.machines ? [HAPROXY_UNIT] : []),
            ...database.units,
        ],
    };
}

function ckanDatabase(config: DcorConfig, { machine, packages, data, databaseBeside }: Place) {
    const { url, sharedBuffersMiB } = config.postgresql;
    if (url !== undefined) {
        return { endpoint: { url, ready: [] }, units: [] };
    }
    if (databaseBeside !== undefined) {
        const other = { ...databaseBeside.server, extensions: [] };
        const { endpoint: server } = new PostgreSqlElsewhere("postgresql", { machine, packages, ...other });
        return { endpoint: new CkanDatabase("database", { machine, server }).endpoint, units: [] };
    }
    const { image } = config.machine;
    const server = new PostgreSql("postgresql", { machine, image, packages, data, sharedBuffersMiB });
    const { endpoint } = new CkanDatabase("database", { machine, server: server.endpoint });
    return { endpoint, units: [server.unit] };
}
