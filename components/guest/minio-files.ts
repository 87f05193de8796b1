import { hardening } from "./hardening";
import type { StepProgram } from "./program";
import { environmentRevision, indexParameters, lockFile, type PackageIndex } from "./python";
import { guestScript } from "./shell";
import { renderTemplate } from "./template";

/** Where MinIO listens. */
export const MINIO_PORT = 9000;
/** Where its console does, for administrators, through SSH. */
const CONSOLE_PORT = 9001;
const LOOPBACK = "127.0.0.1";
const CONSOLE = `${LOOPBACK}:${CONSOLE_PORT}`;
/** Both. */
export const MINIO_PORTS = [MINIO_PORT, CONSOLE_PORT];
const ROOT_USER = "minioadmin";

/** Where MinIO looks for the certificate that it shows, and for authorities besides those of the machine. */
const CERTIFICATES = "/etc/minio/certs";
export const SERVER_CERTIFICATE = `${CERTIFICATES}/public.crt`;
export const SERVER_KEY = `${CERTIFICATES}/private.key`;
export const SERVER_AUTHORITY = `${CERTIFICATES}/CAs/science-stacks.crt`;

/** @param network the machine's address among the stack's machines, where others of them use it. @default the loopback address */
export const minioAddress = (network = LOOPBACK) => `${network}:${MINIO_PORT}`;

/** The guide's /etc/default/minio. @param network as of `minioAddress`: with one, it shows its certificate */
export function settings(rootPassword: string, network?: string): string {
    return renderTemplate("minio/templates/default.eta", {
        address: minioAddress(network),
        console: CONSOLE,
        certificates: network === undefined ? "" : CERTIFICATES,
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
            [`${library}/requirements.txt`]: { content: lock },
        },
    };
}

export interface ServerSettings {
    /** Path of MinIO's program in the guest. */
    program: string;
    /** Differs when its settings, keys or certificate differ: MinIO reads them when it starts. */
    revision: string;
    user: string;
    bucketPrefix: string;
    /** As of `minioAddress`. */
    network?: string;
}

export function serverProgram({ program, revision, user, bucketPrefix, network }: ServerSettings): StepProgram {
    const address = minioAddress(network);
    const authority = network === undefined ? "" : SERVER_AUTHORITY;
    const unit = { address, authority, revision };
    return {
        script: "minio/server.sh",
        parameters: {
            program,
            tools: toolsDirectory,
            address,
            authority,
            root_user: ROOT_USER,
            user,
            bucket_prefix: bucketPrefix,
        },
        files: {
            [`${library}/make-user.py`]: { content: guestScript("minio/make-user.py") },
            "/etc/systemd/system/minio.service": {
                content: renderTemplate("minio/templates/minio.service.eta", unit),
            },
            // It lists the addresses that the machine has.
            ...hardening("minio.service", { addressFamilies: ["AF_INET", "AF_INET6", "AF_NETLINK"] }),
        },
        notify: ["minio.service:restart"],
    };
}
