import type { StepProgram } from "./program";
import { guestScript } from "./shell";

export interface DatabaseSettings {
    database: string;
    /** The database's owner, who may do nothing else on the server. */
    role: string;
    port: number;
    /** Name of the secret file with the owner's password. */
    secretName: string;
    /** Extensions that the database has. @default none */
    extensions?: readonly string[];
    /** The database goes when the step is removed; else only the access to it does. */
    deleteData: boolean;
    /** Of the secret files. */
    secretsRevision?: string;
}

/** The step that makes a database and its user, who comes in with a password by the local socket alone. Removable. */
export function databaseProgram(settings: DatabaseSettings): StepProgram {
    return {
        script: "postgresql/database.sh",
        parameters: {
            database: settings.database,
            role: settings.role,
            port: settings.port,
            secret_name: settings.secretName,
            extensions: settings.extensions ?? [],
            delete_data: settings.deleteData ? "yes" : "no",
            secrets_revision: settings.secretsRevision ?? "",
        },
        files: {
            "/usr/local/lib/science-stacks/postgresql/database.py": { content: guestScript("postgresql/database.py") },
        },
    };
}
