import type * as pulumi from "@pulumi/pulumi";
import type { BackupContents } from "../components/guest/backup-files";
import { UWSGI_PORT } from "../components/dcor/configuration-program";
import { Dcor } from "../components/dcor/dcor";
import { CkanDatabase, type CkanDatabaseEndpoint } from "../components/dcor/database";
import { REBUILD_MARK, SCRATCH, STORAGE } from "../components/dcor/settings";
import { BALANCER_PORT } from "../components/guest/balancer-files";
import { DataVolume } from "../components/guest/data-volume";
import { HAPROXY_PACKAGES } from "../components/guest/haproxy";
import type { InstallStep } from "../components/guest/install-step";
import { Minio } from "../components/guest/minio";
import { MINIO_PORTS } from "../components/guest/minio-files";
import type { Packages, PackageSet } from "../components/guest/packages";
import { PostgreSql } from "../components/guest/postgresql";
import { PostgreSqlElsewhere } from "../components/guest/postgresql-elsewhere";
import { POSTGRESQL_PORT } from "../components/guest/postgresql-server";
import { Redis, REDIS_PORT } from "../components/guest/redis";
import { Solr } from "../components/guest/solr";
import { indexDirectory, SOLR_PORT } from "../components/guest/solr-files";
import type { Machine } from "../components/machine/machine";
import { dumpedHere } from "./backups";
import type { ClusterMember } from "./cluster-members";
import type { DcorConfig } from "./config";
import { hasOwnMinio } from "./config/dcor-object-store";
import { hasFurtherServer, hasOwnServer } from "./config/postgresql-elsewhere";
import { hasOwnSolr, isOwnRedis } from "./config/services";
import type { StackDatabase } from "./database-machine";
import { createSearch, type StackSearch } from "./dcor-search";
import type { FurtherMachine } from "./further-machine";
import { redisUserPackages, redisUserPorts } from "./redis";
import { searchUserPackages, searchUserPorts, searchUserUnits, type SearchUser } from "./search-cluster";
import { webPorts } from "./web-front";

/** The services that CKAN works with besides Redis and its object store, each on this machine or elsewhere. */
export interface DcorServices {
    database: CkanDatabaseEndpoint;
    /** What the server of the database is verified by, where it is beside the machine. @default those that Debian trusts */
    databaseAuthority?: pulumi.Input<string>;
    search: StackSearch;
    /** Units of this machine that CKAN waits for at each boot. */
    units: string[];
}

/** What of DCOR is backed up: what is on this machine. The search index and the queue of jobs are made anew from it. */
export function dcorBackup(config: DcorConfig): BackupContents {
    const { postgresql, objectStore, solr, applications } = config;
    const minio = hasOwnMinio({ objectStore });
    const ownSolr = hasOwnSolr({ solr });
    const ckan = applications ? { directories: [], units: [] } : applicationBackup(config);
    return {
        ...ckan,
        directories: [...ckan.directories, ...(minio ? Minio.backup.directories : [])],
        excludes: minio ? Minio.backup.excludes : [],
        databases: dumpedHere({ postgresql }),
        units: [...ckan.units, ...(minio ? Minio.backup.units : []), ...(ownSolr ? ["solr.service"] : [])],
        // An index that is damaged, too, is built anew from nothing.
        forget: ownSolr ? [indexDirectory("ckan")] : [],
    };
}

/** What of CKAN is backed up on a machine that it is on. @param isFurther whether another one brings the search index up to date */
export const applicationBackup = ({ solr }: DcorConfig, isFurther = false): BackupContents => ({
    directories: [STORAGE],
    units: ["supervisor.service", "dcor-jobs@*"],
    // What it has besides would be found, and not be there.
    rebuild: solr.url === undefined && !isFurther ? [REBUILD_MARK] : [],
});

/** The scratch space of a machine, which goes with the stack. */
export const scratchVolume = (name: string, { scratch }: DcorConfig, machine: Machine): DataVolume =>
    new DataVolume(name, { machine, ...scratch, onDestroy: "delete", mountPoint: SCRATCH, scratch: true });

interface Place {
    machine: Machine;
    packages: Packages;
    data: DataVolume;
    /** The database, where that is the stack's and beside the machine. */
    databaseBeside?: StackDatabase;
    /** The machine that Solr has for itself, or its machines where it has several. */
    searchBeside?: FurtherMachine;
    searchMembers?: readonly ClusterMember[];
    /** The machines that CKAN is on. */
    users: readonly SearchUser[];
    /** The steps that install CKAN and the extensions, here or on other machines: Solr's schema comes from there. */
    software: readonly InstallStep[];
}

/** Ports of this machine that the stack needs for itself. */
export function ownPorts(config: DcorConfig): number[] {
    const { dcor, objectStore, redis, solr, applications } = config;
    return [
        ...webPorts(config, dcor),
        applications ? BALANCER_PORT : Number(UWSGI_PORT),
        ...(objectStore.mode === "minio" ? [objectStore.port] : []),
        ...(hasOwnMinio(config) ? MINIO_PORTS : []),
        ...(hasOwnServer(config) ? [POSTGRESQL_PORT] : []),
        ...(isOwnRedis({ redis }) ? [REDIS_PORT] : []),
        ...(applications ? [] : [...redisUserPorts(redis), ...searchUserPorts(solr)]),
        ...(hasOwnSolr({ solr }) ? [SOLR_PORT] : []),
    ];
}

/** What CKAN is built with: Debian's packages that come before all others. */
export const buildPackages = (config: DcorConfig): PackageSet[] => [
    Dcor.buildPackages,
    ...(hasOwnServer(config) ? [PostgreSql.beforeBuilds] : []),
];

/** Debian's packages for what of DCOR and its services is on this machine. */
export function servicePackages(config: DcorConfig): PackageSet[] {
    const { redis, solr, machine, applications } = config;
    const cache = isOwnRedis({ redis }) ? Redis.packages : redisUserPackages(redis);
    const product = [cache, searchUserPackages(solr), Dcor.packages];
    return [
        ...(applications ? [HAPROXY_PACKAGES] : product),
        ...(hasOwnServer(config) ? [PostgreSql.packages(machine.image)] : []),
        ...(hasFurtherServer(config) ? [PostgreSqlElsewhere.packages] : []),
        ...(hasOwnSolr({ solr }) ? [Solr.packages] : []),
        ...(hasOwnMinio(config) ? [Minio.packages] : []),
    ];
}

export function dcorServices(config: DcorConfig, place: Place): DcorServices {
    const { endpoint: database, units } = ckanDatabase(config, place);
    const search = createSearch(config, place, place.software);
    return {
        ...{ database, search, databaseAuthority: place.databaseBeside?.server.authority },
        units: [...(hasOwnSolr(config) ? ["solr.service"] : searchUserUnits(config.solr)), ...units],
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
