import { join, relative } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

export interface HealthCheckArgs {
    /** What is asked for, as a user would. */
    requests: pulumi.Input<pulumi.Input<HealthRequest>[]>;
    /** The certificate to trust, as PEM. @default those of the system */
    certificatePem?: pulumi.Input<string>;
    /** The host that is asked for all of them, by their own names, where those lead nowhere yet. @default where they lead */
    connectTo?: pulumi.Input<string>;
    /** What the answer depends on: the check is made again when one of these differs. */
    revisions: pulumi.Input<string>[];
    /** The product has this long to answer, in seconds. @default 120 */
    timeoutSeconds?: number;
}

export interface HealthRequest {
    url: string;
    /** The statuses that are right. @default [200] */
    statuses?: number[];
    /** A text that the answer holds. @default any */
    contains?: string;
}

const script = join(__dirname, "..", "scripts", "host", "health-check.mjs");

/**
 * Ends a stack: `pulumi up` fails, and says what was answered instead, when the product does not answer as a user would see it.
 * The requests are sent from the machine that Pulumi runs on, over the network, with the certificate that users are given.
 */
export class HealthCheck extends command.local.Command {
    constructor(name: string, args: HealthCheckArgs, opts: pulumi.CustomResourceOptions) {
        const { requests, certificatePem, connectTo, revisions, timeoutSeconds = 120 } = args;
        super(
            name,
            {
                // Relative to the program's working directory, so that the state is the same from every checkout.
                create: `node ${relative(process.cwd(), script)}`,
                stdin: pulumi.jsonStringify(
                    { requests, certificatePem, connectTo, revisions, timeoutSeconds },
                    undefined,
                    2,
                ),
                logging: command.local.Logging.None,
                addPreviousOutputInEnv: false,
            },
            opts,
        );
    }
}
