import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import type { Signed } from "../stack-authority";
import { Archive } from "./archive";
import { pemFile, SecretFiles, secretFile, secretPath } from "./config-files";
import type { DataVolume } from "./data-volume";
import { InstallStep } from "./install-step";
import {
    minioAddress,
    SERVER_AUTHORITY,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    serverProgram,
    settings,
    softwareProgram,
} from "./minio-files";
import type { ObjectStoreEndpoint } from "./object-store";
import type { Packages, PackageSet } from "./packages";
import type { GuestFile } from "./program";
import type { PackageIndex } from "./python";

export interface MinioArgs {
    machine: Machine;
    packages: Packages;
    /** The volume that holds the objects. */
    data: DataVolume;
    /**
     * The address that users reach the server at, e.g. `https://dcor.example.org:9443`. MinIO itself is reached at `backend`
     * alone: the site in front hands on what comes there, with the `Host` header as it came, since each signature covers it.
     * @default `http://127.0.0.1:9000`
     */
    url?: pulumi.Input<string>;
    /** Name of the user whose access key the endpoint has. @default "dcor" */
    user?: string;
    /** The beginning of the names of the buckets that the access key may make and use. @default "circle-" */
    bucketPrefix?: string;
    /** Where the Python package that makes users comes from. @default PyPI */
    index?: PackageIndex;
    /** A published program of MinIO and its SHA-256. @default none: it is built from its Go module */
    published?: { url: string; sha256: string };
    /**
     * What it shows at the machine's private address, where other machines of the stack use it, by TLS alone.
     * @default it is for its own machine, on the loopback address
     */
    certificate?: Signed;
}

/** What the site in front of it hands requests on to. */
export interface MinioBackend {
    /** Where MinIO listens, e.g. `127.0.0.1:9000`. */
    backend: string;
    /** The authority that has signed the certificate which it shows there, as PEM. @default it shows none, on the loopback address */
    authority?: string;
}

/**
 * A MinIO server for its machine, or for others of the stack, its objects on the data volume, with a user that may read and write
 * its own buckets.
 * The keys are made once and stay. MinIO has no more releases: it is for tests and for sites without an S3 server of their own.
 * Guide: DCOR "Object Storage"; its web console makes no users any more, so they are made through its API.
 */
export class Minio extends pulumi.ComponentResource {
    public readonly endpoint: ObjectStoreEndpoint;
    public readonly backend: pulumi.Output<MinioBackend>;
    /** The server answers, and has its user and access key. */
    public readonly running: InstallStep;

    constructor(name: string, args: MinioArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:Minio", name, {}, opts);

        const { machine, packages, data, published, index, certificate } = args;
        const { user = "dcor", bucketPrefix = "circle-", url = `http://${minioAddress()}` } = args;
        const child = { parent: this };
        const network = pulumi.output(certificate && machine.privateAddress);
        const archive = new Archive(
            `${name}-program`,
            {
                machine,
                script: "minio.sh",
                recipe: "offline/minio",
                parameters: {
                    url: published?.url ?? "",
                    sha256: published?.sha256 ?? "",
                    proxy: index?.proxy ?? "",
                },
            },
            child,
        );
        const software = new InstallStep(
            `${name}-software`,
            { machine, program: softwareProgram(index), removable: true },
            { ...child, dependsOn: [packages, data.mounted] },
        );
        const keys = this.makeKeys(name);
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    ...Object.fromEntries(
                        Object.entries(keys).map(([key, secret]) => [secretPath(`minio-${key}`), secretFile(secret)]),
                    ),
                    "/etc/default/minio": pulumi.all([keys.root, network]).apply(([rootPassword, known]) => ({
                        content: settings(rootPassword, known),
                        ...ITS_OWN,
                    })),
                    ...(certificate && certificateFiles(certificate)),
                },
            },
            { ...child, dependsOn: software },
        );
        this.running = new InstallStep(
            `${name}-server`,
            {
                machine,
                program: pulumi
                    .all([archive.path, secrets.revision, network])
                    .apply(([program, revision, known]) =>
                        serverProgram({ program, revision, user, bucketPrefix, network: known }),
                    ),
                removable: true,
            },
            { ...child, dependsOn: [archive, secrets] },
        );

        this.backend = pulumi
            .all([network, certificate?.authorityPem])
            .apply(([known, authority]) => ({ backend: minioAddress(known), ...(authority && { authority }) }));
        this.endpoint = {
            url,
            accessKeyId: keys["access-key-id"],
            secretAccessKey: keys["secret-access-key"],
            bucketPrefix,
            running: [this.running],
        };
        this.registerOutputs();
    }

    /** By the names of their files in the guest. */
    private makeKeys(name: string) {
        const child = { parent: this };
        // MinIO takes at most twenty characters.
        const id = new random.RandomString(
            `${name}-access-key-id`,
            { length: 20, special: false, lower: false },
            child,
        );
        return {
            root: password(`${name}-root-password`, child),
            user: password(`${name}-user-password`, child),
            "access-key-id": pulumi.secret(id.result),
            "secret-access-key": password(`${name}-secret-access-key`, child),
        };
    }

    static readonly packages: PackageSet = { packages: ["curl", "python3-venv"] };

    static readonly backup = {
        directories: ["/data/minio"],
        excludes: ["/data/minio/.minio.sys/tmp/*"],
        units: ["minio.service"],
    };
}

/** A file that MinIO's user may read, and nobody else. */
const ITS_OWN = { owner: "root:minio-user", mode: "640" };

/** What it shows, and what whoever asks it on its own machine verifies it by. */
function certificateFiles(shown: Signed): Record<string, pulumi.Output<GuestFile>> {
    return {
        [SERVER_CERTIFICATE]: pemFile(shown.certificatePem),
        [SERVER_KEY]: pemFile(shown.privateKeyPem, ITS_OWN),
        [SERVER_AUTHORITY]: pemFile(shown.authorityPem),
    };
}
