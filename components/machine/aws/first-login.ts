import { relative, resolve } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { PrivateKey } from "@pulumi/tls";
import { assignments } from "../../guest/shell";

export interface FirstLoginArgs {
    host: pulumi.Input<string>;
    port: number;
    user: string;
    /** Secret. */
    privateKey: pulumi.Input<string>;
    /** The machine: another one is logged in to anew. */
    instance: pulumi.CustomResource;
    /** The host key that the machine was booted with, which is in its user data. */
    firstHostKey: PrivateKey;
    /** The one that it shows from now on. */
    hostKey: PrivateKey;
}

/**
 * Waits until a new machine answers, and replaces the host key that it was booted with by one that was never in its user data.
 * A log-in that was cut off on either side of that is finished by the next `up`: only here both keys are taken.
 */
export class FirstLogin extends command.local.Command {
    constructor(name: string, args: FirstLoginArgs, opts: pulumi.CustomResourceOptions) {
        const { host, port, user, privateKey, instance, firstHostKey, hostKey } = args;
        const parameters = pulumi.all({
            host,
            port,
            user,
            login_key: privateKey,
            first_host_key: firstHostKey.publicKeyOpenssh,
            host_public_key: hostKey.publicKeyOpenssh,
            host_key: hostKey.privateKeyOpenssh,
        });
        super(
            name,
            {
                dir: project,
                create: "bash scripts/host/first-login.sh",
                stdin: pulumi
                    .secret(parameters)
                    .apply((known) =>
                        assignments(
                            Object.fromEntries(
                                Object.entries(known).map(([key, value]) => [key, String(value).trim()]),
                            ),
                        ),
                    ),
                triggers: [instance.id],
                logging: command.local.Logging.None,
                addPreviousOutputInEnv: false,
            },
            pulumi.mergeOptions(opts, { deletedWith: instance, customTimeouts: { create: "15m", update: "15m" } }),
        );
    }
}

/** The project's directory as the program sees it: clones at other places share a state. */
const project = relative(process.cwd(), resolve(__dirname, "..", "..", "..")) || ".";
