import type { PublicAddress } from "../guest/public-address";

/** What DCOR's files need to know; none of it is secret. */
export interface DcorSettings {
    address: PublicAddress;
    /** Title of the site. @default "DCOR" */
    title?: string;
    /** Address of the Solr core. */
    solrUrl: string;
    /** Who it is asked by. @default it asks for no password */
    solrUser?: string;
    /** Address of the object store, which users are sent to. */
    objectStoreUrl: string;
    /** Name of the buckets, with `{organization_id}` for the circle's identifier; without it, the one bucket of all circles. */
    bucketName: string;
    /** Region of the object store, which its requests are signed for. @default "us-east-1" */
    objectStoreRegion?: string;
    /** Visitors may list what public datasets there are. @default true */
    listingForVisitors?: boolean;
    /** Datasets may be public. @default true */
    publicDatasets?: boolean;
    /** Whether people may make accounts for themselves, by the web pages and by the API. @default false */
    registration?: boolean;
    /** Where mail goes out. @default none is sent */
    mail?: { server: string; from: string; startTls: boolean; user?: string };
    /** Processes of uWSGI. @default 4, as in the guide */
    workers?: number;
    /** The time after which a request is given up, in seconds. @default 36000, as in the guide */
    harakiriSeconds?: number;
    /** The largest request, in MiB. @default 5, as in the guide */
    maxBodyMiB?: number;
}

/** Where uWSGI listens. */
export const UWSGI = "127.0.0.1:8080";

/** The page by which CKAN says that it answers. */
export const STATUS = "/api/3/action/status_show";

/** What users upload besides datasets; datasets are in the object store. */
export const STORAGE = "/data/ckan";

/** The guide's scratch space, and the directory in it for everything temporary. */
export const SCRATCH = "/cache";
export const TEMPORARY = `${SCRATCH}/tmp`;

/** The licences that datasets can have: those of the extension, which for developers is loaded from elsewhere. */
export const LICENSES = "/etc/ckan/default/licenses.json";

/** What says that the search index is not of what the database has: after a restore. */
export const REBUILD_MARK = "/var/lib/science-stacks/rebuild-search-index";

/**
 * The authority of the site's certificate, which the machine must trust for its own requests, and that of a Solr on another machine.
 * `update-ca-certificates` makes /etc/ssl/certs/science-stacks-authority.pem of the first: no name that a certificate of ours has there.
 */
const AUTHORITIES = "/usr/local/share/ca-certificates";
export const TRUSTED = `${AUTHORITIES}/science-stacks-authority.crt`;
export const TRUSTED_SEARCH = `${AUTHORITIES}/science-stacks-search-authority.crt`;
