import { parseArgs } from "node:util";
import { PRODUCTS, type ProductName } from "./products";

/** What `npm run bench` was asked for. */
export interface Arguments {
    product: ProductName;
    /** How often each way is taken, on a fresh guest each time. */
    rounds: number;
    /** Instead of the comparison: 1, 10, 25 and 50 instances of EOxServer. */
    instances: boolean;
}

/** A command line that is wrong, with what is right. */
export class UsageError extends Error {}

const DEFAULT_ROUNDS = 3;
const MOST_ROUNDS = 20;
const names = Object.keys(PRODUCTS) as ProductName[];

export const USAGE = `npm run bench -- <${names.join("|")}> [--rounds N]   our way, Ansible's and the bare commands on fresh guests; N is ${DEFAULT_ROUNDS}
npm run bench -- eoxserver --instances         what further instances take, in time and memory`;

/** @throws UsageError */
export function readArguments(words: string[]): Arguments {
    const { values, positionals } = parse(words);
    const [product, ...others] = positionals;
    if (product === undefined || others.length > 0) {
        throw new UsageError(`${positionals.length} products are named: name one.`);
    }
    const known = names.find((name) => name === product);
    if (known === undefined) {
        throw new UsageError(`"${product}" has no bench: there is ${names.join(", ")}.`);
    }
    if (values.instances && (known !== "eoxserver" || values.rounds !== undefined)) {
        throw new UsageError("--instances is for eoxserver, and has no rounds.");
    }
    const rounds = values.rounds ?? String(DEFAULT_ROUNDS);
    if (!/^[1-9]\d?$/.test(rounds) || Number(rounds) > MOST_ROUNDS) {
        throw new UsageError(`--rounds is "${rounds}": give a number from 1 to ${MOST_ROUNDS}.`);
    }
    return { product: known, rounds: Number(rounds), instances: values.instances };
}

function parse(words: string[]) {
    try {
        return parseArgs({
            args: words,
            options: { rounds: { type: "string" }, instances: { type: "boolean", default: false } },
            allowPositionals: true,
        });
    } catch (error) {
        throw new UsageError((error as Error).message);
    }
}
