import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Web } from "../../verify/web";
import { execute } from "../../verify/processes";
import { expectSafe, openPorts } from "../e2e/scan";
import { TestStack } from "../e2e/test-stack";
import { badRequests, doorOf, isWrong, said, SlowClients } from "./attacks";
import { note } from "./faults";
import { FRONTS, reach } from "./fronts";
import type { Reached } from "./reached";

const MINUTE = 60_000;
const ALL_PORTS = 65535;
const SLOW_CLIENTS = 300;
/** Seconds after which a client that is slow with its headers, or its handshake, has been sent away. */
const PATIENCE = 45;
/** What gixy finds and is meant so, by its name. */
const MEANT = {
    // Who has been told of HSTS once is locked out by the next certificate that has signed itself.
    hsts_header: "HSTS",
    // The port is part of what Django checks, and of what S3's signatures are made of.
    host_spoofing: "$http_host",
    // OMERO.web's own configuration of nginx; what it costs in time is measured.
    try_files_is_evil_too: "try_files",
};

let tools: string | undefined;

/** Runs a program of test/faults/requirements.txt. */
function runTool(name: string, args: readonly string[], stdin = "") {
    tools ??= execFileSync("bash", ["test/faults/tools.sh"], { encoding: "utf8" }).trim();
    return execute(`${tools}/bin/python3`, ["-m", name, ...args], { stdin });
}

describe.each(FRONTS.map((front) => [front.name, front] as const))("%s, to whoever means it no good", (name, front) => {
    const stack = new TestStack(`${front.label}-security`);
    let reached: Reached;
    let running: string;

    beforeAll(async () => {
        reached = await reach(stack, front);
        running = await stack.ssh(front.processes);
    }, 30 * MINUTE);

    afterAll(async () => {
        await reached?.close();
        stack.remove();
    });

    test(
        "nothing is open, said or allowed that need not be, and no secret lies about",
        async () => {
            const { outputs } = reached;
            await expectSafe(stack, outputs, front.ports, front.pages(outputs));
            const open: number[] = [];
            for (let first = 1; first <= ALL_PORTS; first += 2048) {
                const ports = Array.from(
                    { length: Math.min(2048, ALL_PORTS + 1 - first) },
                    (_, index) => first + index,
                );
                open.push(...(await openPorts(outputs.machine.address, ports, 3000)));
            }
            expect(open).toEqual(front.ports);
            const { rows } = await stack.verify();
            const secrets = rows.find(({ id }) => id === "X06")!;
            expect(secrets).toMatchObject({ ok: true });
            note(
                name,
                "scanned from outside and inside",
                `of all TCP ports, ${open.join(", ")} are open; TLS 1.2 and 1.3 alone, with forward secrecy; no service of ours is more exposed than 2 of 10 (3.5 where root starts it); ${secrets.detail}`,
            );
        },
        10 * MINUTE,
    );

    test(
        "nginx is configured without a known mistake",
        async () => {
            const dump = await stack.ssh("! command -v nginx >/dev/null || nginx -T 2>/dev/null");
            if (dump === "") {
                expect(name).toBe("EOxServer");
                return;
            }
            const skips = Object.keys(MEANT).join();
            const { stdout } = await runTool("gixy", ["--format", "json", "--skips", skips, "-"], dump);
            expect(JSON.parse(stdout)).toEqual([]);
            note(
                name,
                "gixy on its nginx",
                `nothing found, but for what is meant so (${Object.values(MEANT).join(", ")})`,
            );
        },
        2 * MINUTE,
    );

    test(
        "requests that no user sends give nothing away, and the next user is answered",
        async () => {
            const { outputs, web } = reached;
            const door = doorOf(outputs.url);
            const requests = Object.entries(badRequests(door.host, front.files));
            const problems: string[] = [];
            for (const [what, bytes] of requests) {
                const answer = await said(door, bytes);
                if (isWrong(answer)) {
                    problems.push(`${what}: ${answer.slice(0, 300)}`);
                }
            }
            expect(problems).toEqual([]);
            expect(await secondsOf(web, outputs.url, front.pages(outputs)[0]!)).toBeLessThan(10);
            expect(await stack.ssh(front.processes)).toBe(running);
            note(
                name,
                "requests that no user sends",
                `${requests.length} of them: paths out of the site, headers of 100 KB, an address of 1 MB, two lengths, no HTTP; none is answered with a file or an error of the server's, nothing restarts`,
            );
        },
        10 * MINUTE,
    );

    test(
        "clients that hardly send anything do not keep others from being answered, and are sent away",
        async () => {
            const { outputs, web } = reached;
            const slow = new SlowClients();
            let longest = 0;
            const coming = slow.come(doorOf(outputs.url), SLOW_CLIENTS);
            for (const until = Date.now() + PATIENCE * 1000; Date.now() < until; await sleep(500)) {
                longest = Math.max(longest, await secondsOf(web, outputs.url, front.pages(outputs)[0]!));
            }
            await coming;
            const { closed } = slow;
            slow.leave();
            expect(longest).toBeLessThan(10);
            // A body may come as slowly as its client's line: what waits for it is nginx alone.
            expect(closed).toBeGreaterThanOrEqual((SLOW_CLIENTS * 2) / 3);
            expect(await stack.ssh(front.processes)).toBe(running);
            note(
                name,
                `${SLOW_CLIENTS} slow clients, a byte a second`,
                `users are answered within ${longest.toFixed(1)} s all the while; ${closed} are sent away within ${PATIENCE} s`,
            );
        },
        5 * MINUTE,
    );
});

