/**
 * The candidate that a misspelt word was most likely meant to be.
 * @returns undefined when none is near: at most a third of the letters may differ, and two of a short word.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
    const ranked = candidates
        .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
        .filter(({ candidate, distance }) => distance <= Math.max(2, Math.max(word.length, candidate.length) / 3))
        .sort((a, b) => a.distance - b.distance);
    return ranked[0]?.candidate;
}

/** Levenshtein's distance: how many letters must be put in, taken out or exchanged to make one word of the other. */
function distance(a: string, b: string): number {
    let previous = [...Array(b.length + 1).keys()];
    for (let i = 1; i <= a.length; i++) {
        const current = [i];
        for (let j = 1; j <= b.length; j++) {
            const exchanged = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
            current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, exchanged));
        }
        previous = current;
    }
    return previous[b.length]!;
}
