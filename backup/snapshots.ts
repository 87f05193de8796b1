import type { BackedUpMachine } from "./machine";

/** A backup, as the repository has it. */
export interface Snapshot {
    /** The short form of its identifier. */
    id: string;
    time: Date;
}

/** The backups of a machine, the oldest first. */
export async function snapshots({ ssh, name }: BackedUpMachine, product: string): Promise<Snapshot[]> {
    const listed = JSON.parse(
        await ssh.run(`backup-restic --no-lock snapshots --json --host ${name} --tag ${product}`),
    ) as { short_id: string; time: string }[] | null;
    return (listed ?? [])
        .map(({ short_id: id, time }) => ({ id, time: new Date(time) }))
        .sort((a, b) => a.time.getTime() - b.time.getTime());
}

/**
 * The backup that shows the data as they were at a time: the last one that was made by then. Without a time, the last one.
 * @param at a time, in this computer's zone when it names none ("2026-11-20", "2026-11-20 14:00"), or a backup's identifier
 * @throws when there is none, or `at` is neither
 */
export function choose(all: readonly Snapshot[], at?: string): Snapshot {
    const last = all.at(-1);
    if (last === undefined) {
        throw new Error("the repository has no backup of this stack");
    }
    if (at === undefined) {
        return last;
    }
    const named = all.find(({ id }) => id === at);
    if (named !== undefined) {
        return named;
    }
    const time = readTime(at);
    if (time === undefined) {
        throw new Error(
            `--at "${at}" is no time, and no backup has this identifier.\n` +
                '  Allowed: a day ("2026-11-20", its end), a time ("2026-11-20 14:00"), or an identifier that --list shows.',
        );
    }
    const found = all.filter((each) => each.time.getTime() <= time).at(-1);
    if (found === undefined) {
        throw new Error(`there is no backup from before ${at}: the oldest is of ${shown(all[0]!.time)}`);
    }
    return found;
}

/** The databases' backup that belongs to one of the files: the last one that was made before it. @throws when there is none */
export function databasesFor(all: readonly Snapshot[], { time }: Snapshot): Snapshot {
    const found = all.filter((each) => each.time.getTime() <= time.getTime()).at(-1);
    if (found === undefined) {
        throw new Error(`there is no backup of the databases from before that of the files of ${shown(time)}`);
    }
    return found;
}

/**
 * The files' backup that belongs to one of the databases: the first that was made after it, which has all that they name.
 * @param machine whose files they are
 * @throws when there is none
 */
export function filesFor(all: readonly Snapshot[], { time }: Snapshot, machine: string): Snapshot {
    const found = all.find((each) => each.time.getTime() >= time.getTime());
    if (found === undefined) {
        throw new Error(
            `there is no backup of the files of ${machine} from after that of the databases of ${shown(time)}`,
        );
    }
    return found;
}

/** The last millisecond that is meant: of a day its end, of a minute its end. */
function readTime(text: string): number | undefined {
    const match = /^(\d{4}-\d\d-\d\d)([ T](\d\d:\d\d)(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
    if (match === null) {
        return undefined;
    }
    const [, day, clock, minute, second, zone = ""] = match;
    const whole = clock === undefined ? "23:59:59.999" : `${minute}${second ?? ":59"}.999`;
    const time = Date.parse(`${day}T${whole}${zone}`);
    return Number.isNaN(time) ? undefined : time;
}

/** A time as `--at` reads it. */
export function shown(time: Date): string {
    const two = (number: number) => String(number).padStart(2, "0");
    const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
    return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
