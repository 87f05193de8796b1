import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { pemFile, SecretFiles, secretFile, secretPath } from "./config-files";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { RedisEndpoint } from "./redis";

export interface RedisElsewhereArgs {
    /** From where it is used, and asked. */
    machine: Machine;
    packages: Packages;
    /** `redis://host:port/database`, or `rediss://` for TLS, with a certificate that the machine trusts. */
    url: pulumi.Input<string>;
    /** @default none */
    password?: pulumi.Output<string>;
    /** The authority that has signed the server's certificate, as PEM. @default those that the machine trusts */
    authority?: pulumi.Output<string>;
    /** Whether a client that loses its connection tries once more. @default it does not */
    tryAgain?: boolean;
    /** What must be there before it is asked, where it is the stack's. @default nothing */
    after?: pulumi.Resource[];
}

/** Where everyone on the machine finds the authority. */
const AUTHORITY = "/etc/science-stacks/redis-authority.pem";

/**
 * A Redis server that is not on the machine: a managed one, or another machine's, of the stack or not.
 * The machine asks it before a product is given it: a wrong address or password ends the `up` there, and is named.
 */
export class RedisElsewhere extends pulumi.ComponentResource {
    public readonly endpoint: RedisEndpoint;

    constructor(name: string, args: RedisElsewhereArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:RedisElsewhere", name, {}, opts);

        const { machine, packages, password, authority, tryAgain, after = [] } = args;
        const url = pulumi.output(args.url);
        const secret = `${name}-elsewhere`;
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    ...(password && { [secretPath(secret)]: secretFile(password) }),
                    ...(authority && { [AUTHORITY]: pemFile(authority) }),
                },
            },
            { parent: this, dependsOn: packages },
        );
        const answering = new InstallStep(
            `${name}-answering`,
            {
                machine,
                program: pulumi.all([secrets.revision, url]).apply(([secret_revision, text]) => ({
                    script: "redis/ask.sh",
                    parameters: {
                        ...{ url: text, secret: password === undefined ? "" : secret, secret_revision },
                        authority: authority === undefined ? "" : AUTHORITY,
                    },
                })),
            },
            { parent: this, dependsOn: [secrets, ...after] },
        );
        this.endpoint = { url, password, tryAgain, running: [answering], ...(authority && { authority: AUTHORITY }) };
        this.registerOutputs();
    }

    static readonly packages: PackageSet = { packages: ["ca-certificates", "python3"] };
}
