import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { backupFiles, type BackupContents, type BackupSettings } from "./backup-files";
import { SecretFiles, secretFile, secretPath } from "./config-files";
import { InstallStep } from "./install-step";
import type { PackageSet } from "./packages";
import { rootOnly } from "./site-certificate";

/** What only the machine may know: secret. */
export interface BackupSecrets {
    /** What the backups are encrypted with. @default it is generated */
    password?: pulumi.Output<string>;
    sftp?: { privateKey: pulumi.Output<string> };
    s3?: { secretAccessKey: pulumi.Output<string> };
}

export interface BackupArgs {
    machine: Machine;
    product: string;
    settings: BackupSettings & BackupSecrets;
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

        const { machine, product, settings, contents } = args;
        const child = { parent: this };
        this.password = settings.password ?? password(`${name}-password`, child);
        const secrets = new SecretFiles(`${name}-secrets`, { machine, files: this.secretFiles(settings) }, child);
        const { password: _, sftp, s3, ...rest } = settings;
        const readable = {
            ...rest,
            sftp: sftp && { hostKey: sftp.hostKey, port: sftp.port },
            s3: s3 && { region: s3.region },
        };
        const stack = pulumi.getStack();
        new InstallStep(
            `${name}-repository`,
            {
                machine,
                program: secrets.revision.apply((secrets_revision) => ({
                    script: "backup/repository.sh",
                    parameters: { stack, product, repository: settings.repository, secrets_revision },
                    files: backupFiles({ stack, product, settings: readable, contents }),
                    notify: ["stack-backup.timer:restart"],
                })),
                removable: true,
            },
            { ...child, dependsOn: [secrets, ...args.after] },
        );
        this.output = { repository: settings.repository, password: this.password };
        this.registerOutputs();
    }

    private secretFiles({ sftp, s3 }: BackupArgs["settings"]) {
        return {
            [secretPath("backup-password")]: secretFile(this.password),
            ...(sftp && { [secretPath("backup-ssh-key")]: rootOnly(sftp.privateKey) }),
            ...(s3 && {
                [secretPath("backup-s3")]: rootOnly(
                    pulumi.interpolate`[default]\naws_access_key_id = ${s3.accessKeyId}\naws_secret_access_key = ${s3.secretAccessKey}`,
                ),
            }),
        };
    }

    /** Debian's packages. @param settings none where no backups are made */
    static packages(settings?: BackupSettings): PackageSet {
        const { sftp, mail } = settings ?? {};
        const more = [...(sftp ? ["openssh-client"] : []), ...(mail ? ["curl"] : [])];
        return { packages: settings === undefined ? [] : ["restic", ...more] };
    }
}
