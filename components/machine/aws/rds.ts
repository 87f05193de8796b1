import * as ec2 from "@pulumi/aws/ec2";
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { password } from "../../password";
import { POSTGRESQL_PORT } from "../../guest/postgresql-server";
import type { Machine, ManagedPostgreSql, ManagedPostgreSqlArgs } from "../machine";
import type { AwsNetwork } from "./network";
import { databaseSubnets } from "./database-subnets";
import { IngressRules } from "./security-group";

export interface RdsPostgreSqlArgs extends ManagedPostgreSqlArgs {
    /** Where that is. */
    network: AwsNetwork;
    region: string;
    kmsKeyArn?: string;
    /** The machine that uses it. */
    client: Machine;
}

/** Who makes databases and users for the product; a member of `rds_superuser`, and so may make PostGIS. */
const ADMINISTRATOR = "administrator";

/**
 * PostgreSQL as Amazon runs it (RDS): encrypted, in two zones, reached by TLS from the stack's machine alone, with backups that stay
 * when the stack goes. Its certificate is of an authority that no operating system knows: clients are given that of the region.
 */
export class RdsPostgreSql extends pulumi.ComponentResource implements ManagedPostgreSql {
    public readonly url: pulumi.Output<string>;
    public readonly password: pulumi.Output<string>;
    public readonly after: pulumi.Resource[];

    constructor(name: string, args: RdsPostgreSqlArgs, opts: pulumi.ComponentResourceOptions) {
        super("science-stacks:machine:RdsPostgreSql", name, {}, opts);

        const child = { parent: this };
        const { network, client, version, onDestroy } = args;
        const { machineName } = client;
        const identifier = `${machineName}-database`;
        const tags = { Name: identifier, OnDestroy: onDestroy };
        const subnets = new rds.SubnetGroup(
            `${name}-subnets`,
            {
                description: `Where the database of ${machineName} is`,
                subnetIds: databaseSubnets(name, { ...args, machineName }, child),
                tags,
            },
            child,
        );
        const group = new ec2.SecurityGroup(
            `${name}-group`,
            {
                vpcId: network.vpcId,
                description: "What may reach the database. Rules are resources of their own.",
                tags,
            },
            child,
        );
        const open = new IngressRules(
            `${name}-firewall`,
            { securityGroupId: group.id, machineName },
            [{ description: "PostgreSQL for the product", port: POSTGRESQL_PORT, cidrs: [], machines: [client] }],
            child,
        );
        const settings = new rds.ParameterGroup(
            `${name}-settings`,
            {
                family: `postgres${version}`,
                description: `Settings of the database of ${machineName}`,
                // A server with this refuses who comes without TLS.
                parameters: [{ name: "rds.force_ssl", value: "1" }],
                tags,
            },
            child,
        );
        // A snapshot of the same name, of an earlier stack, would keep this one from being destroyed.
        const ending = new random.RandomId(`${name}-final-snapshot`, { byteLength: 4 }, child).hex;

        this.password = password(`${name}-administrator-password`, child);
        const server = new rds.Instance(
            name,
            {
                identifier,
                engine: "postgres",
                engineVersion: version,
                // A newer version in the configuration is an upgrade, by RDS; it makes a snapshot first.
                allowMajorVersionUpgrade: true,
                autoMinorVersionUpgrade: true,
                applyImmediately: true,
                instanceClass: args.instanceClass,
                allocatedStorage: args.storageGiB,
                storageType: "gp3",
                storageEncrypted: true,
                kmsKeyId: args.kmsKeyArn,
                multiAz: args.multiAz,
                dbSubnetGroupName: subnets.name,
                vpcSecurityGroupIds: [group.id],
                publiclyAccessible: false,
                port: POSTGRESQL_PORT,
                parameterGroupName: settings.name,
                username: ADMINISTRATOR,
                password: this.password,
                backupRetentionPeriod: args.backupDays,
                deleteAutomatedBackups: false,
                copyTagsToSnapshot: true,
                deletionProtection: onDestroy === "refuse",
                skipFinalSnapshot: false,
                finalSnapshotIdentifier: pulumi.interpolate`${identifier}-${ending}`,
                tags,
            },
            {
                ...child,
                protect: onDestroy === "refuse",
                // Two in several zones and their first backup take long.
                customTimeouts: { create: "60m", update: "4h", delete: "60m" },
            },
        );
        this.url = pulumi.interpolate`postgresql://${ADMINISTRATOR}@${server.address}:${POSTGRESQL_PORT}/postgres`;
        this.after = [server, open];
        this.registerOutputs({ url: this.url });
    }
}
