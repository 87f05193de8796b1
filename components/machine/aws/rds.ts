import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { password } from "../../password";
import { POSTGRESQL_PORT } from "../../guest/postgresql-server";
import type { ManagedPostgreSqlArgs, ManagedServer } from "../managed";
import { serverGroup, serverIdentifier, snapshotEnding, type ManagedPlace } from "./managed-server";

export type RdsPostgreSqlArgs = Omit<ManagedPostgreSqlArgs, "subnets"> & ManagedPlace;

/** Who makes databases and users for the product; a member of `rds_superuser`, and so may make PostGIS. */
const ADMINISTRATOR = "administrator";

/** The longest name of a server of RDS. */
const LONGEST_NAME = 63;

/**
 * PostgreSQL as Amazon runs it (RDS): encrypted, in two zones, reached by TLS from the stack's own machines alone, with backups that stay
 * when the stack goes. Its certificate is of an authority that no operating system knows: clients are given that of the region.
 */
export class RdsPostgreSql extends pulumi.ComponentResource implements ManagedServer {
    public readonly url: pulumi.Output<string>;
    public readonly password: pulumi.Output<string>;
    public readonly after: pulumi.Resource[];

    constructor(name: string, args: RdsPostgreSqlArgs, opts: pulumi.ComponentResourceOptions) {
        super("science-stacks:machine:RdsPostgreSql", name, {}, opts);

        const child = { parent: this };
        const { machineName, subnetIds, version, onDestroy } = args;
        const identifier = serverIdentifier(machineName, "database", LONGEST_NAME);
        const tags = { Name: identifier, OnDestroy: onDestroy };
        const subnets = new rds.SubnetGroup(
            `${name}-subnets`,
            { description: `Where the database of ${machineName} is`, subnetIds, tags },
            child,
        );
        const { group, open } = serverGroup(
            name,
            { ...args, what: "the database", description: "PostgreSQL for the product", port: POSTGRESQL_PORT, tags },
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
        const ending = snapshotEnding(name, child);

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
