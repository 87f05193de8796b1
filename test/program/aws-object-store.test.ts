import { bucketPolicy } from "../../components/machine/aws/bucket-policies";
import { configured, OWN, program } from "./aws-stacks";
import { opened, violations } from "./policy";
import { record, SENTINELS, type Recorded } from "./recorder";

const STACKS = ["dcor-dev", "dcor-prod"];

async function recorded(stack: string, preview: boolean, keys: Record<string, unknown> = {}) {
    const { resources } = await record(program(configured(stack, {}, keys)), preview);
    const named = (name: string): Recorded => {
        const found = resources.filter((each) => each.name === name);
        expect([name, found.length]).toEqual([name, 1]);
        return found[0]!;
    };
    return { resources, named };
}

interface Statement {
    Effect: string;
    Action: string | string[];
    Resource: string | string[];
    Condition?: object;
}
const statements = ({ inputs }: Recorded) =>
    (JSON.parse(String(inputs["policy"])) as { Statement: Statement[] }).Statement;

describe.each(STACKS)("the object store of %s", (stack) => {
    /** The tests' stack has this name, whatever its configuration. */
    const bucket = `eoxserver-test-${OWN.account}`;
    const { onDestroy } = configured(stack).data;

    describe.each([
        ["a preview", true],
        ["an up", false],
    ])("in %s", (_, preview) => {
        let resources: Recorded[];
        let named: (name: string) => Recorded;
        beforeAll(async () => {
            ({ resources, named } = await recorded(stack, preview));
        });
        const part = (name: string) => {
            const { bucket: of, ...inputs } = named(`object-store-bucket-${name}`).inputs;
            expect(of).toEqual(preview ? expect.anything() : "object-store-bucket-id");
            return inputs;
        };

        test("is a bucket whose objects Pulumi never deletes", () => {
            const { inputs, options } = named("object-store-bucket");
            expect(inputs).toEqual({
                bucket,
                forceDestroy: false,
                tags: { Name: bucket, OnDestroy: onDestroy },
            });
            expect([options.protect, options.retainOnDelete]).toEqual([onDestroy === "refuse", onDestroy === "keep"]);
        });

        test("keeps former versions, encrypts, and has one owner", () => {
            expect(part("versions")).toEqual({ versioningConfiguration: { status: "Enabled" } });
            expect(part("encryption")).toEqual({
                rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
            });
            expect(part("owner")).toEqual({ rule: { objectOwnership: "BucketOwnerEnforced" } });
            expect(part("lifecycle")).toEqual({
                rules: [
                    {
                        id: "former-versions",
                        status: "Enabled",
                        filter: {},
                        noncurrentVersionExpiration: { noncurrentDays: stack === "dcor-dev" ? 7 : 90 },
                    },
                    {
                        id: "unfinished-uploads",
                        status: "Enabled",
                        filter: {},
                        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
                    },
                    {
                        id: "disposable",
                        status: "Enabled",
                        filter: { tag: { key: "disposable", value: "true" } },
                        expiration: { days: 1 },
                    },
                ],
            });
        });

        test("is open to everybody by its policy alone, for what is marked, and over TLS", () => {
            expect(part("public-access")).toEqual({
                blockPublicAcls: true,
                ignorePublicAcls: true,
                blockPublicPolicy: false,
                restrictPublicBuckets: false,
            });
            expect(part("policy")).toEqual({ policy: bucketPolicy(bucket, true) });
            const [denied, allowed] = statements(named("object-store-bucket-policy"));
            expect([denied?.Effect, denied?.Condition]).toEqual(["Deny", { Bool: { "aws:SecureTransport": "false" } }]);
            expect(allowed).toMatchObject({
                Effect: "Allow",
                Action: "s3:GetObject",
                Condition: { StringEquals: { "s3:ExistingObjectTag/public": "true" } },
            });
            expect(named("object-store-bucket-policy").options.dependsOn).toBeDefined();
        });

        test("is used by a user who may do what DCOR does, in this bucket, and may delete nothing", () => {
            const allowed = statements(named("object-store-user-policy"));
            expect(allowed.map(({ Effect, Resource }) => [Effect, Resource])).toEqual([
                ["Allow", "*"],
                ["Allow", `arn:aws:s3:::${bucket}`],
                ["Allow", `arn:aws:s3:::${bucket}/*`],
            ]);
            expect(allowed[0]?.Action).toEqual(["s3:ListAllMyBuckets"]);
            const actions = allowed.flatMap(({ Action }) => Action);
            expect(actions).toContain("s3:PutObjectTagging");
            expect(actions.filter((action) => /Delete|\*|BucketPolicy|CreateBucket/.test(action))).toEqual([]);
            const types = resources.map(({ type }) => type);
            expect(types.filter((type) => type.startsWith("aws:iam/user:"))).toHaveLength(1);
            expect(types.filter((type) => type.startsWith("aws:iam/accessKey:"))).toHaveLength(1);
        });

        test("has its keys tried before DCOR starts, which gets the bucket, its address and its region", () => {
            const tried = named("object-store-keys");
            expect(tried.inputs["create"]).toBe("node scripts/host/object-store.mjs");
            const configuration = opened(named("dcor-configuration").inputs["stdin"]);
            if (!preview) {
                expect(JSON.parse(opened(tried.inputs["stdin"]) as string)).toEqual({
                    url: "https://s3.eu-central-1.amazonaws.com",
                    region: "eu-central-1",
                    accessKeyId: "object-store-key-id",
                    secretAccessKey: SENTINELS[0],
                    bucketPrefix: "",
                    bucket,
                    publicObjects: true,
                    patienceSeconds: 120,
                });
                for (const line of [
                    `dcor_object_store.bucket_name = ${bucket}`,
                    "dcor_object_store.endpoint_url = https://s3.eu-central-1.amazonaws.com",
                    "[default]\nregion = eu-central-1\ns3 =\n    signature_version = s3v4",
                ]) {
                    expect(configuration).toContain(`${line}\n`);
                }
                expect(opened(named("dcor-secrets").inputs["stdin"])).toContain("object-store-key-id");
            }
        });

        test("leaves no MinIO on the machine, and no port for it", () => {
            expect(resources.filter(({ name }) => name.includes("minio"))).toEqual([]);
            const ports = resources
                .filter(({ type }) => type.endsWith(":SecurityGroupIngressRule"))
                .map(({ inputs }) => inputs["fromPort"]);
            expect([...new Set(ports)].sort()).toEqual([22, 443, 80]);
        });

        test("is beside a scratch volume, which goes with the stack, without snapshots", () => {
            const { inputs, options } = named("scratch-volume");
            expect(inputs).toMatchObject({ size: 100, type: "gp3", encrypted: true });
            expect(inputs["tags"]).toEqual({ Name: expect.stringMatching(/-scratch$/) as string, OnDestroy: "delete" });
            expect([options.protect, options.retainOnDelete]).toEqual([false, false]);
            expect(named("scratch-attachment").inputs).toMatchObject({ deviceName: "/dev/sdg" });
            if (!preview) {
                const stdin = named("scratch-mount").inputs["stdin"];
                expect(stdin).toContain("device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_scratchvolume-id\n");
                expect(stdin).toContain("mount_point=/cache\n");
            }
        });
    });

    test("opens nothing to anybody where datasets may not be public", async () => {
        const { resources, named } = await recorded(stack, false, { "science-stacks:dcor": { publicDatasets: false } });
        expect(named("object-store-bucket-public-access").inputs).toMatchObject({
            blockPublicAcls: true,
            ignorePublicAcls: true,
            blockPublicPolicy: true,
            restrictPublicBuckets: true,
        });
        expect(statements(named("object-store-bucket-policy")).map(({ Effect }) => Effect)).toEqual(["Deny"]);
        expect(opened(named("object-store-keys").inputs["stdin"])).toContain('"publicObjects":false');
        expect(violations(resources)).toEqual([]);
    });
});

