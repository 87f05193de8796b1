/**
 * Tries an S3 server's keys, before anything is installed that needs them: does with a bucket of its own what DCOR does
 * with a circle's, then takes it away again. In a bucket that is named, which the keys may delete nothing in, one object stays,
 * with the tag disposable=true. Exit status 1, with what was refused, when one of it does not work.
 * Standard input: JSON with url, region, accessKeyId, secretAccessKey, bucketPrefix or bucket, publicObjects (everybody gets what
 * is marked as public), reads (the keys are for reading the bucket alone: it is listed, and no more), and patienceSeconds, the time
 * that new keys have to become known.
 */
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";

const given = JSON.parse(await text(process.stdin));
const { url, region, accessKeyId, secretAccessKey, bucketPrefix, publicObjects = true, patienceSeconds } = given;
const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
const mark = `check-${randomBytes(8).toString("hex")}`;
const bucket = given.bucket ?? `${bucketPrefix}${mark}`;
const object = `${bucket}/${mark}`;
const base = url.replace(/\/+$/, "");
const deadline = Date.now() + patienceSeconds * 1000;
const content = randomBytes(64).toString("hex");

/** Answers of keys that are wrong, or not known yet. */
const UNKNOWN_KEYS = {
    InvalidAccessKeyId: "it does not know the access key",
    SignatureDoesNotMatch: "the secret is not that of the access key",
};

class Refused extends Error {
    constructor(what, status, body) {
        const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? `status ${status}`;
        const reason =
            UNKNOWN_KEYS[code] ??
            `${code}${/<Message>([^<]*)<\/Message>/.exec(body)?.[1].replace(/^(?=.)/, ": ") ?? ""}`;
        super(`${base} refuses to ${what}: ${reason}`);
        // What the keys may do in a bucket of theirs is known later than the keys.
        this.isOfKeys = code in UNKNOWN_KEYS || (given.bucket !== undefined && code === "AccessDenied");
    }
}

async function ask(what, method, path, body) {
    let answer;
    try {
        answer = await client.fetch(`${base}/${path}`, { method, body, signal: AbortSignal.timeout(20_000) });
    } catch (error) {
        throw new Error(`${base} does not answer: ${error.cause?.message || error.message}`, { cause: error });
    }
    const said = await answer.text();
    if (!answer.ok) {
        throw new Refused(what, answer.status, said);
    }
    return said;
}

/** What DCOR lets everybody do with a circle's bucket. */
const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
        {
            Effect: "Allow",
            Principal: "*",
            Action: ["s3:GetObject"],
            Resource: [`arn:aws:s3:::${bucket}/*`],
            Condition: { StringEquals: { "s3:ExistingObjectTag/public": ["true"] } },
        },
    ],
});
const tags = (...names) =>
    `<Tagging><TagSet>${names.map((name) => `<Tag><Key>${name}</Key><Value>true</Value></Tag>`).join("")}</TagSet></Tagging>`;

const anonymously = () => fetch(`${base}/${object}`, { signal: AbortSignal.timeout(20_000) });

async function useBucket() {
    await ask("take an object", "PUT", object, content);
    if ((await ask("give an object", "GET", object)) !== content) {
        throw new Error(`${base} gives another object than the one that it was given`);
    }
    if ((await anonymously()).ok) {
        throw new Error(`${base} gives everybody an object that is not marked as public`);
    }
    await ask("mark an object as public", "PUT", `${object}?tagging=`, tags("public", "disposable"));
    const anonymous = await anonymously();
    if (anonymous.ok !== publicObjects) {
        throw publicObjects
            ? new Refused("give a public object to everybody", anonymous.status, await anonymous.text())
            : new Error(`${base} gives everybody an object, and nothing is to be public there`);
    }
}

async function takeAway() {
    await ask("delete an object", "DELETE", object);
    await ask("delete a bucket", "DELETE", bucket);
}

/** A bucket that is there already; DCOR finds it in the list of all. */
async function tryBucket() {
    const list = await ask("list the buckets", "GET", "");
    if (!list.includes(`<Name>${bucket}</Name>`)) {
        throw new Error(`${base} has no bucket ${bucket} for these keys`);
    }
    await useBucket();
    await ask("mark an object as disposable", "PUT", `${object}?tagging=`, tags("disposable"));
    await ask("list the objects", "GET", `${bucket}?list-type=2&prefix=check-`);
    await ask("list the uploads", "GET", `${bucket}?uploads=`);
}

const tryReading = () => ask(`list the bucket ${bucket}`, "GET", `${bucket}?list-type=2&max-keys=1`);

async function patiently(attempt) {
    while (true) {
        try {
            await attempt();
            break;
        } catch (error) {
            if (!error.isOfKeys || Date.now() > deadline) {
                throw error;
            }
            await sleep(1000);
        }
    }
}

async function tryPrefix() {
    await patiently(() => ask(`make the bucket ${bucket}`, "PUT", bucket));
    try {
        await ask("let everybody read the objects that are marked as public", "PUT", `${bucket}?policy=`, policy);
        await useBucket();
    } catch (error) {
        await takeAway().catch((second) => {
            error.message += `\n  The bucket ${bucket} is still there: ${second.message}`;
        });
        throw error;
    }
    await takeAway();
}

try {
    if (given.bucket === undefined) {
        await tryPrefix();
    } else {
        await patiently(given.reads ? tryReading : tryBucket);
    }
    console.log(`${base} takes the keys`);
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
