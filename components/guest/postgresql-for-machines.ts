import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { ServerCertificate } from "../server-certificate";
import { pemFile, SecretFiles } from "./config-files";
import type { InstallStep } from "./install-step";
import { PostgreSql, type PostgreSqlArgs } from "./postgresql";
import { ADMINISTRATOR, createAdministrator } from "./postgresql-administrator";
import { SERVER_CERTIFICATE, SERVER_KEY } from "./postgresql-files";
import { POSTGRESQL_PORT } from "./postgresql-server";

export interface PostgreSqlForMachinesArgs extends Omit<PostgreSqlArgs, "network"> {
    /** The machines of the stack that use it. */
    clients: readonly Machine[];
    /** What must be there before it is said anew who comes in. @default nothing */
    after?: readonly pulumi.Resource[];
    /** Extensions that their databases have. */
    extensions: readonly string[];
}

/**
 * A PostgreSQL server that other machines of the stack use, as they would use one elsewhere: by TLS, with a certificate of an
 * authority of the stack's own, and an administrator who may make databases and users, and is no superuser.
 */
export class PostgreSqlForMachines extends pulumi.ComponentResource {
    /** `postgresql://…`, for `PostgreSqlElsewhere`. */
    public readonly url: pulumi.Output<string>;
    /** Secret. The password of the administrator in it. */
    public readonly password: pulumi.Output<string>;
    /** The authority that has signed the server's certificate, as PEM. */
    public readonly authority: pulumi.Output<string>;
    /** The administrator comes in: what everything that connects waits for. */
    public readonly running: InstallStep;

    constructor(name: string, args: PostgreSqlForMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:PostgreSqlForMachines", name, {}, opts);

        const { machine, packages, image, extensions } = args;
        const child = { parent: this };
        const shown = new ServerCertificate(`${name}-tls`, { address: machine.privateAddress }, child);
        const certificate = new SecretFiles(
            `${name}-certificate`,
            {
                machine,
                files: {
                    [SERVER_CERTIFICATE]: pemFile(shown.certificatePem),
                    [SERVER_KEY]: pemFile(shown.privateKeyPem, { owner: "root:postgres", mode: "640" }),
                },
            },
            { ...child, dependsOn: packages },
        );
        const server = new PostgreSql(
            name,
            { ...args, network: { clients: args.clients, certificate, after: args.after } },
            child,
        );

        this.password = password(`${name}-administrator-password`, child);
        this.running = createAdministrator(
            name,
            { machine, image, password: this.password, extensions, after: [server.endpoint.running] },
            child,
        );

        this.url = pulumi.interpolate`postgresql://${ADMINISTRATOR}@${machine.privateAddress}:${POSTGRESQL_PORT}/postgres`;
        this.authority = shown.authorityPem;
        this.registerOutputs({ url: this.url });
    }
}
