import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { SecretFiles } from "./config-files";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { DatabaseEndpoint } from "./postgresql";
import {
    ADMINISTRATOR_ELSEWHERE,
    serverAddress,
    serviceText,
    SERVICE_FILE,
    tlsSettings,
    type ServerAddress,
} from "./postgresql-server";

export interface PostgreSqlElsewhereArgs {
    /** From where it is used, and asked. */
    machine: Machine;
    packages: Packages;
    /** `postgresql://USER@HOST[:PORT]/[DATABASE][?sslmode=MODE]`, of a user who may make databases and users. */
    url: string;
    /** @default none */
    password?: pulumi.Output<string>;
    /** The authority that has signed the server's certificate, as PEM. @default those that the machine trusts */
    authority?: string;
    /** Extensions that the databases will have. */
    extensions: readonly string[];
}

/** Where everyone on the machine finds the authority. */
const AUTHORITY = "/etc/science-stacks/postgresql-authority.pem";

/**
 * A PostgreSQL server that is not the stack's: a managed one, or another machine's.
 * The machine asks it before a product is given it: a wrong address, password or right ends the `up` there, and is named.
 */
export class PostgreSqlElsewhere extends pulumi.ComponentResource {
    public readonly endpoint: DatabaseEndpoint;

    constructor(name: string, args: PostgreSqlElsewhereArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:PostgreSqlElsewhere", name, {}, opts);

        const { machine, packages, url, password, authority, extensions } = args;
        const server = serverAddress(url) as ServerAddress;
        const tls = tlsSettings(server, authority && AUTHORITY);
        const service = pulumi.output(password).apply((text) => serviceText(server, tls, text));
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    [SERVICE_FILE]: service.apply((content) => ({ content, mode: "600" })),
                    ...(authority && { [AUTHORITY]: { content: `${authority.trimEnd()}\n` } }),
                },
            },
            { parent: this, dependsOn: packages },
        );
        const answering = new InstallStep(
            `${name}-answering`,
            {
                machine,
                program: secrets.revision.apply((secrets_revision) => ({
                    script: "postgresql/ask.sh",
                    parameters: {
                        url,
                        connection: ADMINISTRATOR_ELSEWHERE.environment,
                        extensions,
                        secrets_revision,
                    },
                })),
            },
            { parent: this, dependsOn: secrets },
        );
        this.endpoint = {
            host: server.host,
            port: server.port,
            settings: tls,
            administrator: ADMINISTRATOR_ELSEWHERE,
            owner: pulumi.getStack(),
            running: answering,
        };
        this.registerOutputs();
    }

    static readonly packages: PackageSet = {
        packages: ["ca-certificates", "postgresql-client", "python3-psycopg2"],
    };
}