describe("a bucket that the stack makes for EOxServer's data", () => {
    const { onDestroy } = configured("eoxserver-prod").data;
    const bucket = `eoxserver-test-archive-${OWN.account}`;
    const keys = { "science-stacks:storages": { archive: { mode: "aws" } } };

    test.each([true, false])(
        "is read by keys that may do nothing else, and kept as the volume is (preview: %s)",
        async (preview) => {
            const { resources, named } = await recorded("eoxserver-prod", preview, keys);
            const { inputs, options } = named("storage-archive-bucket");
            expect(inputs).toMatchObject({ bucket, forceDestroy: false });
            expect([options.protect, options.retainOnDelete]).toEqual([onDestroy === "refuse", onDestroy === "keep"]);
            expect(statements(named("storage-archive-bucket-policy")).map(({ Effect }) => Effect)).toEqual(["Deny"]);
            expect(
                statements(named("storage-archive-user-policy")).map(({ Action, Resource }) => [Action, Resource]),
            ).toEqual([
                [["s3:ListBucket"], `arn:aws:s3:::${bucket}`],
                [["s3:GetObject"], `arn:aws:s3:::${bucket}/*`],
            ]);
            expect(violations(resources)).toEqual([]);
        },
    );

    test("is given to each instance with its address, region and keys, once these have been tried", async () => {
        const { named } = await recorded("eoxserver-prod", false, keys);
        expect(opened(named("storage-archive-keys").inputs["stdin"])).toContain('"reads":true');
        expect(opened(named("eoxserver-instance00-secrets").inputs["stdin"])).toContain(
            JSON.stringify({
                archive: {
                    ...{ endpoint: "s3.eu-central-1.amazonaws.com", bucket },
                    ACCESS_KEY_ID: "storage-archive-key-id",
                    SECRET_ACCESS_KEY: SENTINELS[0],
                    AWS_REGION: "eu-central-1",
                },
            }),
        );
    });
});
