import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { BackupContents } from "../guest/backup-files";
import { secretPath, SecretFiles } from "../guest/config-files";
import type { DataVolume } from "../guest/data-volume";
import { InstallStep } from "../guest/install-step";
import type { Packages, PackageSet } from "../guest/packages";
import type { PackageIndex } from "../guest/python";
import type { RedisEndpoint } from "../guest/redis";
import { MIGRATION_SECONDS } from "../guest/upgrade";
import type { Machine } from "../machine/machine";
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
    /** What keeps the sessions. @default files */
    sessionCache?: RedisEndpoint;
    version: OmeroWebVersion;
    settings: pulumi.Output<OmeroWebSettings>;
    /** Processes of Gunicorn. @default twice the machine's processors and one, as the guide says */
    workers?: number;
    /** The password of the public user, where there is one. */
    publicPassword?: pulumi.Output<string>;
    /** A published wheel of IcePy. @default none */
    icePy?: IcePyArgs["published"];
    mirrors?: IcePyArgs["mirrors"];
}

/** Names of the files of secret properties. */
const PUBLIC_PASSWORD = "omero-web-public-user";
const CACHES = "omero-web-caches";

/**
 * OMERO.web with its apps, by Gunicorn on the application server's address: the site is in front.
 * Another version is installed beside the one that runs, and changed to; what ran comes back when it does not answer.
 * Guide: "OMERO.web installation", from "Creating a virtual environment" to "Automatically running OMERO.web".
 */
export class OmeroWeb extends pulumi.ComponentResource {
    /** It answers: what the front waits for. */
    public readonly answering: InstallStep;

    constructor(name: string, args: OmeroWebArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:omero-web:OmeroWeb", name, {}, opts);

        const { machine, image, packages, tools, data, version, settings, mirrors = {} } = args;
        const icePy = new IcePy(
            `${name}-ice-py`,
            { machine, image, published: args.icePy, mirrors },
            { parent: this, deletedWith: machine.host },
        );
        const user = new InstallStep(
            `${name}-user`,
            { machine, program: { script: "omero-web/user.sh" }, removable: true },
            { parent: this, dependsOn: [packages, data.mounted] },
        );
        const index: PackageIndex = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
        const software = new InstallStep(
            `${name}-software`,
            {
                machine,
                program: pulumi
                    .all([settings, icePy.wheel])
                    .apply(([known, wheel]) => softwareProgram({ version, ...known }, wheel, index)),
                removable: true,
                timeoutSeconds: MIGRATION_SECONDS,
            },
            { parent: this, dependsOn: [tools, icePy] },
        );
        const secretProperties = secretPropertyFiles(args);
        const secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: secretProperties },
            { parent: this, dependsOn: packages },
        );

        this.answering = new InstallStep(
            `${name}-configuration`,
            {
                machine,
                program: pulumi
                    .all([settings, icePy.wheel, secrets.revision, args.sessionCache?.url])
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
                        },
                        files: omeroWebFiles(known),
                        notify: ["omero-web.service:restart"],
                    })),
                removable: true,
            },
            { parent: this, dependsOn: [packages, user, software, secrets, ...(args.sessionCache?.running ?? [])] },
        );
        this.registerOutputs();
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
function secretPropertyFiles({ sessionCache, publicPassword }: OmeroWebArgs) {
    const file = (content: pulumi.Output<string>) => content.apply((text) => ({ content: text, mode: "600" }));
    return {
        ...(sessionCache && {
            [secretPath(CACHES)]: file(
                pulumi
                    .all([sessionCache.url, sessionCache.password])
                    .apply(([url, known]) => cachesProperty(url, known)),
            ),
        }),
        ...(publicPassword && {
            [secretPath(PUBLIC_PASSWORD)]: file(
                publicPassword.apply((known) => `omero.web.public.password=${known}\n`),
            ),
        }),
    };
}
