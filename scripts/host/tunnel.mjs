/**
 * tunnel.mjs STACK [MACHINE]: a port of this computer that leads to the SSH server of a stack's instance, or of the one of its
 * database, of its object store, of its Redis, of Solr, or of an application, by AWS Session Manager.
 * Waits for an instance that is being made, and opens the way again when it closes. Ends with Ctrl+C.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parse } from "yaml";

const [stack, other] = process.argv.slice(2);
const file = `stacks/Pulumi.${stack}.yaml`;
// Where the configuration has the machine's keys.
const services = {
    database: ["postgresql", "machine"],
    "object-store": ["objectStore", "machine"],
    redis: ["redis", "machine"],
    search: ["solr", "machine"],
};
const path = other === undefined ? ["machine"] : (services[other] ?? ["applications", other, "machine"]);
const [section, ...keys] = path;
const config = parse(readFileSync(file, "utf8")).config ?? {};
const machine = keys.reduce((part, key) => part?.[key], config[`science-stacks:${section}`]) ?? {};
const name = other === undefined ? stack : `${stack}-${other}`;
if (machine.platform !== "aws" || machine.sessionManager === undefined) {
    fail(`${file}: ${path.join(".")}.sessionManager is not set: ${name} is reached without a tunnel.`);
}
const { region } = machine;
const port = machine.sessionManager?.localPort ?? 22022;
for (const [tool, ...args] of [
    ["aws", "--version"],
    ["session-manager-plugin", "--version"],
]) {
    if (spawnSync(tool, args).error !== undefined) {
        fail(`${tool} is not there.\n  Install the AWS CLI and its Session Manager plugin, see docs/aws.md.`);
    }
}

console.error(`Port ${port} leads to ${name} for as long as this runs. In another terminal: npm run up -- ${stack}`);
for (;;) {
    const instance = runningInstance();
    if (instance !== undefined) {
        const parameters = `portNumber=22,localPortNumber=${port}`;
        const document = "AWS-StartPortForwardingSession";
        const session = ["--target", instance, "--document-name", document, "--parameters", parameters];
        // It ends when the machine does, or when its agent is not there yet: both are tried again.
        spawnSync("aws", ["ssm", "start-session", "--region", region, ...session], { stdio: "inherit" });
    }
    await wait(5000);
}

/** The machine's instance, by the tags that everything of it has. */
function runningInstance() {
    const filters = [
        "tag:Project,Values=science-stacks",
        `tag:Stack,Values=${stack}`,
        `tag:Name,Values=${name}`,
        "instance-state-name,Values=running",
    ];
    const { status, stdout, stderr } = spawnSync(
        "aws",
        [
            ...["ec2", "describe-instances", "--region", region, "--output", "json"],
            ...[
                "--query",
                "Reservations[].Instances[].InstanceId",
                "--filters",
                ...filters.map((each) => `Name=${each}`),
            ],
        ],
        { encoding: "utf8" },
    );
    if (status !== 0) {
        fail(`AWS was asked for the instance of ${name}, and answered: ${stderr.trim()}`);
    }
    return JSON.parse(stdout)[0];
}

function fail(text) {
    console.error(text);
    process.exit(3);
}
