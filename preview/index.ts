/**
 * `npm run preview -- <stack> --format markdown|json [--output FILE] [arguments of pulumi preview]`: what `up` would do, as the
 * comment of a pull request, or as JSON for other programs.
 * Exit status: 0 when the preview went through, 1 when it or a policy failed (what is printed says why), 2 for a wrong command line.
 */
import { writeFileSync } from "node:fs";
import { changesOf } from "./changes";
import { costChange } from "./cost";
import { previewEvents } from "./engine";
import { comment } from "./markdown";

const FORMATS = ["markdown", "json"];

async function main(): Promise<number> {
    const [stack, ...rest] = process.argv.slice(2);
    const format = take(rest, "--format") ?? "";
    const output = take(rest, "--output");
    if (stack === undefined || !FORMATS.includes(format)) {
        console.error("usage: npm run preview -- <stack> --format markdown|json [--output FILE] [arguments of pulumi]");
        return 2;
    }
    const preview = await previewEvents("preview", stack, rest);
    const changes = changesOf(preview);
    const { messages, violations, finished } = preview;
    const text =
        format === "json"
            ? `${JSON.stringify({ stack, finished, changes, messages, violations }, undefined, 2)}\n`
            : comment(stack, preview, changes, costChange(preview));
    if (output === undefined) {
        process.stdout.write(text);
    } else {
        writeFileSync(output, text);
    }
    return preview.finished ? 0 : 1;
}

/** Takes an option and its value out of the arguments. */
function take(args: string[], option: string): string | undefined {
    const at = args.indexOf(option);
    return at === -1 ? undefined : args.splice(at, 2)[1];
}

main().then(
    (status) => (process.exitCode = status),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
