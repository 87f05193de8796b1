/**
 * Policies of a bucket and of its user, as texts. What DCOR asks of S3 is what its user may do: `dcor_shared.s3` 1.0.4 lists all
 * buckets to find its own, lays objects (whole, and in parts by presigned addresses), reads them, looks for them, marks them as
 * public by a tag, and ends uploads that nobody finished.
 */
const arn = (bucket: string) => `arn:aws:s3:::${bucket}`;
const document = (statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** @param publicObjects everybody gets the objects that have the tag `public=true`: the policy that DCOR gives its buckets elsewhere */
export function bucketPolicy(bucket: string, publicObjects: boolean): string {
    const encryptedOnly = {
        Sid: "OnlyOverTls",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn(bucket), `${arn(bucket)}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    const marked = {
        Sid: "EverybodyGetsWhatIsMarkedAsPublic",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `${arn(bucket)}/*`,
        Condition: { StringEquals: { "s3:ExistingObjectTag/public": "true" } },
    };
    return document([encryptedOnly, ...(publicObjects ? [marked] : [])]);
}

/** What whoever serves files from the bucket may do: to lay them is others'. */
export const readerPolicy = (bucket: string): string =>
    document([
        { Effect: "Allow", Action: ["s3:ListBucket"], Resource: arn(bucket) },
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: `${arn(bucket)}/*` },
    ]);

/**
 * No deletion, neither of an object nor of its versions: with one bucket for all circles, `ckan dcor-prune-orphaned-s3-artifacts`
 * takes the objects of all other circles for orphans. No change of the bucket itself, and nothing of any other bucket but its name.
 */
export function userPolicy(bucket: string): string {
    const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
    return document([
        allow(["s3:ListAllMyBuckets"], "*"),
        allow(["s3:ListBucket", "s3:ListBucketMultipartUploads"], arn(bucket)),
        allow(
            [
                "s3:AbortMultipartUpload",
                "s3:GetObject",
                "s3:GetObjectTagging",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
                "s3:PutObjectTagging",
            ],
            `${arn(bucket)}/*`,
        ),
    ]);
}
