import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import {
    backupFiles,
    repositoryAddress,
    type BackupContents,
    type BackupSettings,
    type Repository,
} from "./backup-files";
import { SecretFiles, secretFile, secretPath } from "./config-files";
import { InstallStep } from "./install-step";
import type { PackageSet } from "./packages";
import { rootOnly } from "./site-certificate";

/** The key `backup` of a stack's configuration; its secrets are secret outputs. */
export interface BackupConfig extends Omit<BackupSettings, "repository"> {
    /** What the backups are encrypted with. @default it is generated */
    password?: pulumi.Output<string>;
    repository:
        | Extract<Repository, { mode: "directory" }>
        | (Extract<Repository, { mode: "sftp" }> & { privateKey: pulumi.Output<string> })
        | (Extract<Repository, { mode: "s3" }> & { accessKeyId: string; secretAccessKey: pulumi.Output<string> });
}

export interface BackupArgs {
    machine: Machine;
    /** Its name in the repository. @default the stack's */
    host?: string;
    product: string;
    settings: BackupConfig;
    contents: BackupContents;
    /** What must be there before: what is backed up. */
    after: pulumi.Resource[];
}

/**
 * Backups of the databases and files of a stack, by restic, on a timer: encrypted, deduplicated, read back and checked. The
 * repository outlives the stack. A backup that fails is a failed unit of the machine, and `verify` fails when the last good one
 * is too old.
 */
export class Backup extends pulumi.ComponentResource {
    /** Secret. What the backups are encrypted with. */
    public readonly password: pulumi.Output<string>;
    /** What a stack gives out of it. */
    public readonly output: { repository: string; password: pulumi.Output<string> };

    constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:Backup", name, {}, opts);

        const { machine, product, contents, host = pulumi.getStack() } = args;
        const child = { parent: this };
        const settings = readable(args.settings);
        const address = repositoryAddress(settings.repository);
        this.password = args.settings.password ?? password(`${name}-password`, child);
        this.output = { repository: address, password: this.password };
        const files = this.secretFiles(args.settings);
        const secrets = new SecretFiles(`${name}-secrets`, { machine, files }, child);
        new InstallStep(
            `${name}-repository`,
            {
                machine,
                program: secrets.revision.apply((secrets_revision) => ({
                    script: "backup/repository.sh",
                    parameters: { host, product, repository: address, secrets_revision },
                    files: backupFiles({ host, product, settings, contents }),
                    notify: ["stack-backup.timer:restart"],
                })),
                removable: true,
            },
            { ...child, dependsOn: [secrets, ...args.after] },
        );
        this.registerOutputs();
    }

    private secretFiles({ repository }: BackupConfig) {
        return {
            [secretPath("backup-password")]: secretFile(this.password),
            ...(repository.mode === "sftp" && { [secretPath("backup-ssh-key")]: rootOnly(repository.privateKey) }),
            ...(repository.mode === "s3" && {
                [secretPath("backup-s3")]: rootOnly(
                    pulumi.interpolate`[default]\naws_access_key_id = ${repository.accessKeyId}\naws_secret_access_key = ${repository.secretAccessKey}`,
                ),
            }),
        };
    }

    /** Debian's packages. @param settings none where no backups are made */
    static packages(settings?: BackupConfig): PackageSet {
        const ssh = settings?.repository.mode === "sftp" ? ["openssh-client"] : [];
        const mail = settings?.mail ? ["curl"] : [];
        return { packages: settings === undefined ? [] : ["restic", ...ssh, ...mail] };
    }
}

/** What of the configuration is no secret. A secret among the settings would make all of them secret. */
function readable({ repository: given, schedule, keep, mail }: BackupConfig): BackupSettings {
    return { repository: readableRepository(given), schedule, keep, mail };
}

function readableRepository(given: BackupConfig["repository"]): Repository {
    switch (given.mode) {
        case "directory":
            return given;
        case "sftp": {
            const { mode, host, port, user, hostKey, path } = given;
            return { mode, host, port, user, hostKey, path };
        }
        case "s3": {
            const { mode, url, region, bucket } = given;
            return { mode, url, region, bucket };
        }
    }
}
