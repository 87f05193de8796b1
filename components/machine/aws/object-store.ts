import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { S3Keys, type ObjectStoreEndpoint } from "../../guest/object-store";
import { privateBucket, type MadeBucketArgs } from "./bucket";
import { readerPolicy, userPolicy } from "./bucket-policies";

export interface S3ObjectStoreArgs extends MadeBucketArgs {
    region: string;
    /** The keys are for reading alone. @default false */
    reads?: boolean;
}

/** How long a new user and its rights take to be known everywhere, at most. */
const PATIENCE_SECONDS = 120;

/** A bucket of S3 for one product, and a user who may use it, and nothing else in the account. The user's keys are tried at once. */
export class S3ObjectStore extends pulumi.ComponentResource {
    public readonly endpoint: ObjectStoreEndpoint;

    constructor(name: string, args: S3ObjectStoreArgs, opts: pulumi.ComponentResourceOptions) {
        super("science-stacks:machine:S3ObjectStore", name, {}, opts);

        const { bucket: bucketName, region, publicObjects, reads } = args;
        const child = { parent: this };
        const closed = privateBucket(`${name}-bucket`, args, child);
        const user = new iam.User(`${name}-user`, { tags: { Name: pulumi.getStack() } }, child);
        const allowed = new iam.UserPolicy(
            `${name}-user-policy`,
            { user: user.name, policy: reads ? readerPolicy(bucketName) : userPolicy(bucketName) },
            child,
        );
        const key = new iam.AccessKey(
            `${name}-key`,
            { user: user.name },
            { ...child, additionalSecretOutputs: ["secret", "sesSmtpPasswordV4"] },
        );
        const server = {
            url: `https://s3.${region}.amazonaws.com`,
            region,
            accessKeyId: key.id,
            secretAccessKey: key.secret,
            bucketPrefix: "",
            // By its name, which a preview knows; what uses it waits until the keys have been tried on it.
            bucket: bucketName,
        };
        const tried = new S3Keys(
            `${name}-keys`,
            { ...server, publicObjects, reads, patienceSeconds: PATIENCE_SECONDS },
            { ...child, dependsOn: [closed, allowed] },
        );
        this.endpoint = { ...server, running: [tried] };
        this.registerOutputs();
    }
}
