/** Runs tasks side by side, but never more than `count` at once; the others wait in the order in which they came. */
export function limit(count: number): <T>(task: () => Promise<T>) => Promise<T> {
    const waiting: (() => void)[] = [];
    let free = count;

    return async (task) => {
        if (free > 0) {
            free--;
        } else {
            await new Promise<void>((resolve) => waiting.push(resolve));
        }
        try {
            return await task();
        } finally {
            const next = waiting.shift();
            if (next) {
                next();
            } else {
                free++;
            }
        }
    };
}
