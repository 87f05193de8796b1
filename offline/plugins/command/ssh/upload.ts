import { readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import type { Client, SFTPWrapper, Stats } from "ssh2";

/** Files on their way at once: each needs several answers of the server, one after the other. */
const filesAtOnce = 8;

/** SFTP's status code for a path that does not exist. */
const noSuchFile = 2;

/** Writes a text to a file on the other machine. */
export async function uploadText(client: Client, text: string, destination: string): Promise<void> {
    const sftp = await openSftp(client);
    if ((await remoteStat(sftp, destination))?.isDirectory()) {
        throw new Error(`remote path ${destination} is a directory; with a text asset remotePath must name a file`);
    }
    await call((done) => sftp.writeFile(destination, text, done), `failed to write remote file ${destination}`);
}

/**
 * Copies a file, or a directory with all in it, as the official plugin does:
 *
 * | source | destination is a directory | does not exist | is a file          |
 * | ------ | -------------------------- | -------------- | ------------------ |
 * | `dir`  | to `destination/dir`       | the same       | fails              |
 * | `dir/` | what is in it              | the same       | fails              |
 * | `file` | to `destination/file`      | to destination | overwritten        |
 *
 * Files get the rights that the other machine's umask leaves; nothing is removed there.
 */
export async function upload(client: Client, source: string, destination: string): Promise<void> {
    const isDirectory = (await stat(source)).isDirectory();
    const sftp = await openSftp(client);
    const there = await remoteStat(sftp, destination);
    if (!isDirectory) {
        await uploadFile(sftp, source, there?.isDirectory() ? posix.join(destination, basename(source)) : destination);
        return;
    }
    await ensureDirectory(sftp, destination);
    const target = source.endsWith("/") ? destination : posix.join(destination, basename(source));
    const files: { from: string; to: string }[] = [];
    await uploadDirectories(sftp, source, target, files);
    const queue = files.values();
    await Promise.all(
        Array.from({ length: filesAtOnce }, async () => {
            for (const { from, to } of queue) {
                await uploadFile(sftp, from, to);
            }
        }),
    );
}

/** Makes the directories, and notes the files for later. */
async function uploadDirectories(
    sftp: SFTPWrapper,
    source: string,
    target: string,
    files: { from: string; to: string }[],
): Promise<void> {
    await ensureDirectory(sftp, target);
    const entries = await readdir(source, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const [from, to] = [join(source, entry.name), posix.join(target, entry.name)];
        if (entry.isDirectory()) {
            await uploadDirectories(sftp, from, to, files);
        } else {
            files.push({ from, to });
        }
    }
}

async function ensureDirectory(sftp: SFTPWrapper, path: string): Promise<void> {
    const there = await remoteStat(sftp, path);
    if (there && !there.isDirectory()) {
        throw new Error(`remote path ${path} exists but is not a directory`);
    }
    if (!there) {
        await call((done) => sftp.mkdir(path, done), `failed to create remote directory ${path}`);
    }
}

function uploadFile(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
    return call((done) => sftp.fastPut(from, to, done), `failed to copy ${from} to remote path ${to}`);
}

function remoteStat(sftp: SFTPWrapper, path: string): Promise<Stats | undefined> {
    return new Promise((resolve, reject) => {
        sftp.stat(path, (error: (Error & { code?: number }) | undefined, stats) => {
            if (error && error.code !== noSuchFile) {
                reject(new Error(`failed to stat remote path ${path}: ${error.message}`));
            } else {
                resolve(error ? undefined : stats);
            }
        });
    });
}

function openSftp(client: Client): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
        client.sftp((error, sftp) => (error ? reject(new Error(`no SFTP: ${error.message}`)) : resolve(sftp)));
    });
}

function call(work: (done: (error?: Error | null) => void) => void, failure: string): Promise<void> {
    return new Promise((resolve, reject) => {
        work((error) => (error ? reject(new Error(`${failure}: ${error.message}`)) : resolve()));
    });
}
