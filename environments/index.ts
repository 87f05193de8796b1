/**
 * `npm run differences -- <stack> <stack>`: the settings that the second stack has otherwise than the first, defaults among them.
 * Exit status: 0 also when there are some, 1 when a configuration cannot be read.
 */
import { Engine } from "../verify/engine";
import { differences } from "./differences";

async function main(): Promise<void> {
    const [first, second, ...others] = process.argv.slice(2);
    if (first === undefined || second === undefined || others.length > 0) {
        throw new Error("usage: npm run differences -- <stack> <stack>");
    }
    const [one, other] = await Promise.all([first, second].map((stack) => new Engine(stack, "").config()));
    const found = differences({ ...one, stack: undefined }, { ...other, stack: undefined });
    if (found.length === 0) {
        console.log(`${first} and ${second} are configured alike.`);
    }
    found.forEach((each) => console.log(`${each.key}\n  ${first}: ${each.first}\n  ${second}: ${each.second}`));
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
