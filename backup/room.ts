import type { BackedUpStack } from "./machine";
import type { Snapshot } from "./snapshots";

/** What PostgreSQL, and who replicates from it, keep of its log at most. */
const LOG_BYTES = 2.5 * 2 ** 30;

/**
 * The room that a restore needs on each machine of the databases: for a second copy of them, and for what of it is in PostgreSQL's
 * log besides. A server whose volume is full stops. @param bytes the size of the databases
 */
export const roomFor = (bytes: number): number => bytes + Math.min(bytes, LOG_BYTES);

/**
 * Where the databases are on several machines, each of them gets the second copy: the one that fetches it cannot look there.
 * @throws which of them has no room
 */
export async function expectRoom({ databases, databaseMembers }: BackedUpStack, { id }: Snapshot): Promise<void> {
    if (databaseMembers.length === 0) {
        return;
    }
    const sizes = await databases.ssh.run(`backup-restic --no-lock dump ${id} /data/.backup/databases.tsv | cut -f 5`);
    const needed = roomFor(sizes.split("\n").reduce((sum, size) => sum + Number(size), 0));
    const full = await Promise.all(
        databaseMembers.map(async ({ name, ssh }) => {
            const free = Number(await ssh.run("df --output=avail --block-size=1 /data | tail -n 1"));
            return free < needed ? [`${name} has ${mib(free)} free`] : [];
        }),
    );
    if (full.flat().length > 0) {
        throw new Error(
            `there is no room for a second copy of the databases: ${full.flat().join(", ")}, and ${mib(needed)} are needed\n` +
                "  Nothing was changed. Make data.sizeGiB of postgresql.machines larger, and run `npm run up` first.",
        );
    }
}

const mib = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
