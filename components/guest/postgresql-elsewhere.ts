import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { ConfigFiles, pemFile, SecretFiles } from "./config-files";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { DatabaseEndpoint } from "./postgresql";
import {
    ADMINISTRATOR_ELSEWHERE,
    clusterSettings,
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
    url: pulumi.Input<string>;
    /** @default none */
    password?: pulumi.Output<string>;
    /** The authority that has signed the server's certificate, as PEM. @default those that the machine trusts */
    authority?: pulumi.Input<string>;
    /** Extensions that the databases will have. */
    extensions: readonly string[];
    /** What must be there before it is asked: its steps, where it is the stack's. @default nothing */
    after?: pulumi.Resource[];
}

/** Where everyone on a machine finds the authority. */
const AUTHORITY = "/etc/science-stacks/postgresql-authority.pem";

/**
 * A PostgreSQL server that is not on the machine: a managed one, or another machine's, of the stack or not.
 * The machine asks it before a product is given it: a wrong address, password or right ends the `up` there, and is named.
 */
export class PostgreSqlElsewhere extends pulumi.ComponentResource {
    public readonly endpoint: DatabaseEndpoint;

    constructor(name: string, args: PostgreSqlElsewhereArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:PostgreSqlElsewhere", name, {}, opts);

        const { machine, packages, password, authority, extensions, after = [] } = args;
        const url = pulumi.output(args.url);
        const server = url.apply((text) => serverAddress(text) as ServerAddress);
        const settings = server.apply((known) => ({
            ...tlsSettings(known, authority && AUTHORITY),
            ...clusterSettings(known),
        }));
        const service = pulumi
            .all([server, settings, password])
            .apply(([known, each, secret]) => serviceText(known, each, secret));
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    [SERVICE_FILE]: service.apply((content) => ({ content, mode: "600" })),
                    ...(authority && { [AUTHORITY]: pemFile(authority) }),
                },
            },
            { parent: this, dependsOn: packages },
        );
        const answering = new InstallStep(
            `${name}-answering`,
            {
                machine,
                program: pulumi.all([secrets.revision, url]).apply(([secrets_revision, text]) => ({
                    script: "postgresql/ask.sh",
                    parameters: {
                        url: text,
                        connection: ADMINISTRATOR_ELSEWHERE.environment,
                        extensions,
                        secrets_revision,
                    },
                })),
            },
            { parent: this, dependsOn: [secrets, ...after] },
        );
        this.endpoint = {
            host: server.apply(({ host }) => host),
            port: server.apply(({ port }) => port),
            settings,
            administrator: ADMINISTRATOR_ELSEWHERE,
            owner: pulumi.getStack(),
            running: answering,
        };
        this.registerOutputs();
    }

    static readonly packages: PackageSet = {
        packages: ["ca-certificates", "postgresql-client", "python3-psycopg2"],
    };

    /** What a machine needs that uses databases there, and makes none. */
    static readonly userPackages: PackageSet = { packages: ["ca-certificates"] };

    /** What such a machine verifies the server by. @returns what whoever connects waits for */
    static trust(
        name: string,
        { machine, packages, authority }: Pick<PostgreSqlElsewhereArgs, "machine" | "packages" | "authority">,
    ): InstallStep[] {
        return authority === undefined
            ? []
            : [
                  new ConfigFiles(
                      `${name}-authority`,
                      { machine, files: { [AUTHORITY]: pemFile(authority) } },
                      { dependsOn: packages },
                  ),
              ];
    }
}
