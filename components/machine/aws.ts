import { Provider } from "@pulumi/aws/provider";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { Ready } from "../guest/ready";
import { machineAddress } from "./aws/address";
import type { AwsMachineArgs } from "./aws/args";
import { firstBoot } from "./aws/first-boot";
import { FirstLogin } from "./aws/first-login";
import { loginUser } from "./aws/image";
import { instanceProfile } from "./aws/instance-profile";
import { loginKey } from "./aws/login-key";
import { awsNetwork, type AwsNetwork } from "./aws/network";
import { IngressRules, securityGroup } from "./aws/security-group";
import { dailySnapshots } from "./aws/snapshots";
import { attachVolume } from "./aws/volume";
import type { ObjectStoreEndpoint } from "../guest/object-store";
import { S3ObjectStore } from "./aws/object-store";
import { ElastiCacheRedis } from "./aws/elasticache";
import type { ManagedPlace } from "./aws/managed-server";
import { lookUpSubnets } from "./aws/balancer-subnets";
import { ApplicationLoadBalancer } from "./aws/load-balancer";
import { RdsPostgreSql } from "./aws/rds";
import { zoneSubnets } from "./aws/zone-subnets";
import type { LoadBalancer, LoadBalancerArgs } from "./load-balancer";
import type { BucketArgs, Connection, Disk, DiskArgs, DiskUse, FirewallRule, Machine } from "./machine";
import type { ManagedPostgreSqlArgs, ManagedRedisArgs, ManagedServer, ZoneSubnetsArgs } from "./managed";

/**
 * An EC2 instance with an address that stays, in a network of its own or a given one. Its image is looked up when it is made
 * and kept; its host key is pinned from the first connection, and replaced at that, since others may read what it was booted with.
 * A further machine of a stack is in the first one's subnet, with a security group of its own. Design: docs/aws.md.
 */
export class AwsMachine extends pulumi.ComponentResource implements Machine {
    public readonly machineName: string;
    public readonly address: pulumi.Output<string>;
    public readonly privateAddress: pulumi.Output<string>;
    public readonly connection: pulumi.Output<Connection>;
    public readonly identity: pulumi.Output<string>;
    public readonly host: ec2.Instance;
    public readonly ready: pulumi.Resource;
    private readonly args: AwsMachineArgs;
    private readonly provider: Provider;
    private readonly network: AwsNetwork;
    private readonly group: ec2.SecurityGroup;
    private disks = 0;
    private subnetIds?: pulumi.Input<string>[];

    constructor(name: string, args: AwsMachineArgs, opts?: pulumi.ComponentResourceOptions) {
        const provider = args.beside?.provider ?? awsProvider(args);
        super("science-stacks:machine:AwsMachine", name, {}, { ...opts, providers: [provider] });

        const child = { parent: this };
        this.machineName = args.machineName ?? pulumi.getStack();
        const tags = { Name: this.machineName };
        this.args = args;
        this.provider = provider;
        this.network = args.beside?.network ?? awsNetwork(name, args.region, args.network, child);
        this.group = securityGroup(
            `${name}-group`,
            { vpcId: this.network.vpcId, machineName: this.machineName },
            child,
        );
        const login = loginKey(name, args, tags, child);
        const first = firstBoot(name, { ...args, machineName: this.machineName }, child);
        const hostKey = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, child);

        this.host = new ec2.Instance(
            name,
            {
                ami: first.image,
                userData: first.userData,
                userDataReplaceOnChange: true,
                instanceType: args.instanceType,
                keyName: login.name,
                subnetId: this.network.subnetId,
                vpcSecurityGroupIds: [this.group.id],
                iamInstanceProfile: instanceProfile(name, this.machineName, child).name,
                metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
                rootBlockDevice: {
                    volumeType: "gp3",
                    volumeSize: args.rootGiB,
                    encrypted: true,
                    kmsKeyId: args.kmsKeyArn,
                    deleteOnTermination: true,
                },
                monitoring: args.detailedMonitoring,
                tags,
            },
            // The volumes can be at one machine at a time, and so can the address.
            {
                ...child,
                deleteBeforeReplace: true,
                dependsOn: this.network.routed,
                additionalSecretOutputs: ["userData", "userDataBase64"],
            },
        );
        this.identity = this.host.id;
        this.privateAddress = this.host.privateIp;
        this.address = machineAddress(
            name,
            { instance: this.host, machineName: this.machineName, public: this.network.public, dns: args.dns },
            child,
        );
        if (args.snapshots.keep > 0) {
            dailySnapshots(`${name}-snapshots`, { ...args.snapshots, machineName: this.machineName }, child);
        }

