/**
 * `npm run bench:start -- <stack> [--rounds N]` measures how long a preview takes to start, on a stack that is up and unchanged:
 * its preview beside that of an empty TypeScript program under the same CLI, in turn; and for a stack on AWS, whose provider is
 * out of reach, the program alone under mocks beside an empty one. The table goes to bench/results.md. Takes a quiet machine.
 * What scripts/stack.sh sets to make Node.js and the CLI start sooner is the project's, so the empty program is without it; with
 * it stands beside, since it is what is left.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { spread, table, targetRow } from "./figures";
import { writeSection } from "./results";

const AWS_STACK = "eoxserver-prod";

/** Seconds that a command takes. @throws with what it said, when it fails */
function seconds(command: string, args: string[], cwd = "."): number {
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
    const took = (performance.now() - began) / 1000;
    if (status !== 0) {
        throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    }
    return took;
}

/** The CLI that the project's own commands use, with its backend. */
const pulumi = (...args: string[]): [string, string[]] => ["bash", ["scripts/stack.sh", "pulumi", ...args]];

/** The CLI as it is, with the same backend. */
const pulumiAlone = (...args: string[]): [string, string[]] => [
    "bash",
    ["-c", 'source scripts/host/toolchain/environment.sh; exec "$cli_bin/pulumi" "$@"', "pulumi", ...args],
];

/** A project with an empty program, as `pulumi new typescript` makes it: its TypeScript is loaded by the SDK's own way. */
function emptyProject(): string {
    const directory = mkdtempSync(join(tmpdir(), "science-stacks-empty-"));
    writeFileSync(join(directory, "Pulumi.yaml"), "name: empty\nruntime: nodejs\n");
    writeFileSync(join(directory, "package.json"), '{ "name": "empty", "main": "index.ts" }\n');
    writeFileSync(
        join(directory, "tsconfig.json"),
        '{ "compilerOptions": { "strict": true, "skipLibCheck": true, "types": ["node"] }, "files": ["index.ts"] }\n',
    );
    writeFileSync(
        join(directory, "index.ts"),
        'import * as pulumi from "@pulumi/pulumi";\nexport const stack = pulumi.getStack();\n',
    );
    symlinkSync(resolve("node_modules"), join(directory, "node_modules"));
    return directory;
}

/** What a program does before the engine has a part in it: loading, composing, registering. */
const alone = (program: string) => seconds(process.execPath, ["bench/start-program.cjs", program]);

type AllTimes = Record<"ours" | "empty" | "sooner" | "aws" | "nothing", number[]>;

function measure(stack: string, rounds: number): string {
    const empty = emptyProject();
    try {
        const before = ["preview", "--non-interactive", "--cwd", empty, "--stack", "empty"];
        execFileSync(...pulumi("stack", "init", "--cwd", empty, "empty"), { stdio: "ignore" });
        const times: AllTimes = { ours: [], empty: [], sooner: [], aws: [], nothing: [] };
        for (let round = -1; round < rounds; round++) {
            const took = {
                ours: seconds("bash", [
                    "scripts/stack.sh",
                    "pulumi",
                    "preview",
                    "--stack",
                    stack,
                    "--expect-no-changes",
                ]),
                empty: seconds(...pulumiAlone(...before)),
                sooner: seconds(...pulumi(...before)),
                aws: alone(AWS_STACK),
                nothing: alone(join(empty, "index.ts")),
            };
            // The first round fills what is kept: compiled files, the disk's cache.
            for (const key of round < 0 ? [] : (Object.keys(took) as (keyof AllTimes)[])) {
                times[key].push(took[key]);
            }
        }
        return report(stack, times);
    } finally {
        execFileSync(...pulumi("stack", "rm", "--yes", "--cwd", empty, "--stack", "empty"), { stdio: "ignore" });
        rmSync(empty, { recursive: true });
    }
}

function report(stack: string, times: AllTimes): string {
    return [
        table(
            ["what", "median (least to most)"],
            [
                [`unchanged preview of ${stack}`, spread(times.ours)],
                ["preview of an empty TypeScript program", spread(times.empty)],
                ["the same, begun as `npm run pulumi` begins it", spread(times.sooner)],
                [`program of ${AWS_STACK} alone, under mocks`, spread(times.aws)],
                ["empty program alone, under mocks", spread(times.nothing)],
            ],
        ),
        "",
        table(
            ["times as long", "measured", "target", ""],
            [
                targetRow({ what: "local stack to empty program", ours: times.ours, other: times.empty, most: 1.5 }),
                targetRow({ what: "AWS program to empty program", ours: times.aws, other: times.nothing, most: 2 }),
            ],
        ),
    ].join("\n");
}

const [stack, , rounds = "10"] = process.argv.slice(2);
if (stack === undefined) {
    console.error("Usage: npm run bench:start -- <stack that is up> [--rounds N]");
    process.exit(2);
}
writeSection("Start", `npm run bench:start -- ${stack} --rounds ${rounds}`, measure(stack, Number(rounds)));
