import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { SecretFiles, secretFile, secretPath } from "./config-files";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { RedisEndpoint } from "./redis";

export interface RedisElsewhereArgs {
    /** From where it is used, and asked. */
    machine: Machine;
    packages: Packages;
    /** `redis://host:port/database`, or `rediss://` for TLS, with a certificate that the machine trusts. */
    url: string;
    /** @default none */
    password?: pulumi.Output<string>;
}

/**
 * A Redis server that is not the stack's: a managed one, or another machine's.
 * The machine asks it before a product is given it: a wrong address or password ends the `up` there, and is named.
 */
export class RedisElsewhere extends pulumi.ComponentResource {
    public readonly endpoint: RedisEndpoint;

    constructor(name: string, args: RedisElsewhereArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:RedisElsewhere", name, {}, opts);

        const { machine, packages, url, password } = args;
        const secret = `${name}-elsewhere`;
        const secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: password === undefined ? {} : { [secretPath(secret)]: secretFile(password) } },
            { parent: this, dependsOn: packages },
        );
        const answering = new InstallStep(
            `${name}-answering`,
            {
                machine,
                program: secrets.revision.apply((secret_revision) => ({
                    script: "redis/ask.sh",
                    parameters: { url, secret: password === undefined ? "" : secret, secret_revision },
                })),
            },
            { parent: this, dependsOn: secrets },
        );
        this.endpoint = { url, password, running: [answering] };
        this.registerOutputs();
    }

    static readonly packages: PackageSet = { packages: ["ca-certificates", "python3"] };
}
