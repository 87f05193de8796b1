import { costs, type CostLine, type StackResource } from "../scripts/cost/price";
import { nameOf, type PreviewEvents, type Properties, type Step } from "./events";

/**
 * What the change adds to, or takes from, the monthly bill: a part of the comment. Undefined for a stack that costs nothing and
 * when no charge changes. What has no price is named, and not guessed.
 */
export function costChange({ steps, finished }: PreviewEvents): string | undefined {
    const [before, after] = (["old", "new"] as const).map((side) => bill(steps, side)) as [CostLine[], CostLine[]];
    const [gone, come] = [without(before, after), without(after, before)];
    if (!finished || gone.length + come.length === 0) {
        return undefined;
    }
    const [was, is] = [sum(before), sum(after)];
    const rows = [...gone.map((line) => row("−", line)), ...come.map((line) => row("+", line))];
    const unpriced = [...before, ...after].some(({ usd }) => usd === undefined);
    return [
        `**Cost a month**: US$ ${was.toFixed(2)} → ${is.toFixed(2)} (${is >= was ? "+" : "−"}${Math.abs(is - was).toFixed(2)})` +
            `, on demand, without traffic and taxes${unpriced ? ", and without what has no price in `scripts/cost/prices.json`" : ""}`,
        "",
        "| | resource | what | US$ a month |",
        "| --- | --- | --- | ---: |",
        ...rows,
    ].join("\n");
}

/** The charges for all that is there before the change, or after it. */
function bill(steps: readonly Step[], side: "old" | "new"): CostLine[] {
    const sides = new Map<string, Step>(
        steps.filter((step) => step.custom && inputs(step, side) !== undefined).map((step) => [step.urn, step]),
    );
    const all = [...sides.values()];
    const region = all
        .filter(({ type }) => type === "pulumi:providers:aws")
        .map((step) => String(inputs(step, side)?.["region"]))[0];
    const resources = all.map((step): StackResource => ({
        type: step.type,
        name: nameOf(step.urn),
        inputs: inputs(step, side) ?? {},
    }));
    return region === undefined ? [] : costs(resources, region);
}

/** What a step has of a side: what is deleted has nothing after it, also where the engine tells of what was there. */
function inputs({ op, old: before, new: after, retained }: Step, side: "old" | "new"): Properties | undefined {
    if (side === "old") {
        return before;
    }
    return op === "delete" && retained ? before : after;
}

const text = ({ resource, what, usd }: CostLine) => `${resource}\0${what}\0${usd}`;

function without(lines: readonly CostLine[], others: readonly CostLine[]): CostLine[] {
    const known = new Set(others.map(text));
    return lines.filter((line) => !known.has(text(line)));
}

const sum = (lines: readonly CostLine[]) => lines.reduce((total, { usd }) => total + (usd ?? 0), 0);

function row(sign: string, { resource, what, usd }: CostLine): string {
    return `| ${sign} | \`${resource}\` | ${what} | ${usd === undefined ? "no price" : usd.toFixed(2)} |`;
}
