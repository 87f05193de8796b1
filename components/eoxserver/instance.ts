import * as pulumi from "@pulumi/pulumi";
import { secretFile, secretPath, SecretFiles } from "../guest/config-files";
import { InstallStep } from "../guest/install-step";
import type { DatabaseEndpoint } from "../guest/postgresql";
import { databaseProgram } from "../guest/postgresql-database";
import { MIGRATION_SECONDS } from "../guest/upgrade";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { instanceProgram } from "./instance-program";
import { databaseOf, databaseSecret, type InstanceSettings } from "./render";
import { storagesFile, storagesSecret, type Storages } from "./storages";

export interface EoxServerInstanceArgs {
    machine: Machine;
    settings: pulumi.Output<InstanceSettings>;
    /** The server that its database is in. */
    database: DatabaseEndpoint;
    /** Buckets with data. @default none */
    storages?: Storages;
    /** Name of Django's administrator. */
    administrator: string;
    /** The instance's database and directory go with it when it is taken out of the stack. */
    deleteDataOnRemoval: boolean;
    /** What must be there before: users, software. */
    after: pulumi.Resource[];
}

/**
 * One instance of EOxServer: its database and user, its directory with settings, tables, administrator and static files,
 * and the back end that serves it. Others are not touched when it comes or goes.
 * A database or directory of this name that is already on the volume is adopted.
 * Guide: steps 4 and 5, and step 6 up to the virtual host.
 */
export class EoxServerInstance extends pulumi.ComponentResource {
    /** Secret. The password of Django's administrator, as long as nobody has changed it in the administration page. */
    public readonly administratorPassword: pulumi.Output<string>;
    /** The back end answers: what the front waits for. */
    public readonly answering: InstallStep;

    constructor(
        name: string,
        /** Its name, as in the configuration. */
        public readonly instance: string,
        args: EoxServerInstanceArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:eoxserver:Instance", name, {}, opts);

        const { machine, settings, administrator, storages } = args;

        const databasePassword = password(`${name}-database-password`, { parent: this });
        this.administratorPassword = password(`${name}-admin-password`, { parent: this });
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    [secretPath(databaseSecret(instance))]: secretFile(databasePassword),
                    [secretPath(`eoxserver-${instance}-admin`)]: secretFile(this.administratorPassword),
                    ...(storages && { [secretPath(storagesSecret(instance))]: secretFile(storagesFile(storages)) }),
                },
            },
            { parent: this },
        );

        const database = new InstallStep(
            `${name}-database`,
            {
                machine,
                program: secrets.revision.apply((secretsRevision) =>
                    databaseProgram({
                        ...databaseOf(instance),
                        server: args.database,
                        secretName: databaseSecret(instance),
                        extensions: ["postgis"],
                        deleteData: args.deleteDataOnRemoval,
                        secretsRevision,
                    }),
                ),
                removable: true,
            },
            { parent: this, dependsOn: [secrets, args.database.running, ...args.after] },
        );
        this.answering = new InstallStep(
            `${name}-instance`,
            {
                machine,
                program: pulumi.all([settings, secrets.revision]).apply(([known, secretsRevision]) =>
                    instanceProgram({
                        ...known,
                        administrator,
                        databaseAdministrator: args.database.administrator,
                        storagesSecret: storages && storagesSecret(instance),
                        deleteData: args.deleteDataOnRemoval,
                        secretsRevision,
                    }),
                ),
                removable: true,
                timeoutSeconds: MIGRATION_SECONDS,
            },
            { parent: this, dependsOn: database },
        );

        this.registerOutputs({ administratorPassword: this.administratorPassword });
    }
}
