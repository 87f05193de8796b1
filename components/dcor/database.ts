import * as pulumi from "@pulumi/pulumi";
import { secretFile, secretPath, SecretFiles } from "../guest/config-files";
import { InstallStep } from "../guest/install-step";
import type { DatabaseEndpoint } from "../guest/postgresql";
import { databaseProgram } from "../guest/postgresql-database";
import type { DatabaseAdministrator } from "../guest/postgresql-server";
import type { Machine } from "../machine/machine";
import { password } from "../password";

/** A database that a machine has made on a server, which may be another one's. */
export interface MadeDatabase {
    name: string;
    administrator: DatabaseAdministrator;
    /** The machine, where that administrator comes in. */
    from: Machine;
}

export interface CkanDatabaseEndpoint {
    /** Secret. What SQLAlchemy connects by. */
    url: pulumi.Output<string>;
    /** How it was made, by which the way back of an upgrade copies it. @default it is not the stack's */
    made?: MadeDatabase;
    /** It is there: what everything that connects waits for; none for a database that is not the stack's. */
    ready: pulumi.Resource[];
}

/** The guide's names of CKAN's database and its user. */
export const DATABASE_USER = "ckan_default";
const DATABASE = "ckan_default";
export const DATABASE_SECRET = "dcor-database";

/**
 * CKAN's database on a server of the stack, and its user with a generated password. The data stay when the step goes.
 * Guide: CKAN's "Setup a PostgreSQL database".
 */
export class CkanDatabase extends pulumi.ComponentResource {
    public readonly endpoint: CkanDatabaseEndpoint;

    constructor(
        name: string,
        { machine, server }: { machine: Machine; server: DatabaseEndpoint },
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:dcor:Database", name, {}, opts);

        const secret = password(`${name}-password`, { parent: this });
        const secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: { [secretPath(DATABASE_SECRET)]: secretFile(secret) } },
            { parent: this },
        );
        const made = new InstallStep(
            `${name}-database`,
            {
                machine,
                program: secrets.revision.apply((secretsRevision) =>
                    databaseProgram({
                        database: DATABASE,
                        role: DATABASE_USER,
                        server,
                        secretName: DATABASE_SECRET,
                        deleteData: false,
                        secretsRevision,
                    }),
                ),
                removable: true,
            },
            { parent: this, dependsOn: [secrets, server.running] },
        );
        this.endpoint = {
            url: pulumi
                .all([secret, server.host, server.port, server.settings])
                .apply(([password, host, port, settings]) => {
                    const query = Object.entries({ host, port, ...settings }).map(([key, value]) => `${key}=${value}`);
                    return `postgresql://${DATABASE_USER}:${password}@/${DATABASE}?${query.join("&")}`;
                }),
            made: { name: DATABASE, administrator: server.administrator, from: machine },
            ready: [made],
        };
        this.registerOutputs();
    }
}
