import type { Resource } from "../../policy/rule";
import { RESOURCE_RULES } from "../../policy/rules";
import { leakingCommands } from "../../policy/rules/generated-secrets";

type Props = Record<string, unknown>;

function found(rule: string, type: string, props: Props, more: Partial<Resource> = {}): string[] {
    const { violations } = RESOURCE_RULES.find(({ name }) => name === rule)!;
    return violations({ type, name: "it", props, opts: { protect: false } as Resource["opts"], ...more });
}

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const INSTANCE = "aws:ec2/instance:Instance";
const VOLUME = "aws:ebs/volume:Volume";
const BUCKET = "aws:s3/bucket:Bucket";
const ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const USER_POLICY = "aws:iam/userPolicy:UserPolicy";
const REMOTE = "command:remote:Command";
const LOCAL = "command:local:Command";

const DATABASE = "aws:rds/instance:Instance";
const DATABASE_SETTINGS = "aws:rds/parameterGroup:ParameterGroup";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const TARGETS = "aws:lb/targetGroup:TargetGroup";

const REDIS = "aws:elasticache/replicationGroup:ReplicationGroup";

const database = {
    ...{ storageEncrypted: true, publiclyAccessible: false, backupRetentionPeriod: 14, skipFinalSnapshot: false },
    tags: { OnDestroy: "refuse" },
};
const redis = {
    ...{ atRestEncryptionEnabled: true, transitEncryptionEnabled: true, transitEncryptionMode: "required" },
    ...{ authToken: "t", snapshotRetentionLimit: 7, finalSnapshotIdentifier: "last" },
    tags: { OnDestroy: "refuse" },
};
const balancer = {
    ...{ loadBalancerType: "application", dropInvalidHeaderFields: true, enableDeletionProtection: true },
    tags: { OnDestroy: "refuse" },
};
const listener = { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", certificateArn: "arn" };
const redirect = (protocol: string) => ({
    protocol: "HTTP",
    defaultActions: [{ type: "redirect", redirect: { protocol, statusCode: "HTTP_301" } }],
});
const forced = { name: "rds.force_ssl", value: "1" };
const ssh = { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "192.0.2.0/24", description: "SSH" };
const metadata = { httpTokens: "required", httpPutResponseHopLimit: 1 };
const encrypted = { rootBlockDevice: { encrypted: true } };
const quiet = { logging: "none", addPreviousOutputInEnv: false };
const provider = (defaultTags: unknown): Partial<Resource> => ({
    provider: { type: "pulumi:providers:aws", urn: "", name: "aws", props: { defaultTags } },
});
const tagged = provider(JSON.stringify({ tags: { Project: "p", Stack: "s" } }));
const access = {
    blockPublicAcls: true,
    ignorePublicAcls: true,
    blockPublicPolicy: false,
    restrictPublicBuckets: false,
};
const policy = (...Statement: object[]) => ({ policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
const marked = {
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: "arn:aws:s3:::b/*",
    Condition: { StringEquals: { "s3:ExistingObjectTag/public": "true" } },
};
const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
const guarded: Partial<Resource> = { opts: { protect: true } as Resource["opts"] };

describe("a policy speaks of", () => {
    test.each<[string, string, string, Props, Partial<Resource>?]>([
        ["SSH from everywhere", "no-ssh-from-the-world", INGRESS, { ...ssh, cidrIpv4: "0.0.0.0/0" }],
        ["SSH from half of everywhere", "no-ssh-from-the-world", INGRESS, { ...ssh, cidrIpv4: "128.0.0.0/1" }],
        ["SSH by IPv6", "no-ssh-from-the-world", INGRESS, { ...ssh, cidrIpv4: undefined, cidrIpv6: "::/0" }],
        [
            "SSH among other ports",
            "no-ssh-from-the-world",
            INGRESS,
            { ...ssh, fromPort: 20, toPort: 443, cidrIpv4: "0.0.0.0/0" },
        ],
        ["every port", "no-ssh-from-the-world", INGRESS, { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }],
        ["a rule without a reason", "rules-of-their-own", INGRESS, { ...ssh, description: undefined }],
        ["rules inside a group", "rules-of-their-own", "aws:ec2/securityGroup:SecurityGroup", { ingress: [ssh] }],
        ["the older kind of rule", "rules-of-their-own", "aws:ec2/securityGroupRule:SecurityGroupRule", {}],
        [
            "metadata without a session",
            "imds-v2",
            INSTANCE,
            { metadataOptions: { ...metadata, httpTokens: "optional" } },
        ],
        [
            "metadata for what is behind",
            "imds-v2",
            INSTANCE,
            { metadataOptions: { ...metadata, httpPutResponseHopLimit: 2 } },
        ],
        ["metadata left as it comes", "imds-v2", INSTANCE, {}],
        [
            "access that nobody has decided on",
            "decided-public-access",
            ACCESS,
            { ...access, blockPublicPolicy: undefined },
        ],
        ["access lists", "decided-public-access", ACCESS, { ...access, ignorePublicAcls: false }],
        [
            "a bucket that everybody may write to",
            "decided-public-access",
            BUCKET_POLICY,
            policy({ ...marked, Action: ["s3:GetObject", "s3:PutObject"] }),
        ],
        [
            "a bucket that is public as a whole",
            "decided-public-access",
            BUCKET_POLICY,
            policy({ ...marked, Principal: { AWS: "*" }, Condition: undefined }),
        ],
        ["a bucket that is emptied", "kept-objects", BUCKET, { forceDestroy: true, tags: { OnDestroy: "keep" } }],
        ["a bucket that goes with the stack", "kept-objects", BUCKET, { tags: { OnDestroy: "delete" } }],
        ["a bucket that is not protected", "kept-objects", BUCKET, { tags: { OnDestroy: "refuse" } }],
        ["a user who may do all with S3", "least-privilege", USER_POLICY, policy(allow(["s3:*"], "arn:aws:s3:::b/*"))],
        ["a user of all buckets", "least-privilege", USER_POLICY, policy(allow(["s3:GetObject"], "*"))],
        ["a plain database", "managed-database", DATABASE, { ...database, storageEncrypted: undefined }, guarded],
        ["a public database", "managed-database", DATABASE, { ...database, publiclyAccessible: undefined }, guarded],
        [
            "a database without backups",
            "managed-database",
            DATABASE,
            { ...database, backupRetentionPeriod: 0 },
            guarded,
        ],
        [
            "a database that is gone at once",
            "managed-database",
            DATABASE,
            { ...database, skipFinalSnapshot: true },
            guarded,
        ],
        ["a database that is not protected", "managed-database", DATABASE, database],
        ["a database without TLS", "managed-database", DATABASE_SETTINGS, { parameters: [] }],
        ["a plain Redis", "managed-redis", REDIS, { ...redis, atRestEncryptionEnabled: undefined }, guarded],
        ["a Redis without TLS", "managed-redis", REDIS, { ...redis, transitEncryptionEnabled: undefined }, guarded],
        [
            "a Redis with TLS for who likes it",
            "managed-redis",
            REDIS,
            { ...redis, transitEncryptionMode: "preferred" },
            guarded,
        ],
        ["a Redis without a password", "managed-redis", REDIS, { ...redis, authToken: undefined }, guarded],
        ["a Redis without snapshots", "managed-redis", REDIS, { ...redis, snapshotRetentionLimit: 0 }, guarded],
        [
            "a Redis that is gone at once",
            "managed-redis",
            REDIS,
            { ...redis, finalSnapshotIdentifier: undefined },
            guarded,
        ],
        ["a Redis that is not protected", "managed-redis", REDIS, redis],
        [
            "a load balancer that hands on anything",
            "load-balancers",
            BALANCER,
            { ...balancer, dropInvalidHeaderFields: undefined },
            guarded,
        ],
        [
            "one that only watches what is ambiguous",
            "load-balancers",
            BALANCER,
            { ...balancer, desyncMitigationMode: "monitor" },
            guarded,
        ],
        [
            "one that hides who has asked",
            "load-balancers",
            BALANCER,
            { ...balancer, xffHeaderProcessingMode: "remove" },
            guarded,
        ],
        [
            "one that knows nothing of HTTP",
            "load-balancers",
            BALANCER,
            { ...balancer, loadBalancerType: "network" },
            guarded,
        ],
        ["one that is not protected", "load-balancers", BALANCER, balancer],
        [
            "one that Amazon would let go",
            "load-balancers",
            BALANCER,
            { ...balancer, enableDeletionProtection: undefined },
            guarded,
        ],
        [
            "a listener without TLS",
            "encrypted-listeners",
            LISTENER,
            { protocol: "HTTP", defaultActions: [{ type: "forward" }] },
        ],
        ["a redirection to plain HTTP", "encrypted-listeners", LISTENER, redirect("HTTP")],
        ["TLS 1.0", "encrypted-listeners", LISTENER, { ...listener, sslPolicy: "ELBSecurityPolicy-2016-08" }],
        [
            "TLS 1.0 beside 1.3",
            "encrypted-listeners",
            LISTENER,
            { ...listener, sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" },
        ],
        ["TLS as Amazon has it by default", "encrypted-listeners", LISTENER, { ...listener, sslPolicy: undefined }],
        [
            "a listener without a certificate",
            "encrypted-listeners",
            LISTENER,
            { ...listener, certificateArn: undefined },
        ],
        ["a machine that is reached without TLS", "encrypted-listeners", TARGETS, { protocol: "HTTP" }],
        ["a Redis of one node by itself", "managed-redis", "aws:elasticache/cluster:Cluster", {}],
        ["a plain volume", "encrypted-volumes", VOLUME, { size: 20 }],
        ["a plain root", "encrypted-volumes", INSTANCE, {}],
        [
            "a plain disk inside",
            "encrypted-volumes",
            INSTANCE,
            { ...encrypted, ebsBlockDevices: [{ deviceName: "/dev/sdf" }] },
        ],
        ["data without protection", "protected-data", VOLUME, { tags: { Name: "s-data", OnDestroy: "refuse" } }],
        ["data that goes with the stack", "protected-data", VOLUME, { tags: { Name: "s-data", OnDestroy: "delete" } }],
        ["a volume that says nothing", "protected-data", VOLUME, {}],
        ["data inside an instance", "protected-data", INSTANCE, { ebsBlockDevices: [{ deviceName: "/dev/sdf" }] }],
        ["a machine that may be any", "pinned-host-key", REMOTE, { connection: { host: "192.0.2.1" } }],
        [
            "files to a machine that may be any",
            "pinned-host-key",
            "command:remote:CopyToRemote",
            { connection: { host: "192.0.2.1" } },
        ],
        [
            "a bastion that may be any",
            "pinned-host-key",
            REMOTE,
            { connection: { hostKey: "k", proxy: { host: "192.0.2.2" } } },
        ],
        ["a command that prints", "quiet-commands", REMOTE, { ...quiet, logging: "stdoutAndStderr" }],
        ["a command that prints by default", "quiet-commands", LOCAL, { addPreviousOutputInEnv: false }],
        ["output in the environment", "quiet-commands", LOCAL, { logging: "none" }],
        ["a password in a text", "no-secret-in-a-text", REMOTE, { create: "PGPASSWORD=hunter2 psql" }],
        ["a key in a text", "no-secret-in-a-text", REMOTE, { delete: "echo '-----BEGIN OPENSSH PRIVATE KEY-----'" }],
        ["an environment", "no-secret-in-a-text", LOCAL, { environment: { A: "1" } }],
        ["no tags", "tags", VOLUME, {}, provider({})],
        ["no name", "tags", INSTANCE, {}, tagged],
    ])("%s", (_, rule, type, props, ...[more]) => {
        expect(found(rule, type, props, more)).not.toEqual([]);
    });
});

describe("a policy is silent about", () => {
    test.each<[string, string, string, Props, Partial<Resource>?]>([
        ["SSH from a network", "no-ssh-from-the-world", INGRESS, ssh],
        [
            "the web from everywhere",
            "no-ssh-from-the-world",
            INGRESS,
            { ...ssh, fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" },
        ],
        ["a rule with a reason", "rules-of-their-own", INGRESS, ssh],
        ["a group without rules", "rules-of-their-own", "aws:ec2/securityGroup:SecurityGroup", { ingress: [] }],
        ["metadata by sessions", "imds-v2", INSTANCE, { metadataOptions: metadata }],
        ["access that is decided on", "decided-public-access", ACCESS, access],
        ["a bucket whose marked objects are public", "decided-public-access", BUCKET_POLICY, policy(marked)],
        [
            "a bucket that refuses",
            "decided-public-access",
            BUCKET_POLICY,
            policy({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::b/*" }),
        ],
        ["a bucket that is protected", "kept-objects", BUCKET, { tags: { OnDestroy: "refuse" } }, guarded],
        ["a bucket that is kept", "kept-objects", BUCKET, { forceDestroy: false, tags: { OnDestroy: "keep" } }],
        [
            "a user of one bucket",
            "least-privilege",
            USER_POLICY,
            policy(allow(["s3:ListAllMyBuckets"], "*"), allow(["s3:GetObject"], "arn:aws:s3:::b/*")),
        ],
        ["a database that is protected", "managed-database", DATABASE, database, guarded],
        ["a database that may go", "managed-database", DATABASE, { ...database, tags: { OnDestroy: "delete" } }],
        ["a database by TLS alone", "managed-database", DATABASE_SETTINGS, { parameters: [forced] }],
        ["a Redis that is protected", "managed-redis", REDIS, redis, guarded],
        ["a Redis that may go", "managed-redis", REDIS, { ...redis, tags: { OnDestroy: "delete" } }],
        ["a load balancer that is protected", "load-balancers", BALANCER, balancer, guarded],
        [
            "a load balancer that may go",
            "load-balancers",
            BALANCER,
            { ...balancer, enableDeletionProtection: false, tags: { OnDestroy: "delete" } },
        ],
        ["a listener by TLS alone", "encrypted-listeners", LISTENER, listener],
        ["a redirection to TLS", "encrypted-listeners", LISTENER, redirect("HTTPS")],
        ["a machine that is reached by TLS", "encrypted-listeners", TARGETS, { protocol: "HTTPS" }],
        ["an encrypted volume", "encrypted-volumes", VOLUME, { encrypted: true }],
        ["an encrypted root", "encrypted-volumes", INSTANCE, encrypted],
        ["protected data", "protected-data", VOLUME, { tags: { Name: "s-data", OnDestroy: "refuse" } }, guarded],
        ["data that is kept", "protected-data", VOLUME, { tags: { Name: "s-data", OnDestroy: "keep" } }],
        [
            "scratch that goes with the stack",
            "protected-data",
            VOLUME,
            { tags: { Name: "s-scratch", OnDestroy: "delete" } },
        ],
        [
            "a pinned machine behind a pinned bastion",
            "pinned-host-key",
            REMOTE,
            { connection: { hostKey: "k", proxy: { hostKey: "k" } } },
        ],
        ["a quiet command", "quiet-commands", REMOTE, quiet],
        ["a local command that says what it does", "quiet-commands", LOCAL, { ...quiet, logging: "stderr" }],
        ["a constant text", "no-secret-in-a-text", REMOTE, { create: "run-step database-secrets apply 1800" }],
        ["a text with a variable", "no-secret-in-a-text", REMOTE, { create: 'PGPASSWORD="$password" psql' }],
        ["tags of provider and resource", "tags", INSTANCE, { tags: { Name: "n" } }, tagged],
        ["what has no tags", "tags", "aws:ec2/route:Route", {}, provider({})],
    ])("%s", (_, rule, type, props, ...[more]) => {
        expect(found(rule, type, props, more)).toEqual([]);
    });
});

test("each policy is tried both ways", () => {
    expect(RESOURCE_RULES.map(({ name }) => name).sort()).toEqual([
        "decided-public-access",
        "encrypted-listeners",
        "encrypted-volumes",
        "imds-v2",
        "kept-objects",
        "least-privilege",
        "load-balancers",
        "managed-database",
        "managed-redis",
        "no-secret-in-a-text",
        "no-ssh-from-the-world",
        "pinned-host-key",
        "protected-data",
        "quiet-commands",
        "rules-of-their-own",
        "tags",
    ]);
});

describe("a secret that a stack has made", () => {
    const password = {
        type: "random:index/randomPassword:RandomPassword",
        name: "password",
        props: { result: "s3cr3t" },
    };
    const command = (create: string) => ({ type: LOCAL, name: "command", props: { create, stdin: "s3cr3t" } });

    test("is found in a command's text", () => {
        expect(leakingCommands([password, command("login s3cr3t")])).toEqual(["command"]);
    });

    test("may come by standard input", () => {
        expect(leakingCommands([password, command("login")])).toEqual([]);
    });
});