describe("what the project and its guests are made of", () => {
    test(
        "no package of npm has a known vulnerability, as far as the registry tells",
        async () => {
            const { stdout } = await execute("npm", ["audit", "--json", "--audit-level", "moderate"]);
            const { error, metadata, message } = JSON.parse(stdout) as Audit;
            if (metadata === undefined) {
                expect(error ?? message).toBeDefined();
                note("all", "npm audit", `not told: the registry answers with "${String(message)}"`);
                return;
            }
            expect(metadata.vulnerabilities).toMatchObject({ moderate: 0, high: 0, critical: 0 });
            note("all", "npm audit", "nothing found");
        },
        2 * MINUTE,
    );

    test(
        "no Python package of a product has a known vulnerability, as far as PyPI tells",
        async () => {
            const told: PythonAudit["dependencies"] = [];
            for (const product of ["minio", "eoxserver", "omero-web", "dcor"]) {
                const directory = `scripts/guest/${product}/requirements`;
                const files = readdirSync(directory).flatMap((file) => ["--requirement", `${directory}/${file}`]);
                const options = ["--format", "json", "--disable-pip", "--no-deps", "--progress-spinner", "off"];
                const { stdout, stderr } = await runTool("pip_audit", [...options, ...files]);
                expect(stdout === "" ? stderr : "").toBe("");
                const { dependencies } = JSON.parse(stdout) as PythonAudit;
                const known = dependencies.filter(({ skip_reason }) => skip_reason === undefined);
                if (known.length === 0) {
                    // A mirror without the list: it has nothing to say of the others either.
                    note("all", "pip-audit", "not told: PyPI's list of vulnerabilities is not reached from here");
                    return;
                }
                told.push(...known);
            }
            const vulnerable = told.filter(({ vulns = [] }) => vulns.length > 0);
            expect(
                vulnerable.map(({ name, version, vulns = [] }) => [name, version, ...vulns.map(({ id }) => id)]),
            ).toEqual([]);
            note("all", "pip-audit", `nothing found in ${told.length} packages`);
        },
        10 * MINUTE,
    );
});

interface Audit {
    error?: object;
    message?: string;
    metadata?: { vulnerabilities: Record<string, number> };
}

interface PythonAudit {
    dependencies: { name: string; version?: string; skip_reason?: string; vulns?: { id: string }[] }[];
}

/** The time that a page takes to be answered with 200. */
async function secondsOf(web: Web, url: string, page: string): Promise<number> {
    const started = performance.now();
    await web.get(new URL(page, url).href);
    return (performance.now() - started) / 1000;
}
