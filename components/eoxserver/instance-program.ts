import type { DatabaseAdministrator } from "../guest/postgresql-server";
import type { StepProgram } from "../guest/program";
import { BACKEND_PORT, backendAddress } from "./backend-address";
import { databaseOf, instanceFiles, serviceUrl, type InstanceSettings } from "./render";
import { toolsRevision } from "./software";

/** What the step of an instance needs beside the settings that its files are rendered from. */
export interface InstanceProgramSettings extends InstanceSettings {
    /** Name of Django's administrator. */
    administrator: string;
    /** Who copies its database before another version is changed to. */
    databaseAdministrator: DatabaseAdministrator;
    /** Name of the secret file with the keys of the storages. @default "", no storages */
    storagesSecret?: string;
    /** Name of the secret file with the key of Django's that all machines of the instance have. @default it has one machine, which makes a key */
    keySecret?: string;
    /** The instance's directory goes with it when it is taken out of the stack. */
    deleteData: boolean;
    /** Changes when a secret of the instance does. */
    secretsRevision?: string;
}

/** What makes an instance's directory, tables, administrator and back end, in a database that is there. */
export function instanceProgram(settings: InstanceProgramSettings): StepProgram {
    const { name, address, storagesSecret = "", keySecret = "" } = settings;
    return {
        script: "eoxserver/instance.sh",
        parameters: {
            instance: name,
            server_name: address.serverName,
            software: settings.software,
            tools: toolsRevision(),
            admin: settings.administrator,
            storages: storagesSecret,
            key: keySecret,
            options: [`services.owscommon.http_service_url=${serviceUrl(address, name)}`],
            address: backendAddress(name),
            port: BACKEND_PORT,
            database: databaseOf(name).database,
            database_administrator: settings.databaseAdministrator.user,
            database_connection: settings.databaseAdministrator.environment,
            delete_data: settings.deleteData ? "yes" : "no",
            ...(settings.secretsRevision && { secrets_revision: settings.secretsRevision }),
        },
        files: instanceFiles(settings),
        notify: [`eoxserver@${name}.service:restart`],
    };
}
