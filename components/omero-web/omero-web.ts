import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { BackupContents } from "../guest/backup-files";
import { pemFile, secretPath, SecretFiles } from "../guest/config-files";
import type { DataVolume } from "../guest/data-volume";
import { InstallStep } from "../guest/install-step";
import type { Packages, PackageSet } from "../guest/packages";
import type { PackageIndex } from "../guest/python";
import type { RedisEndpoint } from "../guest/redis";
import { MIGRATION_SECONDS } from "../guest/upgrade";
import type { GuestFile } from "../guest/program";
import type { Machine } from "../machine/machine";
import type { Signed } from "../stack-authority";
import { IcePy, type IcePyArgs } from "./ice-py";
import { cachesProperty, type OmeroWebSettings } from "./properties";
import { loginPath, omeroWebFiles } from "./render";
import { OMERO_WEB_PACKAGES, softwareDirectory, softwareProgram, type OmeroWebVersion } from "./software";

export interface OmeroWebArgs {
    machine: Machine;
    /** The release that runs on the machine. */
    image: string;
    packages: Packages;
    /** The step that installs `OmeroWeb.buildPackages`: the software waits for no others. */
    tools: Packages;
    /** The volume that holds OMERODIR: the configuration, Django's key, logs, sessions in files. */
    data: DataVolume;
    version: OmeroWebVersion;
    settings: pulumi.Output<OmeroWebSettings>;
    /** Processes of Gunicorn. @default twice the machine's processors and one, as the guide says */
    workers?: number;
    /** The password of the public user, where there is one. */
    publicPassword?: pulumi.Output<string>;
    /** A published wheel of IcePy. @default none */
    icePy?: IcePyArgs["published"];
    mirrors?: IcePyArgs["mirrors"];
    /** What Gunicorn shows at the address that it listens on, where others use it, by TLS alone. @default nginx of its machine uses it */
    certificate?: Signed;
    /** Secret. Django's key, where several machines have the same. @default OMERO.web makes one, and keeps it on the volume */
    secretKey?: pulumi.Output<string>;
}

/** What OMERO.web is started with, once its software is there. */
export interface OmeroWebStart {
    /** What keeps the sessions. @default files */
    sessionCache?: RedisEndpoint;
    /** What must be there before what runs is changed. @default nothing */
    after?: pulumi.Resource[];
}

/** What HAProxy calls the machines of OMERO.web together. */
export const BALANCED = "omero-web";

/** Names of the files of secret properties. */
const PUBLIC_PASSWORD = "omero-web-public-user";
const CACHES = "omero-web-caches";
const SECRET_KEY = "omero-web-secret-key";

/** Where Gunicorn finds what it shows, and whoever asks it on its own machine what it is verified by. */
const TLS = "/etc/omero-web/tls";
const GUNICORN_TLS = { certificate: `${TLS}/certificate.pem`, key: `${TLS}/key.pem` };
export const GUNICORN_AUTHORITY = `${TLS}/authority.pem`;

/**
 * OMERO.web with its apps, by Gunicorn on the application server's address: the site is in front.
 * Another version is installed beside the one that runs, and changed to; what ran comes back when it does not answer.
 * Guide: "OMERO.web installation", from "Creating a virtual environment" to "Automatically running OMERO.web".
 */
export class OmeroWeb extends pulumi.ComponentResource {
    /** Its software is there; nothing of what runs has been touched. */
    public readonly installed: InstallStep;
    private readonly settings: pulumi.Output<OmeroWebSettings>;
    private readonly icePy: IcePy;
    private readonly user: InstallStep;

    constructor(
        private readonly name: string,
        private readonly args: OmeroWebArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:omero-web:OmeroWeb", name, {}, opts);

        const { machine, image, packages, tools, data, version, certificate, mirrors = {} } = args;
        this.settings = args.settings.apply((known) => ({ ...known, tls: certificate && GUNICORN_TLS }));
        this.icePy = new IcePy(
            `${name}-ice-py`,
            { machine, image, published: args.icePy, mirrors },
            { parent: this, deletedWith: machine.host },
        );
        this.user = new InstallStep(
            `${name}-user`,
            { machine, program: { script: "omero-web/user.sh" }, removable: true },
            { parent: this, dependsOn: [packages, data.mounted] },
        );
        const index: PackageIndex = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
        this.installed = new InstallStep(
            `${name}-software`,
            {
                machine,
                program: pulumi
                    .all([this.settings, this.icePy.wheel])
                    .apply(([known, wheel]) => softwareProgram({ version, ...known }, wheel, index)),
                removable: true,
                timeoutSeconds: MIGRATION_SECONDS,
            },
            { parent: this, dependsOn: [tools, this.icePy] },
        );
        this.registerOutputs();
    }

