import * as pulumi from "@pulumi/pulumi";
import { Backup, type BackupConfig } from "../components/guest/backup";
import type { BackupContents } from "../components/guest/backup-files";
import {
    ADMINISTRATOR_ELSEWHERE,
    LOCAL_ADMINISTRATOR,
    type DatabaseAdministrator,
} from "../components/guest/postgresql-server";
import type { Machine } from "../components/machine/machine";
import { hasOwnServer, type ServerPlace } from "./config/postgresql-elsewhere";

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
 * How the databases are reached that the first machine dumps. A machine that PostgreSQL has for itself dumps its own; of several, any
 * may be the one that writes, and the first machine comes to it.
 */
export function dumpedHere({ postgresql }: ServerPlace): DatabaseAdministrator | undefined {
    if (postgresql.machines !== undefined) {
        return ADMINISTRATOR_ELSEWHERE;
    }
    return hasOwnServer({ postgresql }) ? LOCAL_ADMINISTRATOR : undefined;
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
