import { z } from "zod";
import { port, secretText, text, webAddress } from "./field";
import { ownMachine } from "./further-machine";
import { bucketName, s3Server, stackBucket } from "./s3-server";

/** Where nginx hands requests on to MinIO. */
export const OBJECT_STORE_PORT = 9443;

const minio = () =>
    z.strictObject({
        mode: z.literal("minio").meta({
            description:
                "MinIO on the machine, or on one of its own, its objects on the data volume there. It is no longer maintained: for data of worth, " +
                "take an S3 server that is (`mode: s3`).",
        }),
        port: port().default(OBJECT_STORE_PORT).meta({
            description: "Port at which nginx hands requests on to MinIO: users upload and download there.",
        }),
        published: z
            .strictObject({
                url: webAddress("https://www.example.org/minio").meta({
                    description: "Where the program is published.",
                }),
                sha256: text(/^[0-9a-f]{64}$/, "64 hexadecimal digits").meta({ description: "Its SHA-256." }),
            })
            .optional()
            .meta({
                description:
                    "MinIO's program for the machine's processor, from whoever builds it; MinIO itself publishes none any more. " +
                    "Where it does not answer, MinIO is built from the last source that its Go module has.",
                defaultText: "none: it is built",
            }),
        ...ownMachine("objectStore"),
    });

const s3 = () =>
    z.strictObject({
        mode: z.literal("s3").meta({ description: "Any S3 server." }),
        ...s3Server("Address of the server, which users must reach as well."),
        secretAccessKey: secretText().meta({
            secret: true,
            allowed: "a text, encrypted",
            description: "The secret of the access key. Both are tried before anything is installed.",
        }),
        bucket: bucketName()
            .optional()
            .meta({
                description:
                    "A bucket that is there already, for all circles. Needed with Amazon's S3 outside us-east-1, where DCOR cannot make " +
                    "buckets; two of DCOR's commands do not work with it: docs/aws.md, Object store.",
                defaultText: "one for each circle, which DCOR makes",
            }),
    });

const aws = () =>
    z.strictObject({
        mode: z.literal("aws").meta({
            description: "A bucket of S3 that the stack makes, for a machine on AWS: in its account and region.",
        }),
        ...stackBucket("the stack and the account, e.g. `dcor-prod-123456789012`"),
    });

export const objectStore = () =>
    z
        .discriminatedUnion("mode", [minio(), s3(), aws()])
        .prefault({ mode: "minio" })
        .meta({ description: "What keeps the datasets' files." });

export const bucketPrefix = () =>
    text(/^[a-z0-9][a-z0-9-]{0,24}-$/, 'lower-case letters, digits and hyphens, ending with a hyphen, e.g. "circle-"')
        .default("circle-")
        .meta({
            description:
                "The beginning of the buckets' names, before a circle's identifier; of no use with one bucket for all.",
        });

/** Whether the stack's first machine has a MinIO itself. */
export const hasOwnMinio = ({ objectStore: { mode, machine } }: { objectStore: { mode: string; machine?: unknown } }) =>
    mode === "minio" && machine === undefined;