    /** Gives OMERO.web its configuration, and starts it. @returns the step after which it answers */
    start({ sessionCache, after = [] }: OmeroWebStart): InstallStep {
        const { name, args, user, icePy, installed } = this;
        const { machine, packages, version, certificate } = args;
        const secretProperties = secretPropertyFiles(args, sessionCache);
        const secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: { ...secretProperties, ...certificateFiles(certificate) } },
            { parent: this, dependsOn: [packages, user] },
        );
        return new InstallStep(
            `${name}-configuration`,
            {
                machine,
                program: pulumi
                    .all([this.settings, icePy.wheel, secrets.revision, sessionCache?.url])
                    .apply(([known, wheel, secrets_revision, session_cache = ""]) => ({
                        script: "omero-web/configure.sh",
                        parameters: {
                            environment: softwareDirectory({ version, ...known }, wheel),
                            version,
                            workers: args.workers ?? "",
                            // Gunicorn that listens everywhere is asked on the loopback address.
                            address:
                                known.applicationServer.host === "0.0.0.0" ? "127.0.0.1" : known.applicationServer.host,
                            port: known.applicationServer.port,
                            login: loginPath(known.prefix),
                            server_name: known.address.serverName,
                            session_cache,
                            secrets: Object.keys(secretProperties).map((path) => basename(path)),
                            secrets_revision,
                            ...(certificate && { tls: Object.values(GUNICORN_TLS), authority: GUNICORN_AUTHORITY }),
                        },
                        files: omeroWebFiles(known),
                        notify: ["omero-web.service:restart"],
                    })),
                removable: true,
            },
            {
                parent: this,
                dependsOn: [packages, user, installed, secrets, ...(sessionCache?.running ?? []), ...after],
            },
        );
    }

    /** What its environment is made with, and runs with. */
    static readonly buildPackages: PackageSet = { packages: OMERO_WEB_PACKAGES };

    /** What of OMERO.web is backed up: its directory, without what it writes for a while. */
    static readonly backup: BackupContents = {
        directories: ["/data/omero-web"],
        excludes: ["/data/omero-web/var/tmp/*", "/data/omero-web/.configuration.*"],
        units: ["omero-web.service", "omero-web-clearsessions.timer"],
        forget: ["/var/lib/science-stacks/omero-web/digest"],
    };
}

/** The secret properties: a file for each, laid out as `omero config load` reads it. */
function secretPropertyFiles({ publicPassword, secretKey }: OmeroWebArgs, sessionCache?: RedisEndpoint) {
    const file = (content: pulumi.Output<string>) => content.apply((text) => ({ content: text, mode: "600" }));
    return {
        ...(sessionCache && {
            [secretPath(CACHES)]: file(
                pulumi
                    .all([sessionCache.url, sessionCache.password])
                    .apply(([url, known]) => cachesProperty(url, known, sessionCache)),
            ),
        }),
        ...(secretKey && {
            [secretPath(SECRET_KEY)]: file(secretKey.apply((known) => `omero.web.secret_key=${known}\n`)),
        }),
        ...(publicPassword && {
            [secretPath(PUBLIC_PASSWORD)]: file(
                publicPassword.apply((known) => `omero.web.public.password=${known}\n`),
            ),
        }),
    };
}

/** What Gunicorn shows, for its user and root alone, and what it is verified by. */
function certificateFiles(shown?: Signed): Record<string, pulumi.Output<GuestFile>> {
    return shown === undefined
        ? {}
        : {
              [GUNICORN_TLS.certificate]: pemFile(shown.certificatePem),
              [GUNICORN_TLS.key]: pemFile(shown.privateKeyPem, { owner: "root:omero-web", mode: "640" }),
              [GUNICORN_AUTHORITY]: pemFile(shown.authorityPem),
          };
}
