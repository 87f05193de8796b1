import { text, webAddress, wholeNumber } from "./field";
import type { Given, RelatedComplaint } from "./rule";

/** What tells of any S3 server, Amazon's or another one, whatever it is used for. */
export const s3Server = (url: string) => ({
    url: webAddress("https://s3.example.org").meta({ description: url }),
    region: text(/^[a-z0-9-]{2,32}$/, 'a region, e.g. "eu-central-1"')
        .default("us-east-1")
        .meta({ description: "Its region; servers other than Amazon's take the default." }),
    accessKeyId: text(/^\S{3,128}$/, "an access key").meta({ description: "Access key." }),
});

/** A bucket that is made. */
export const bucketName = () =>
    text(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "a name of 3 to 63 lower-case letters, digits and hyphens");

/** What tells of a bucket of S3 that the stack makes on AWS. @param defaultText its name, where none is given */
export const stackBucket = (defaultText: string) => ({
    bucket: bucketName()
        .optional()
        .meta({ description: "Its name, which no other bucket of Amazon's has.", defaultText }),
    keepVersionsDays: wholeNumber(1, 3650).default(90).meta({
        unit: "days",
        description: "How long an object that was replaced or deleted can be brought back.",
    }),
});

/** A bucket that somebody else may have made. */
export const anyBucket = () => text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of a bucket");

/** A bucket that the stack makes is made where the machine is. @param path the key `mode` @param others what can be taken instead */
export const stackBucketComplaints = (
    given: Given,
    path: RelatedComplaint["path"],
    others = '"s3" with the address and keys of a server',
): RelatedComplaint[] =>
    given(...path) === "aws" && given("machine", "platform") !== "aws"
        ? [{ path, reason: "the stack makes a bucket where its machine is on AWS", advice: `Take ${others}.` }]
        : [];
