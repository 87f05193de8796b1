import { join } from "node:path";
import type { Context } from "../../context";
import { generatedSecrets, nameOf, reveal } from "../../deployment";
import { execute } from "../../processes";
import { count, ensure, type Row } from "../../row";
import { products } from "../products";

const HEALTH_CHECK = join(__dirname, "..", "..", "..", "scripts", "host", "health-check.mjs");

/** What Pulumi says: previews of a stack that is unchanged, changed, badly configured, destroyed. None of them touches it. */
export const engineRows: Row<Context>[] = [
    {
        id: "X07",
        title: "A health check ends the stack, and fails when the product does not answer",
        async check({ deployment, outputs }) {
            const checks = deployment.resources
                .filter(
                    ({ type, inputs }) =>
                        type === "command:local:Command" && JSON.stringify(inputs).includes("health-check"),
                )
                .map(
                    (resource) =>
                        JSON.parse(String((reveal(resource.inputs) as { stdin: unknown }).stdin)) as HealthInput,
                );
            const [input] = checks;
            ensure(input && input.requests.length > 0, "the stack has no health check");
            const good = await execute("node", [HEALTH_CHECK], {
                stdin: JSON.stringify({ ...input, timeoutSeconds: 5 }),
            });
            ensure(good.status === 0, good.stderr.trim());

            const absent = { url: new URL("/science-stacks-verify-no-such-page", outputs.url).href };
            const bad = await execute("node", [HEALTH_CHECK], {
                stdin: JSON.stringify({ ...input, requests: [absent], timeoutSeconds: 0 }),
            });
            ensure(
                bad.status !== 0 && bad.stderr.includes(absent.url),
                "the health check passes where a page is missing",
            );
            return `${count(input.requests.length, "request")}, made again now, found the answers as they should be; a page that is missing fails it, and is named`;
        },
    },
    {
        id: "X08",
        title: "A preview shows the lines of a configuration file that would change",
        async check({ engine, deployment, outputs, config }) {
            const { change, shows } = products[outputs.product].trialSetting;
            const { status, stdout, stderr } = await engine.previewWith((values) => change(values, config), "--diff");
            ensure(status === 0, `the preview failed: ${(stderr || stdout).trim().slice(-600)}`);
            const line = shows.exec(stdout)?.[0].trim();
            ensure(line, "the preview of a changed setting shows no line of a file");
            // X06 has a part here: what a preview prints goes into logs and reviews.
            ensure(
                !generatedSecrets(deployment).some((secret) => stdout.includes(secret)),
                "the preview shows a secret",
            );
            return `one setting tried, and not made: "${line}"; no secret is in the output`;
        },
    },
    {
        id: "X09",
        title: "An unchanged stack changes nothing, and says so in seconds",
        async check({ engine }) {
            const { status, stdout, stderr, seconds } = await engine.preview("--expect-no-changes", "--diff");
            const changed = [...stdout.matchAll(/\[urn=.*::(.+)\]/g)].map(([, name]) => name);
            ensure(
                status === 0,
                `up would change ${changed.slice(1).join(", ") || "the stack"}: ${(stderr || stdout).trim().slice(-300)}`,
            );
            const unchanged = /(\d+) unchanged/.exec(stdout)?.[1];
            return `${unchanged} resources unchanged, said after ${seconds.toFixed(1)} s (with the other checks beside it)`;
        },
    },
    {
        id: "X13",
        title: "Bad configuration is refused before anything is touched",
        async check({ engine }) {
            const wrongKey = "science-stacks:noSuchKey";
            const { status, stdout, stderr } = await engine.previewWith((values) => {
                values[wrongKey] = "yes";
                values["science-stacks:data"] = { sizeGiB: -1 };
            });
            const said = stdout + stderr;
            ensure(status !== 0, "an unknown key and an impossible size were taken");
            ensure(/noSuchKey/.test(said), `the unknown key is not named: ${said.slice(-400)}`);
            const line = said.split("\n").find((each) => each.includes("data.sizeGiB"));
            ensure(line, `the impossible size is not named: ${said.slice(-400)}`);
            return `two mistakes tried, and both named: ${line.trim()}`;
        },
    },
    {
        id: "X15",
        title: "destroy leaves nothing behind but what was asked to be kept",
        async check({ engine, deployment, config }) {
            const { status, stdout, stderr } = await engine.destroyPreview();
            const ours = deployment.resources.filter(({ type }) => !type.startsWith("pulumi:providers:"));
            const refusing = ours.filter(({ protect }) => protect).map(nameOf);
            ensure(
                config.data.onDestroy !== "refuse" || refusing.length > 0,
                "the volume is not protected, although data.onDestroy is refuse",
            );
            if (refusing.length > 0) {
                ensure(
                    status !== 0,
                    `destroy would go through, although onDestroy is refuse of ${refusing.join(", ")}`,
                );
                return `destroy is refused, as onDestroy says of ${refusing.join(", ")}`;
            }
            ensure(status === 0, `destroy would fail: ${(stderr || stdout).trim().slice(-600)}`);
            const deleted = Number(/(\d+) to delete/.exec(stdout)?.[1] ?? 0);
            const kept = ours.filter(({ retainOnDelete }) => retainOnDelete).map(nameOf);
            ensure(deleted === ours.length, `destroy would delete ${deleted} of ${ours.length} resources`);
            return `destroy would delete all ${deleted} resources${kept.length > 0 ? ` (kept on the platform: ${kept.join(", ")})` : ""}; that nothing is left of them is shown by the end-to-end tests`;
        },
    },
];

/** What the health check reads. */
interface HealthInput {
    requests: { url: string }[];
    certificatePem?: string;
    timeoutSeconds: number;
}
