import type { CostLine } from "./price";

/** The bill of a stack: a line for each charge, the sum of those that have a price, and where the prices are from. */
export function costTable(stack: string, region: string, lines: readonly CostLine[]): string {
    const unpriced = lines.filter(({ usd, rate }) => usd === undefined && rate === undefined);
    const sum = lines.reduce((total, { usd }) => total + (usd ?? 0), 0);
    const rows = [
        ["resource", "what", "US$ a month"],
        ...lines.map(({ resource, what, usd, rate }) => [resource, what, usd?.toFixed(2) ?? rate ?? "no price"]),
        ["sum", unpriced.length === 0 ? "" : `without ${unpriced.length} that have no price`, sum.toFixed(2)],
    ] as [string, string, string][];
    const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
    const [first, second, third] = [width(0), width(1), width(2)];
    const sources = [...new Set(lines.flatMap(({ source }) => source ?? []))];
    return [
        `${stack} in ${region}: on demand, 730 hours a month, without traffic and taxes.`,
        "",
        ...rows.map((row) => `${row[0].padEnd(first)}  ${row[1].padEnd(second)}  ${row[2].padStart(third)}`),
        "",
        ...sources.map((source) => `Price from ${source}`),
        ...(unpriced.length === 0
            ? []
            : ["What has no price has none in scripts/cost/prices.json: add it there with its source and date."]),
        "",
    ].join("\n");
}
