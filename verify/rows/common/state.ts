import { X509Certificate } from "node:crypto";
import type { Context } from "../../context";
import { generatedSecrets, isSecret, nameOf, reveal, type ResourceState } from "../../deployment";
import type { Login } from "../../ssh";
import { guestProgram } from "../../files";
import { count, ensure, NotHere, type Row } from "../../row";
import { onEach, type StackMachine } from "./machines";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const CERTIFICATE = "tls:index/selfSignedCert:SelfSignedCert";
const STEP = "command:remote:Command";

/** What the state holds, and where its secrets are not. */
export const stateRows: Row<Context>[] = [
    {
        id: "X04",
        title: "Self-signed certificates from @pulumi/tls, passwords from @pulumi/random, secrets in the state",
        async check({ engine, outputs, web, config }) {
            const { deployment } = await engine.export();
            const passwords = deployment.resources.filter(({ type }) => type === PASSWORD);
            const open = passwords.filter(({ outputs: values }) => !isSecret(values?.["result"])).map(nameOf);
            ensure(open.length === 0, `passwords in plain text in the state: ${open.join(", ")}`);
            const encrypted =
                passwords.length === 0
                    ? "no password is generated in this stack"
                    : `${count(passwords.length, "generated password")}, all encrypted in the state`;
            if (config.tls.mode === "acme" || outputs.loadBalancer !== undefined) {
                const { validTo } = await web.certificateOf(outputs.url);
                const by = outputs.loadBalancer === undefined ? "by ACME" : "of the load balancer, by ACM";
                return `${encrypted}; the certificate is ${by}, until ${validTo}`;
            }
            if (outputs.certificate === undefined) {
                if (passwords.length === 0) {
                    throw new NotHere(`${encrypted}, and TLS is off`);
                }
                return `${encrypted}; TLS is off in this stack`;
            }

            const shown = await web.certificateOf(outputs.url);
            ensure(
                shown.fingerprint256 === new X509Certificate(outputs.certificate).fingerprint256,
                "the server shows another certificate than the stack's",
            );
            if (config.tls.mode === "own") {
                return `${encrypted}; the server shows the configured certificate of one's own (until ${shown.validTo})`;
            }
            const isMade = deployment.resources.some(({ type }) => type === CERTIFICATE);
            ensure(isMade, "no certificate in the state was made by @pulumi/tls");
            ensure(shown.verify(shown.publicKey), "the certificate is not signed by its own key");
            const { modulusLength } = shown.publicKey.asymmetricKeyDetails ?? {};
            return `${encrypted}; the server shows the stack's certificate (RSA ${modulusLength}, until ${shown.validTo})`;
        },
    },
    {
        id: "X05",
        title: "Remote commands do the installation; a half-finished one is finished by the next up",
        async check(context) {
            const { deployment } = context;
            const steps = deployment.resources.filter(({ type }) => type === STEP);
            ensure(steps.length > 0, "the state has no remote command");
            ensure(
                deployment.pendingOperations.length === 0,
                `${deployment.pendingOperations.length} operations were cut off and are not finished`,
            );
            return onEach(context, (machine) => checkSteps(machine, stepsOn(machine, steps)));
        },
    },
    {
        id: "X06",
        title: "No secret on a command line, in a log, in the state's plain text, in a world-readable file",
        async check(context) {
            const { deployment, engine } = context;
            const secrets = generatedSecrets(deployment);
            ensure(secrets.length > 0, "the state has no generated secret to look for");
            const state = await engine.export();
            ensure(!secrets.some((secret) => state.text.includes(secret)), "a secret is in the state in plain text");
            const places = await onEach(context, async ({ ssh }) => {
                const searched = await ssh.run(guestProgram("search-secrets.sh"), secrets.join("\n"));
                ensure(!searched.includes("found "), searched.replaceAll("found ", "a secret is in "));
                return searched;
            });
            return `${secrets.length} passwords and lines of private keys are not in the state's text, nor in ${places}`;
        },
    },
];

/** The steps that are one machine's: they log in to it. */
function stepsOn({ ssh }: StackMachine, steps: readonly ResourceState[]): ResourceState[] {
    return steps.filter(({ inputs }) => ssh.leadsTo((reveal(inputs) as { connection: Login }).connection));
}

async function checkSteps({ ssh }: StackMachine, steps: readonly ResourceState[]): Promise<string> {
    const seen = await ssh.facts(`
        names() { find "$1" -mindepth 1 -maxdepth 1 "\${@:2}" -printf '%f ' 2>/dev/null || true; }
        fact logs "$(names /var/log/science-stacks -name '*.log')"
        fact running "$(systemctl list-units --plain --no-legend 'science-stacks-*.service' --state=activating,failed | cut -d' ' -f1 | paste -sd' ')"
        fact pending "$(names /var/lib/science-stacks/pending)$(names /var/lib/science-stacks -name 'formatting-*')"
        fact failed "$(cd /run/science-stacks 2>/dev/null && grep -LsFx 0 -- */status | paste -sd' ' || true)"
    `);
    ensure(!seen["running"], `steps run, or failed: ${seen["running"]}`);
    // One that failed and was then taken out of the stack is nobody's.
    const unwell = (seen["failed"] ?? "").split(" ").map((path) => path.replace(/\/status$/, ""));
    const failed = steps.map(nameOf).filter((name) => unwell.includes(name));
    ensure(
        failed.length === 0,
        `steps that did not end well: ${failed.join(", ")}; an \`up\` with --repair runs them again`,
    );
    ensure(!seen["pending"], `restarts or phases left open by a step that was cut off: ${seen["pending"]}`);
    const logs = new Set(seen["logs"]?.split(" "));
    const never = steps.map(nameOf).filter((name) => !logs.has(`${name}.log`) && !name.endsWith("-runner"));
    ensure(never.length === 0, `no trace on the machine of: ${never.join(", ")}`);
    return `${count(steps.length, "remote command")} in the state, each with its log on the machine; none is running, failed, or left half-finished`;
}
