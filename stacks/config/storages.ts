import { z } from "zod";
import { secretLine } from "./field";
import type { Rule } from "./rule";
import { anyBucket, s3Server, stackBucket, stackBucketComplaints } from "./s3-server";

/** What EOxServer's commands call a storage; with a colon it would be the address of another one. */
const NAME = /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/;
const NAME_TEXT = "1 to 20 lower-case letters, digits and inner hyphens, the first a letter";

const s3 = () =>
    z.strictObject({
        mode: z.literal("s3").meta({ description: "A bucket of any S3 server." }),
        ...s3Server(
            "Address of the server, which the machine reaches: `https://` or `http://`, a name or an IPv4 address, a port.",
        ),
        bucket: anyBucket().meta({ description: "The bucket, which is there already." }),
        secretAccessKey: secretLine().meta({
            secret: true,
            allowed: "a text on one line, encrypted",
            description: "The secret of the access key, which needs to list the bucket and to read what is in it.",
        }),
    });

const aws = () =>
    z.strictObject({
        mode: z.literal("aws").meta({
            description:
                "A bucket of S3 that the stack makes, for a machine on AWS: in its account and region, with keys that read it alone.",
        }),
        ...stackBucket("the stack, the storage and the account, e.g. `maps-prod-archive-123456789012`"),
    });

/** `storages`: the buckets that EOxServer serves files from, by name. */
export const storages = () =>
    z
        .record(z.string(), z.discriminatedUnion("mode", [s3(), aws()]))
        .optional()
        .meta({
            allowed: `a mapping of names to buckets; a name has ${NAME_TEXT}`,
            description:
                `Buckets of S3 servers with data that each instance serves, by the name of EOxServer's storage: ${NAME_TEXT} ` +
                "(docs/eoxserver.md, Data in S3).",
            defaultText: "none: the data are on the machine",
        });

/** What the names and addresses must be. */
export const storagesRule: Rule = (given) => {
    const all = given("storages");
    const entries = typeof all === "object" && all !== null && !Array.isArray(all) ? Object.keys(all) : [];
    const address = (name: string) => {
        const url = given("storages", name, "url");
        return typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
    };
    const scheme = entries.map((name) => address(name)?.protocol).find((protocol) => protocol !== undefined);
    return entries.flatMap((name) => {
        const url = address(name);
        const at = (key: string, reason: string, advice: string) => ({
            ...{ path: ["storages", name, ...(key ? [key] : [])], reason, advice },
        });
        return [
            ...stackBucketComplaints(given, ["storages", name, "mode"]),
            ...(NAME.test(name) ? [] : [at("", "this is no name of a storage", `Give ${NAME_TEXT}.`)]),
            ...(url !== undefined && (url.pathname !== "/" || url.search || url.hash)
                ? [at("url", "it has a path", `Give "${url.origin}"; the bucket has a key of its own.`)]
                : []),
            ...(url !== undefined && url.protocol !== scheme
                ? [
                      at(
                          "url",
                          "one storage has https:// and another one http://, and EOxServer takes one for all",
                          "Give addresses that begin in the same way.",
                      ),
                  ]
                : []),
        ];
    });
};
