/**
 * Tries an S3 server's keys, before anything is installed that needs them: does with a bucket of its own what DCOR does
 * with a circle's, then takes it away again. Exit status 1, with what was refused, when one of it does not work.
 * Standard input: JSON with url, region, accessKeyId, secretAccessKey, bucketPrefix, and patienceSeconds, the time that new
 * keys have to become known.
 */
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";

const { url, region, accessKeyId, secretAccessKey, bucketPrefix, patienceSeconds } = JSON.parse(
    await text(process.stdin),
);
const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
const bucket = `${bucketPrefix}check-${randomBytes(8).toString("hex")}`;
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
        this.isOfKeys = code in UNKNOWN_KEYS;
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
const tags = "<Tagging><TagSet><Tag><Key>public</Key><Value>true</Value></Tag></TagSet></Tagging>";

async function useBucket() {
    await ask("let everybody read the objects that are marked as public", "PUT", `${bucket}?policy=`, policy);
    await ask("take an object", "PUT", `${bucket}/object`, content);
    if ((await ask("give an object", "GET", `${bucket}/object`)) !== content) {
        throw new Error(`${base} gives another object than the one that it was given`);
    }
    await ask("mark an object as public", "PUT", `${bucket}/object?tagging=`, tags);
    const anonymous = await fetch(`${base}/${bucket}/object`, { signal: AbortSignal.timeout(20_000) });
    if (!anonymous.ok) {
        throw new Refused("give a public object to everybody", anonymous.status, await anonymous.text());
    }
}

async function takeAway() {
    await ask("delete an object", "DELETE", `${bucket}/object`);
    await ask("delete a bucket", "DELETE", bucket);
}

async function tryKeys() {
    while (true) {
        try {
            await ask(`make the bucket ${bucket}`, "PUT", bucket);
            break;
        } catch (error) {
            if (!error.isOfKeys || Date.now() > deadline) {
                throw error;
            }
            await sleep(1000);
        }
    }
    try {
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
    await tryKeys();
    console.log(`${base} takes the keys`);
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
