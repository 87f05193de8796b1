import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { ANSWERS } from "./answers";
import { Archive } from "./archive";
import { SecretFiles, secretFile, secretPath } from "./config-files";
import type { DataVolume } from "./data-volume";
import { hardening } from "./hardening";
import { InstallStep } from "./install-step";
import type { ObjectStoreEndpoint } from "./object-store";
import type { Packages, PackageSet } from "./packages";
import type { StepProgram } from "./program";
import { environmentRevision, indexParameters, lockFile, VENV_LIBRARY, type PackageIndex } from "./python";
import { guestScript } from "./shell";
import { renderTemplate } from "./template";

export interface MinioArgs {
    machine: Machine;
    packages: Packages;
    /** The volume that holds the objects. */
    data: DataVolume;
    /**
     * The address that users reach the server at, e.g. `https://dcor.example.org:9443`. MinIO itself listens on `MINIO_BACKEND`
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
}

/** Where MinIO listens, for the site in front of it. */
export const MINIO_BACKEND = "127.0.0.1:9000";
/** Its console, for administrators, through SSH. */
const CONSOLE = "127.0.0.1:9001";
/** Both, on the loopback address. */
export const MINIO_PORTS = [MINIO_BACKEND, CONSOLE].map((address) => Number(address.split(":")[1]));
const ROOT_USER = "minioadmin";

/**
 * A MinIO server on the loopback address, its objects on the data volume, with a user that may read and write its own buckets.
 * The keys are made once and stay. MinIO has no more releases: it is for tests and for sites without an S3 server of their own.
 * Guide: DCOR "Object Storage"; its web console makes no users any more, so they are made through its API.
 */
export class Minio extends pulumi.ComponentResource {
    public readonly endpoint: ObjectStoreEndpoint;
    /** The server answers, and has its user and access key. */
    public readonly running: pulumi.Resource;

    constructor(name: string, args: MinioArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:Minio", name, {}, opts);

        const { machine, packages, data, published, index } = args;
        const { user = "dcor", bucketPrefix = "circle-", url = `http://${MINIO_BACKEND}` } = args;
        const child = { parent: this };
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
                    "/etc/default/minio": keys.root.apply((rootPassword) => ({
                        content: settings(rootPassword),
                        owner: "root:minio-user",
                        mode: "640",
                    })),
                },
            },
            { ...child, dependsOn: software },
        );
        this.running = new InstallStep(
            `${name}-server`,
            {
                machine,
                program: pulumi
                    .all([archive.path, secrets.revision])
                    .apply(([program, revision]) => serverProgram({ program, revision, user, bucketPrefix })),
                removable: true,
            },
            { ...child, dependsOn: [archive, secrets] },
        );

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
}

/** The guide's /etc/default/minio. */
export function settings(rootPassword: string): string {
    return renderTemplate("minio/templates/default.eta", {
        address: MINIO_BACKEND,
        console: CONSOLE,
        rootUser: ROOT_USER,
        rootPassword,
    });
}

const lock = lockFile("minio", "minio");
const library = "/usr/local/lib/science-stacks/minio";

/** The environment of the Python package that makes users: another one for each list of packages. */
const toolsDirectory = `/opt/science-stacks/minio-tools-${environmentRevision(lock)}`;

export function softwareProgram(index: PackageIndex = {}): StepProgram {
    return {
        script: "minio/software.sh",
        parameters: { directory: toolsDirectory, ...indexParameters(index) },
        files: {
            ...VENV_LIBRARY,
            [`${library}/requirements.txt`]: { content: lock },
        },
    };
}

export interface ServerSettings {
    /** Path of MinIO's program in the guest. */
    program: string;
    /** Differs when its settings or keys differ: MinIO reads them when it starts. */
    revision: string;
    user: string;
    bucketPrefix: string;
}

export function serverProgram({ program, revision, user, bucketPrefix }: ServerSettings): StepProgram {
    return {
        script: "minio/server.sh",
        parameters: {
            program,
            tools: toolsDirectory,
            address: MINIO_BACKEND,
            root_user: ROOT_USER,
            user,
            bucket_prefix: bucketPrefix,
        },
        files: {
            ...ANSWERS,
            [`${library}/make-user.py`]: { content: guestScript("minio/make-user.py") },
            "/etc/systemd/system/minio.service": {
                content: renderTemplate("minio/templates/minio.service.eta", { address: MINIO_BACKEND, revision }),
            },
            // It lists the addresses that the machine has.
            ...hardening("minio.service", { addressFamilies: ["AF_INET", "AF_INET6", "AF_NETLINK"] }),
        },
        notify: ["minio.service:restart"],
    };
}
