/**
 * `rotate/index.ts STACK KIND`: prints the URNs of the passwords or keys of a kind, a line each, for `npm run rotate`, which has
 * Pulumi make them anew. Exit status 1, with the reason, where the stack has none that could be.
 */
import { Engine } from "../verify/engine";
import { nameOf, stackOutputs, type Deployment } from "../verify/deployment";
import { readOutputs } from "../verify/outputs";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const KEY = "tls:index/privateKey:PrivateKey";

/** What can be rotated: the resources that it is made by, and why a stack may have none. */
const KINDS: Record<string, { type: string; name: RegExp; none: string }> = {
    "database-password": {
        type: PASSWORD,
        name: /(^|-)database(-server-administrator)?-password$/,
        none: "it has no database of its own",
    },
    "cache-password": { type: PASSWORD, name: /^redis(-server)?-password$/, none: "it has no Redis of its own" },
    "search-password": {
        type: PASSWORD,
        name: /^search-server-password$/,
        none: "Solr has no machine of its own",
    },
    certificate: {
        type: KEY,
        name: /^certificate-key$/,
        none: "its certificate is not made by the stack (tls.mode)",
    },
    "ssh-key": {
        type: KEY,
        name: /(^|-)machine-login-key$/,
        none: "its administrator gives the key (machine.privateKey)",
    },
    "host-key": {
        type: KEY,
        name: /(^|-)machine-host-key$/,
        none: "the host has made it (machine.hostKey)",
    },
};

/** The URNs of what is to be made anew. @throws why there is nothing */
export function rotated(deployment: Deployment, stack: string, kind: string, platform: string): string[] {
    const chosen = KINDS[kind];
    if (chosen === undefined) {
        throw new Error(`"${kind}" cannot be rotated. Allowed: ${Object.keys(KINDS).join(", ")}.`);
    }
    if (platform === "aws" && /^(ssh|host)-key$/.test(kind)) {
        throw new Error(
            `${stack}: on AWS the ${kind} is given to a machine when it is made. A new machine on the same data has a new one:\n` +
                `  npm run pulumi -- up --stack ${stack} --replace '**machine-${kind === "ssh-key" ? "login" : "host"}-key' --replace '**machine-instance'`,
        );
    }
    const found = deployment.resources.filter(
        (resource) => resource.type === chosen.type && chosen.name.test(nameOf(resource)),
    );
    if (found.length === 0) {
        throw new Error(`${stack} has no ${kind} that could be rotated: ${chosen.none}.`);
    }
    return found.map(({ urn }) => urn);
}

async function main(): Promise<void> {
    const [stack = "", kind = ""] = process.argv.slice(2);
    const { deployment } = await new Engine(stack, "").export("--show-secrets");
    const { machine } = readOutputs(stack, stackOutputs(deployment));
    console.log(rotated(deployment, stack, kind, machine.platform).join("\n"));
}

if (require.main === module) {
    main().catch((error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    });
}
