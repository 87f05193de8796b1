/**
 * `npm run status [-- --drift] [--json | --html [FILE]]`: all stacks at a glance. `--html` writes one page, status.html unless a
 * file is named. Exit status: 0 when nobody has to look, 1 when someone has.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { standingBy } from "../ephemeral/standby";
import { limit } from "../verify/limit";
import { execute } from "../verify/processes";
import { asHtml, asTable, needsAttention } from "./report";
import { lookAtStack } from "./stack-status";

/** Looks at that many stacks at a time: each wants a Pulumi CLI, and some connections. */
const AT_A_TIME = 3;

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        options: { drift: { type: "boolean", default: false }, json: { type: "boolean" }, html: { type: "boolean" } },
        allowPositionals: true,
    });
    const [page = "status.html", ...others] = positionals;
    if (others.length > 0 || (positionals.length > 0 && !values.html)) {
        throw new Error("usage: npm run status -- [--drift] [--json | --html [FILE]]");
    }
    const directory = mkdtempSync(join(tmpdir(), "science-stacks-status-"));
    // However it ends: there are keys in the directory.
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    (["SIGINT", "SIGTERM", "SIGHUP"] as const).forEach((signal) => process.once(signal, () => process.exit(1)));

    const take = limit(AT_A_TIME);
    const statuses = await Promise.all(
        (await stacks()).map(({ name, lastUpdate }) =>
            take(async () => ({ ...(await lookAtStack(name, directory, values.drift)), lastUp: lastUpdate })),
        ),
    );
    if (values.html) {
        writeFileSync(page, asHtml(statuses, new Date()));
        console.log(`${page} is written.`);
    } else if (values.json) {
        console.log(JSON.stringify(statuses, undefined, 2));
    } else {
        console.log(statuses.length === 0 ? "There is no stack yet." : asTable(statuses));
    }
    return statuses.some(needsAttention) ? 1 : 0;
}

async function stacks(): Promise<{ name: string; lastUpdate?: string }[]> {
    const { status, stdout, stderr } = await execute("pulumi", ["stack", "ls", "--json"]);
    if (status !== 0) {
        throw new Error(`pulumi stack ls: ${stderr.trim()}`);
    }
    // Those that stand by are powered off, and nobody's yet.
    const aside = new Set(standingBy().map(({ stack }) => stack));
    return (JSON.parse(stdout) as { name: string; lastUpdate?: string }[]).filter(({ name }) => !aside.has(name));
}

main().then(
    (status) => (process.exitCode = status),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
