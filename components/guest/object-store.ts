import { join, relative } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** What a product needs to use an S3 server: one on the machine, or any other. */
export interface ObjectStoreEndpoint {
    /**
     * `https://host:port`, without a path. Users' programs are sent to this address for each upload and download, so it is one
     * that they reach.
     */
    url: pulumi.Input<string>;
    /** @default "us-east-1", which servers other than Amazon's take */
    region?: string;
    accessKeyId: pulumi.Output<string>;
    /** Secret. */
    secretAccessKey: pulumi.Output<string>;
    /** The beginning of the names of the buckets that the keys may make and use, e.g. `circle-`. */
    bucketPrefix: string;
    /** The one bucket that the keys may use, and may delete nothing in. @default those of `bucketPrefix`, which are made as they are needed */
    bucket?: pulumi.Input<string>;
    /** What everything that connects waits for: the server runs, or the keys have been tried. */
    running: pulumi.Resource[];
}

export interface S3KeysArgs extends Omit<ObjectStoreEndpoint, "running" | "bucketPrefix"> {
    /** The beginning of the names of the buckets that the keys make. @default none: `bucket` is given */
    bucketPrefix?: string;
    /** The keys are for reading `bucket`, and nothing else. @default false */
    reads?: boolean;
    /** The time that keys have to become known, in seconds: keys that the stack itself has made are not at once. @default 0 */
    patienceSeconds?: number;
    /** Everybody gets the objects that are marked as public. @default true */
    publicObjects?: boolean;
}

const script = join(__dirname, "..", "..", "scripts", "host", "object-store.mjs");

/**
 * The keys of an S3 server elsewhere, tried before anything is installed: `pulumi up` fails, and says what the server refuses,
 * when the product could not make a bucket, fill it, and give its public objects to everybody; or, with `reads`, not list its bucket.
 * Nothing stays there, but in a bucket that is there already and written to an object of 128 letters, which is marked as one that can be deleted.
 */
export class S3Keys extends command.local.Command {
    constructor(name: string, args: S3KeysArgs, opts: pulumi.CustomResourceOptions = {}) {
        const { patienceSeconds = 0, region = "us-east-1", publicObjects = true, reads, ...server } = args;
        super(
            name,
            {
                // Relative to the program's working directory, so that the state is the same from every checkout.
                create: `node ${relative(process.cwd(), script)}`,
                stdin: pulumi.secret(
                    pulumi.jsonStringify({ ...server, region, patienceSeconds, publicObjects, reads }),
                ),
                logging: command.local.Logging.None,
                addPreviousOutputInEnv: false,
            },
            opts,
        );
    }
}
