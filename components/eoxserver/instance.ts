import * as pulumi from "@pulumi/pulumi";
import { secretFile, secretPath, SecretFiles } from "../guest/config-files";
import { InstallStep } from "../guest/install-step";
import type { DatabaseEndpoint } from "../guest/postgresql";
import { databaseProgram } from "../guest/postgresql-database";
import type { GuestFile } from "../guest/program";
import { MIGRATION_SECONDS } from "../guest/upgrade";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { instanceProgram } from "./instance-program";
import { databaseOf, databaseSecret, type InstanceSettings } from "./render";
import { storagesFile, storagesSecret, type Storages } from "./storages";

export interface EoxServerInstanceArgs {
    /** From where its database is made. */
    machine: Machine;
    /** It is on other machines, which have one key of Django's. */
    isElsewhere: boolean;
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

/** A machine that an instance is on. */
export interface InstancePlace {
    /** Begins the names of what is made there. */
    name: string;
    machine: Machine;
    settings: pulumi.Output<InstanceSettings>;
    /** What must be there before. */
    after: readonly pulumi.Resource[];
}

/** Names of the secret files of an instance. */
const administratorSecret = (instance: string) => `eoxserver-${instance}-admin`;
const keySecret = (instance: string) => `eoxserver-${instance}-secret-key`;

/**
 * One instance of EOxServer: its database and user, and on each of its machines its directory with settings, tables, administrator
 * and static files, and the back end that serves it. Others are not touched when it comes or goes.
 * A database or directory of this name that is already on the volume is adopted.
 * Guide: steps 4 and 5, and step 6 up to the virtual host.
 */
export class EoxServerInstance extends pulumi.ComponentResource {
    /** Secret. The password of Django's administrator, as long as nobody has changed it in the administration page. */
    public readonly administratorPassword: pulumi.Output<string>;
    private readonly secretKey: pulumi.Output<string> | undefined;
    private readonly databasePassword: pulumi.Output<string>;
    private readonly secrets: SecretFiles;
    private readonly database: InstallStep;

    constructor(
        name: string,
        /** Its name, as in the configuration. */
        public readonly instance: string,
        private readonly args: EoxServerInstanceArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:eoxserver:Instance", name, {}, opts);

        const { machine, isElsewhere } = args;
        this.databasePassword = password(`${name}-database-password`, { parent: this });
        this.administratorPassword = password(`${name}-admin-password`, { parent: this });
        this.secretKey = isElsewhere ? password(`${name}-secret-key`, { parent: this }) : undefined;
        this.secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: isElsewhere ? this.databaseSecretFile() : this.secretFiles() },
            { parent: this },
        );
        this.database = new InstallStep(
            `${name}-database`,
            {
                machine,
                program: this.secrets.revision.apply((secretsRevision) =>
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
            { parent: this, dependsOn: [this.secrets, args.database.running, ...args.after] },
        );
        this.registerOutputs({ administratorPassword: this.administratorPassword });
    }

    /** Makes it on a machine, and starts its back end. @returns the step after which that answers */
    start({ name, machine, settings, after }: InstancePlace): InstallStep {
        const { instance, database, args } = this;
        const { administrator, storages, deleteDataOnRemoval, isElsewhere } = args;
        const secrets = isElsewhere
            ? new SecretFiles(`${name}-secrets`, { machine, files: this.secretFiles() }, { parent: this })
            : this.secrets;
        return new InstallStep(
            `${name}-instance`,
            {
                machine,
                program: pulumi.all([settings, secrets.revision]).apply(([known, secretsRevision]) =>
                    instanceProgram({
                        ...known,
                        administrator,
                        databaseAdministrator: args.database.administrator,
                        storagesSecret: storages && storagesSecret(instance),
                        keySecret: isElsewhere ? keySecret(instance) : undefined,
                        deleteData: deleteDataOnRemoval,
                        secretsRevision,
                    }),
                ),
                removable: true,
                timeoutSeconds: MIGRATION_SECONDS,
            },
            { parent: this, dependsOn: [database, secrets, ...after] },
        );
    }

    private databaseSecretFile(): Record<string, pulumi.Output<GuestFile>> {
        return { [secretPath(databaseSecret(this.instance))]: secretFile(this.databasePassword) };
    }

    /** What a machine that it is on is given. */
    private secretFiles(): Record<string, pulumi.Output<GuestFile>> {
        const { instance, administratorPassword, secretKey } = this;
        const { storages } = this.args;
        return {
            ...this.databaseSecretFile(),
            [secretPath(administratorSecret(instance))]: secretFile(administratorPassword),
            ...(storages && { [secretPath(storagesSecret(instance))]: secretFile(storagesFile(storages)) }),
            ...(secretKey && { [secretPath(keySecret(instance))]: secretFile(secretKey) }),
        };
    }
}
