import { parseArgs } from "node:util";
import { PRODUCTS, type ProductName } from "./products";

/** What `npm run bench` was asked for. */
export interface Arguments {
    product: ProductName;
    /** How often each way is taken, on a fresh guest each time. */
    rounds: number;
    /** Instead of the comparison: 1, 10, 25 and 50 instances of EOxServer, or OMERO.web on 1, 3, 10 and 30 machines. */
    grows?: Growth;
}

/** What a stack can be measured with more and more of, and the product that it is measured on. */
const GROWTH = { instances: "eoxserver", machines: "omero-web" } as const;
export type Growth = keyof typeof GROWTH;

/** A command line that is wrong, with what is right. */
export class UsageError extends Error {}

const DEFAULT_ROUNDS = 3;
const MOST_ROUNDS = 20;
const names = Object.keys(PRODUCTS) as ProductName[];

export const USAGE = `npm run bench -- <${names.join("|")}> [--rounds N]   our way, Ansible's and the bare commands on fresh guests; N is ${DEFAULT_ROUNDS}
npm run bench -- eoxserver --instances         what further instances take, in time and memory
npm run bench -- omero-web --machines          what further machines take, in time and memory`;

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
    const growths = (Object.keys(GROWTH) as Growth[]).filter((each) => values[each]);
    const [grows] = growths;
    if (grows !== undefined && (known !== GROWTH[grows] || values.rounds !== undefined || growths.length > 1)) {
        throw new UsageError(`--${grows} is for ${GROWTH[grows]}, and has no rounds.`);
    }
    const rounds = values.rounds ?? String(DEFAULT_ROUNDS);
    if (!/^[1-9]\d?$/.test(rounds) || Number(rounds) > MOST_ROUNDS) {
        throw new UsageError(`--rounds is "${rounds}": give a number from 1 to ${MOST_ROUNDS}.`);
    }
    return { product: known, rounds: Number(rounds), grows };
}

function parse(words: string[]) {
    try {
        return parseArgs({
            args: words,
            options: { rounds: { type: "string" }, instances: { type: "boolean" }, machines: { type: "boolean" } },
            allowPositionals: true,
        });
    } catch (error) {
        throw new UsageError((error as Error).message);
    }
}
