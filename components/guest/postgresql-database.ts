import type { DatabaseEndpoint } from "./postgresql";
import type { StepProgram } from "./program";

export interface DatabaseSettings {
    database: string;
    /** The database's owner, who may do nothing else on the server. */
    role: string;
    /** The server that it is in. */
    server: Pick<DatabaseEndpoint, "administrator" | "owner">;
    /** Name of the secret file with the owner's password. */
    secretName: string;
    /** Extensions that the database has. @default none */
    extensions?: readonly string[];
    /** The database goes when the step is removed; else only the access to it does. */
    deleteData: boolean;
    /** Of the secret files. */
    secretsRevision?: string;
}

/** The step that makes a database and its user, who comes in with a password: on this machine's server, by the local socket alone. Removable. */
export function databaseProgram(settings: DatabaseSettings): StepProgram {
    const { administrator, owner } = settings.server;
    return {
        script: "postgresql/database.sh",
        parameters: {
            database: settings.database,
            role: settings.role,
            administrator: administrator.user,
            connection: administrator.environment,
            owner: owner ?? "",
            secret_name: settings.secretName,
            extensions: settings.extensions ?? [],
            delete_data: settings.deleteData ? "yes" : "no",
            secrets_revision: settings.secretsRevision ?? "",
        },
    };
}
