import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { diskOptions, type BucketArgs } from "../machine";
import { bucketPolicy } from "./bucket-policies";

/** The tag of objects that a check has laid and that nobody needs: S3 deletes them. */
const DISPOSABLE = { key: "disposable", value: "true" };

/** A bucket, whoever uses it. */
export type MadeBucketArgs = Required<Omit<BucketArgs, "reads">>;

/**
 * A bucket for what users upload: versioned, encrypted, of one owner, without access lists, over TLS alone. What is public is
 * decided here and by nobody else: who uses the bucket may not change its policy. Nothing that is in it is ever deleted by Pulumi.
 * @returns the last of it: what uses the bucket waits for that
 */
export function privateBucket(name: string, args: MadeBucketArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { bucket: bucketName, publicObjects, keepVersionsDays, onDestroy } = args;
    const tags = { Name: bucketName, OnDestroy: onDestroy };
    const fate = diskOptions(args);
    const made = new s3.Bucket(name, { bucket: bucketName, forceDestroy: false, tags }, { ...opts, ...fate });
    const bucket = made.id;
    // What protects the bucket stays with it.
    const child = { ...opts, retainOnDelete: fate.retainOnDelete };

    new s3.BucketOwnershipControls(
        `${name}-owner`,
        { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
        child,
    );
    new s3.BucketServerSideEncryptionConfiguration(
        `${name}-encryption`,
        // S3's own keys: with one of KMS nobody could read a public object without an account of AWS.
        { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
        child,
    );
    const versioning = new s3.BucketVersioning(
        `${name}-versions`,
        { bucket, versioningConfiguration: { status: "Enabled" } },
        child,
    );
    new s3.BucketLifecycleConfiguration(
        `${name}-lifecycle`,
        { bucket, rules: lifecycleRules(keepVersionsDays) },
        { ...child, dependsOn: versioning },
    );
    const access = new s3.BucketPublicAccessBlock(
        `${name}-public-access`,
        {
            bucket,
            blockPublicAcls: true,
            ignorePublicAcls: true,
            // The one way to what is public is the policy below.
            blockPublicPolicy: !publicObjects,
            restrictPublicBuckets: !publicObjects,
        },
        child,
    );
    return new s3.BucketPolicy(
        `${name}-policy`,
        { bucket, policy: bucketPolicy(bucketName, publicObjects) },
        { ...child, dependsOn: access },
    );
}

const lifecycleRules = (keepVersionsDays: number) => [
    {
        id: "former-versions",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: keepVersionsDays },
    },
    // DCOR begins one for each file, and does not end those that it has no use for.
    {
        id: "unfinished-uploads",
        status: "Enabled",
        filter: {},
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
    { id: "disposable", status: "Enabled", filter: { tag: DISPOSABLE }, expiration: { days: 1 } },
];
