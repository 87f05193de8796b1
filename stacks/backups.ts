import * as pulumi from "@pulumi/pulumi";
import { Backup, type BackupConfig } from "../components/guest/backup";
import type { BackupContents } from "../components/guest/backup-files";
import type { Machine } from "../components/machine/machine";

/** A machine whose data are backed up. */
export interface BackedUp {
    machine: Machine;
    contents: BackupContents;
    /** What must be there before: what is backed up. */
    after: pulumi.Resource[];
}

/** One beside the stack's first. */
export interface FurtherBackedUp extends BackedUp {
    /** What it is called after the stack. */
    role: string;
}

/**
 * The backups that the configuration asks for, of each machine its own; none where it has no key `backup`.
 * @param further those beside the first, whose backups have its password and its repository
 * @returns that of the first machine
 */
export function createBackups(
    { product, backup: settings }: { product: string; backup?: BackupConfig },
    first: BackedUp,
    further: readonly FurtherBackedUp[] = [],
): Backup | undefined {
    if (settings === undefined) {
        return undefined;
    }
    const stack = pulumi.getStack();
    const hostOf = (role: string) => `${stack}-${role}`;
    const owner = further.find(({ contents }) => contents.databases !== undefined);
    const databases = owner === undefined ? stack : hostOf(owner.role);
    const after = (host: string) => (host === databases ? undefined : databases);
    const backup = new Backup("backup", {
        ...{ ...first, product, settings },
        contents: { ...first.contents, databasesOf: after(stack) },
    });
    const { password } = backup;
    for (const { role, contents, ...place } of further) {
        const host = hostOf(role);
        new Backup(
            `${role}-backup`,
            {
                ...{ ...place, product, host, settings: { ...settings, password } },
                contents: { ...contents, databasesOf: after(host) },
            },
            // A repository is made once.
            { dependsOn: backup },
        );
    }
    return backup;
}