        const reached = {
            host: args.sessionManager === undefined ? this.address : pulumi.output("127.0.0.1"),
            port: args.sessionManager?.localPort ?? 22,
            user: loginUser(args.image),
            privateKey: login.privateKey,
        };
        const firstLogin = new FirstLogin(
            `${name}-first-login`,
            { ...reached, instance: this.host, firstHostKey: first.hostKey, hostKey },
            child,
        );
        this.connection = pulumi
            // What connects comes after the first log-in: its URN is known in a preview, where its output may not be.
            .all([reached.host, reached.privateKey, hostKey.publicKeyOpenssh, firstLogin.urn])
            .apply(([host, privateKey, publicKey]) => ({
                ...reached,
                host,
                privateKey,
                hostKey: publicKey.trim(),
                dialErrorLimit: 10,
                perDialTimeout: 10,
            }));
        const { machineName, connection, identity, host } = this;
        this.ready = new Ready(`${name}-ready`, { machineName, connection, identity, host }, child);

        this.registerOutputs({ address: this.address });
    }

    /** A volume of EBS in the machine's zone, or for the data the one that the configuration names. */
    attachDisk(name: string, args: DiskArgs & { use: DiskUse }, opts: pulumi.ComponentResourceOptions): Disk {
        return attachVolume(
            name,
            {
                ...args,
                instance: this.host,
                machineName: this.machineName,
                deviceName: `/dev/sd${DEVICE_LETTERS[this.disks++]}`,
                availabilityZone: this.network.availabilityZone,
                kmsKeyArn: this.args.kmsKeyArn,
                existing: args.use === "data" ? this.args.volumes.data : undefined,
            },
            pulumi.mergeOptions({ parent: this, provider: this.provider }, opts),
        );
    }

    /** A bucket of S3 in the machine's account and region, and a user whose keys are for it alone. */
    objectStore(name: string, args: BucketArgs, opts: pulumi.ComponentResourceOptions): ObjectStoreEndpoint {
        const { account, region } = this.args;
        const bucket = args.bucket ?? `${this.machineName}-${account}`;
        return new S3ObjectStore(name, { ...args, bucket, region }, this.within(opts)).endpoint;
    }

    /** A PostgreSQL of RDS in the machine's VPC. */
    managedPostgreSql(name: string, args: ManagedPostgreSqlArgs, opts: pulumi.ComponentResourceOptions): ManagedServer {
        return new RdsPostgreSql(name, { ...args, ...this.managedPlace(args.subnets) }, this.within(opts));
    }

    /** A Valkey or Redis of ElastiCache in the machine's VPC. */
    managedRedis(name: string, args: ManagedRedisArgs, opts: pulumi.ComponentResourceOptions): ManagedServer {
        return new ElastiCacheRedis(name, { ...args, ...this.managedPlace(args.subnets) }, this.within(opts));
    }

    /** An Application Load Balancer in the machine's VPC, which is let in to the machine's services. */
    async loadBalancer(
        name: string,
        args: LoadBalancerArgs,
        opts: pulumi.ComponentResourceOptions,
    ): Promise<LoadBalancer> {
        const { region, network: place } = this.args;
        const { network, machineName, host, group: machineGroup } = this;
        const [ids, existing] = [args.subnets.subnetIds, place.existing];
        const given = ids && existing && (await lookUpSubnets(ids, existing.subnetId, { parent: this }));
        return new ApplicationLoadBalancer(
            name,
            { ...args, given, network, region, machineName, host, machineGroup },
            this.within(opts),
        );
    }

    firewall(name: string, rules: FirewallRule[], opts: pulumi.ComponentResourceOptions): pulumi.Resource {
        const group = { securityGroupId: this.group.id, machineName: this.machineName };
        return new IngressRules(name, group, rules, this.within(opts));
    }

    /** Where what Amazon runs for the machine is: in subnets that are made with the first of it. */
    private managedPlace(subnets: ZoneSubnetsArgs): ManagedPlace {
        const { network, machineName } = this;
        const { region, kmsKeyArn } = this.args;
        const tags = { Name: `${machineName}-managed` };
        this.subnetIds ??=
            subnets.subnetIds ?? zoneSubnets("managed", { network, region, tags }, subnets, { parent: this }).ids;
        return { network, subnetIds: this.subnetIds, kmsKeyArn, machineName };
    }

    /** What a component of the machine's own is made with. */
    private within(opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
        return pulumi.mergeOptions({ parent: this, providers: [this.provider] }, opts);
    }
}

/** What EC2 calls further volumes: /dev/sdf to /dev/sdp. */
const DEVICE_LETTERS = "fghijklmnop";

function awsProvider({ account, region, tags }: AwsMachineArgs): Provider {
    return new Provider("aws", {
        region: region as never,
        allowedAccountIds: [account],
        defaultTags: { tags: { Project: pulumi.getProject(), Stack: pulumi.getStack(), ...tags } },
    });
}
