import * as pulumi from "@pulumi/pulumi";

/** A bucket that each instance serves files from. */
export interface Storage {
    /** `https://host`, or `http://host`, with a port where it is another one. */
    url: string;
    region: string;
    bucket: pulumi.Input<string>;
    accessKeyId: pulumi.Input<string>;
    /** Secret. */
    secretAccessKey: pulumi.Output<string>;
}

/** The buckets by the names that EOxServer's commands have for them. */
export type Storages = Readonly<Record<string, Storage>>;

/** Name of the secret file with the keys of an instance's storages. */
export const storagesSecret = (instance: string) => `eoxserver-${instance}-storages`;

/** What scripts/guest/eoxserver/set-up-instance.py takes: EOxServer knows each server without its scheme. */
export const storagesFile = (storages: Storages): pulumi.Output<string> =>
    pulumi.jsonStringify(
        Object.fromEntries(
            Object.entries(storages).map(([name, { url, region, bucket, accessKeyId, secretAccessKey }]) => [
                name,
                {
                    ...{ endpoint: new URL(url).host, bucket },
                    ...{ ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region },
                },
            ]),
        ),
    );

/** Whether EOxServer asks the servers by TLS: it takes one way for all. */
export const storagesHaveTls = (storages: Storages): boolean =>
    Object.values(storages).some(({ url }) => url.startsWith("https:"));
