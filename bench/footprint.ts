import { median, table } from "./figures";

/** What a machine takes once the product is installed and has been asked. */
export interface Footprint {
    /** Proportional set size of all its processes: what they share is counted once. */
    memoryMiB: number;
    /** What is used of its root disk and of its volumes. */
    diskMiB: number;
}

/** A shell text that prints both. A process may end while it is looked at. */
export const FOOTPRINT = `
    { cat /proc/[0-9]*/smaps_rollup 2>/dev/null || :; } | awk '/^Pss:/ { sum += $2 } END { print int(sum / 1024) }'
    du --summarize --one-file-system --total --block-size=1M / $(findmnt --noheadings --raw --output TARGET /data; findmnt --noheadings --raw --output TARGET /cache) | tail -n 1 | cut -f 1
`;

/** @throws Error when the text is not what `FOOTPRINT` prints */
export function readFootprint(printed: string): Footprint {
    const [memoryMiB, diskMiB] = printed.trim().split("\n").map(Number);
    if (!memoryMiB || !diskMiB) {
        throw new Error(`memory and disk cannot be read: ${printed}`);
    }
    return { memoryMiB, diskMiB };
}

/** The lines of results.md. @param footprints of each way, by its title; one of each round */
export function footprintReport(footprints: Record<string, readonly Footprint[]>): string {
    return [
        "Memory of all processes (proportional: what they share is counted once) and what is used of all disks, after the fresh",
        "installation and its check; the median of the rounds:",
        "",
        table(
            ["", "memory", "disk"],
            Object.entries(footprints).map(([title, each]) => [
                title,
                `${median(each.map(({ memoryMiB }) => memoryMiB)).toFixed(0)} MiB`,
                `${median(each.map(({ diskMiB }) => diskMiB)).toFixed(0)} MiB`,
            ]),
        ),
    ].join("\n");
}
