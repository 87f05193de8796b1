import { isIP } from "node:net";
import type { StepProgram } from "../guest/program";
import type { PublicAddress } from "../guest/public-address";
import { SUPERVISOR_UNIT } from "../guest/supervisor";
import type { MadeDatabase } from "./database";
import { configurationFiles } from "./render";
import { LICENSES, REBUILD_MARK, TRUSTED, TRUSTED_SEARCH, UWSGI, type DcorSettings } from "./settings";

/** Where uWSGI listens, for the shell. */
export const [UWSGI_ADDRESS = "", UWSGI_PORT = ""] = UWSGI.split(":");

/** What follows from a change of what CKAN reads. */
export const RESTART = [`${SUPERVISOR_UNIT}:restart`];

export interface Configuration {
    settings: DcorSettings;
    /** Directory of the software. */
    environment: string;
    /** Who is made on this machine. @default another one has the database brought up to date */
    administrator?: { name: string; email: string };
    /** The address of the machine that the site is on. */
    site: string;
    /** Whether CKAN is on several machines. */
    several: boolean;
    /** The database, as it is copied for the way back of an upgrade. @default it is not, or not from this machine */
    database?: Omit<MadeDatabase, "from">;
    /** Which machine the stack's own Solr is on. @default it has none */
    searchMachine?: string;
    /** The authorities of the site's certificate, and of Solr's, as PEM. @default those that the machine trusts */
    authority?: string;
    searchAuthority?: string;
    secretsRevision: string;
}

/** The program of the step that gives CKAN on a machine its whole configuration. */
export function configurationProgram(configuration: Configuration): StepProgram {
    const { settings, environment, administrator, site, several, database, searchMachine = "" } = configuration;
    const { authority, searchAuthority, secretsRevision } = configuration;
    return {
        script: "dcor/configure.sh",
        parameters: {
            environment,
            administrator: administrator?.name ?? "",
            email: administrator?.email ?? "",
            hosts: hostsLine(settings.address, site),
            ...{ search: searchMachine, rebuild_mark: REBUILD_MARK },
            several: several ? "yes" : "no",
            authorities: [TRUSTED, TRUSTED_SEARCH],
            ...{ address: UWSGI_ADDRESS, port: UWSGI_PORT, server_name: settings.address.serverName },
            database: database?.name ?? "",
            database_administrator: database?.administrator.user ?? "",
            database_connection: database?.administrator.environment ?? [],
            licenses: LICENSES,
            secrets_revision: secretsRevision,
        },
        files: {
            ...configurationFiles(settings),
            ...(authority && { [TRUSTED]: { content: authority } }),
            ...(searchAuthority && { [TRUSTED_SEARCH]: { content: searchAuthority } }),
        },
        notify: RESTART,
    };
}

/** A line that leads the site's own name to where it is; none for an address. */
function hostsLine({ serverName }: PublicAddress, site: string): string {
    return isIP(serverName) === 0 ? `${site} ${serverName} # DCOR, kept by science-stacks` : "";
}
