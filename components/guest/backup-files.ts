import { hardening, STARTED_BY_ROOT } from "./hardening";
import { LOCAL_ADMINISTRATOR, type DatabaseAdministrator } from "./postgresql-server";
import type { GuestFile } from "./program";
import { assignments, guestScript } from "./shell";
import { renderTemplate } from "./template";

/** Where the backups go: what of it is no secret. */
export type Repository =
    | { mode: "directory"; path: string }
    | { mode: "sftp"; host: string; port: number; user: string; hostKey: string; path: string }
    | { mode: "s3"; url: string; region: string; bucket: string };

/** The key `backup` of a stack's configuration, without its secrets. */
export interface BackupSettings {
    repository: Repository;
    /** When a backup is made, as systemd has it. */
    schedule: string;
    /** Of how many days, weeks and months one backup is kept. */
    keep: { daily: number; weekly: number; monthly: number };
    /** Who is told of a backup that failed. @default nobody */
    mail?: { server: string; from: string; to: string };
}

/** What of a machine is backed up, and what a restore has to do there. */
export interface BackupContents {
    /** Directories of the data volume. */
    directories: readonly string[];
    /** Patterns of what in them is not kept. @default none */
    excludes?: readonly string[];
    /** How the PostgreSQL is reached all of whose databases are backed up: the machine's own, or one that has no backups of its own. @default there is none */
    databases?: DatabaseAdministrator;
    /** Units that are stopped while data are changed; the steps of the stack start them. */
    units: readonly string[];
    /** What steps have noted as done, or made of the data: with other data it is done anew. @default nothing */
    forget?: readonly string[];
    /** Files that say that something has to be built anew from the data. @default none */
    rebuild?: readonly string[];
    /** The machine, by its name in the repository, whose databases name what is in the directories: it goes first. @default this one */
    databasesOf?: string;
}

export interface BackupFilesArgs {
    /** Name of the machine in the repository. */
    host: string;
    product: string;
    settings: BackupSettings;
    contents: BackupContents;
}

const ETC = "/etc/science-stacks/backup";
const LIBRARY = "/usr/local/lib/science-stacks/backup";

/** The repository's address, as restic has it. */
export function repositoryAddress(repository: Repository): string {
    switch (repository.mode) {
        case "directory":
            return repository.path;
        case "sftp":
            return `sftp:${repository.user}@${repository.host}:${repository.path}`;
        case "s3":
            return `s3:${repository.url.replace(/\/$/, "")}/${repository.bucket}`;
    }
}

/** The programs, units and settings of the backups. */
export function backupFiles({ host, product, settings, contents }: BackupFilesArgs): Record<string, GuestFile> {
    const { repository, schedule, mail } = settings;
    const unit = (name: string, values: object): Record<string, GuestFile> => ({
        [`/etc/systemd/system/${name}`]: { content: renderTemplate(`backup/templates/${name}.eta`, values) },
    });
    const directory = repository.mode === "directory" ? repository.path : undefined;
    return {
        [`${ETC}/settings`]: { content: settingsText(host, product, settings, contents) },
        "/usr/local/sbin/backup-restic": { content: guestScript("backup/restic.sh"), mode: "755" },
        [`${LIBRARY}/back-up`]: { content: guestScript("backup/back-up.sh"), mode: "755" },
        [`${LIBRARY}/server.sh`]: { content: guestScript("backup/server.sh") },
        ...(repository.mode === "sftp" && sshFiles(repository)),
        ...unit("stack-backup.service", { directory, mail }),
        ...unit("stack-backup.timer", { schedule }),
        // restic keeps its cache in root's directory.
        ...hardening("stack-backup.service", { ...STARTED_BY_ROOT, home: true }),
        ...(mail && {
            [`${LIBRARY}/mail-failure`]: {
                content: renderTemplate("backup/templates/mail-failure.sh.eta", mail),
                mode: "755",
            },
            "/etc/systemd/system/stack-backup-failed.service": {
                content: guestScript("backup/templates/stack-backup-failed.service"),
            },
            ...hardening("stack-backup-failed.service"),
        }),
    };
}

/** What the programs of the machine read. */
function settingsText(host: string, product: string, settings: BackupSettings, contents: BackupContents): string {
    const { directories, excludes = [], databases, units, forget = [], rebuild = [], databasesOf = "" } = contents;
    const keep = Object.entries(settings.keep)
        .filter(([, count]) => count > 0)
        .flatMap(([period, count]) => [`--keep-${period}`, String(count)]);
    return assignments({
        host,
        product,
        repository: repositoryAddress(settings.repository),
        region: settings.repository.mode === "s3" ? settings.repository.region : "",
        keep,
        paths: directories,
        excludes,
        databases: placeOf(databases),
        administrator: databases?.user ?? "",
        connection: databases?.environment ?? [],
        databases_of: databasesOf,
        units,
        forget,
        rebuild,
    });
}

/** Whether the copies that a restore makes of databases take up room of this machine. */
function placeOf(administrator?: DatabaseAdministrator): "no" | "here" | "elsewhere" {
    if (administrator === undefined) {
        return "no";
    }
    return administrator.user === LOCAL_ADMINISTRATOR.user ? "here" : "elsewhere";
}

/** The configuration of ssh, which knows no other host than that of the repository. */
function sshFiles({ user, host, port, hostKey }: Extract<Repository, { mode: "sftp" }>) {
    return {
        [`${ETC}/ssh`]: { content: renderTemplate("backup/templates/ssh.eta", { user, host, port }) },
        [`${ETC}/known-hosts`]: { content: `repository ${hostKey}\n` },
    };
}
