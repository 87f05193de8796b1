import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { ConfigFiles, secretPath, SecretFiles } from "../guest/config-files";
import type { DataVolume } from "../guest/data-volume";
import { InstallStep } from "../guest/install-step";
import type { ObjectStoreEndpoint } from "../guest/object-store";
import type { Packages, PackageSet } from "../guest/packages";
import type { PublicAddress } from "../guest/public-address";
import type { RedisEndpoint } from "../guest/redis";
import { rootOnly } from "../guest/site-certificate";
import type { SearchEndpoint } from "../guest/solr";
import { SUPERVISOR_PACKAGES, SUPERVISOR_UNIT, supervisorDropIn } from "../guest/supervisor";
import { MIGRATION_SECONDS } from "../guest/upgrade";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { apiToken } from "./api-token";
import type { CkanDatabaseEndpoint } from "./database";
import { redisAddress } from "./redis-address";
import { configurationFiles, jobFiles, NIGHTLY_TIMERS, programFiles, uwsgiFiles } from "./render";
import { LICENSES, REBUILD_MARK, SCRATCH, TRUSTED, TRUSTED_SEARCH, UWSGI, type DcorSettings } from "./settings";
import { BUILD_PACKAGES } from "./software";

export interface DcorArgs {
    machine: Machine;
    /** The volume for what users upload besides datasets. */
    data: DataVolume;
    /** The scratch space, on `/cache`. */
    scratch: DataVolume;
    packages: Packages;
    /** The step that installs CKAN and the extensions. */
    software: InstallStep;
    /** Directory of the software. */
    environment: string;
    database: CkanDatabaseEndpoint;
    redis: RedisEndpoint;
    search: SearchEndpoint;
    objectStore: ObjectStoreEndpoint;
    /** Units of this machine that supervisor waits for at each boot. */
    waitsFor: readonly string[];
    settings: pulumi.Output<
        Omit<DcorSettings, "solrUrl" | "solrUser" | "objectStoreUrl" | "objectStoreRegion" | "bucketName">
    >;
    administrator: { name: string; email: pulumi.Input<string> };
    /** Secret. The password for the server of `settings.mail`. @default none */
    mailPassword?: pulumi.Output<string>;
    /** The authority of the certificate that the machine serves, which it must trust for its own requests. @default those that all trust */
    trusted?: pulumi.Output<string | undefined>;
}

const OPTIONS = "dcor-options";
const ADMINISTRATOR = "dcor-administrator";
const RESTART = [`${SUPERVISOR_UNIT}:restart`];

/**
 * CKAN with DCOR's extensions: uWSGI and a worker for each queue under supervisor, and the nightly jobs. nginx is in front.
 * Guide: "DCOR Extensions", "Configuring nginx (SSL and uWSGI proxy)" from uWSGI on, "Supervisor", "Systemd".
 */
export class Dcor extends pulumi.ComponentResource {
    /** CKAN answers: what the health check waits for. */
    public readonly answering: InstallStep;
    /** Secret. The administrator's password, as long as nobody has changed it in CKAN. */
    public readonly administratorPassword: pulumi.Output<string>;
    /** Secret. An API token of the administrator. */
    public readonly apiToken: pulumi.Output<string>;

    constructor(name: string, args: DcorArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:dcor:Dcor", name, {}, opts);

        const { machine, data, scratch, software, database, redis, search, objectStore } = args;
        const child = { parent: this };
        const secretKey = password(`${name}-secret-key`, child);
        const tokenId = password(`${name}-token-id`, child);
        this.administratorPassword = password(`${name}-admin-password`, child);
        this.apiToken = pulumi.secret(pulumi.all([tokenId, secretKey]).apply(([id, key]) => apiToken(id, key)));

        const settings: pulumi.Output<DcorSettings> = pulumi
            .all([args.settings, objectStore.url, objectStore.bucket, search.url])
            .apply(([known, objectStoreUrl, bucket, solrUrl]) => ({
                ...known,
                ...{ solrUrl, solrUser: search.login?.user },
                objectStoreUrl,
                objectStoreRegion: objectStore.region,
                bucketName: bucket ?? `${objectStore.bucketPrefix}{organization_id}`,
            }));
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    [secretPath(OPTIONS)]: rootOnly(
                        pulumi.jsonStringify({
                            SECRET_KEY: secretKey,
                            "sqlalchemy.url": database.url,
                            "ckan.redis.url": pulumi
                                .all([redis.url, redis.password])
                                .apply(([url, secret]) => redisAddress(url, secret, redis.authority)),
                            solr_password: search.login?.password,
                            "dcor_object_store.access_key_id": objectStore.accessKeyId,
                            "dcor_object_store.secret_access_key": objectStore.secretAccessKey,
                            "smtp.password": args.mailPassword,
                        }),
                    ),
                    [secretPath(ADMINISTRATOR)]: rootOnly(
                        pulumi.jsonStringify({ password: this.administratorPassword, token_id: tokenId }),
                    ),
                },
            },
            child,
        );
        const [address = "", port = ""] = UWSGI.split(":");
        const configuration = new InstallStep(
            `${name}-configuration`,
            {
                machine,
                program: pulumi
                    .all([
                        settings,
                        secrets.revision,
                        args.administrator.email,
                        args.trusted,
                        search.authority,
                        search.own,
                    ])
                    .apply(([known, secrets_revision, email, trusted, searchAuthority, searchMachine]) => ({
                        script: "dcor/configure.sh",
                        parameters: {
                            environment: args.environment,
                            administrator: args.administrator.name,
                            email,
                            hosts: hostsLine(known.address),
                            ...{ search: searchMachine ?? "", rebuild_mark: REBUILD_MARK },
                            authorities: [TRUSTED, TRUSTED_SEARCH],
                            ...{ address, port, server_name: known.address.serverName },
                            database: database.name ?? "",
                            database_administrator: database.administrator?.user ?? "",
                            database_connection: database.administrator?.environment ?? [],
                            licenses: LICENSES,
                            secrets_revision,
                        },
                        files: {
                            ...configurationFiles(known),
                            ...(trusted && { [TRUSTED]: { content: trusted } }),
                            ...(searchAuthority && { [TRUSTED_SEARCH]: { content: searchAuthority } }),
                        },
                        notify: RESTART,
                    })),
                removable: true,
                timeoutSeconds: MIGRATION_SECONDS,
            },
            {
                parent: this,
                dependsOn: [
                    ...[software, args.packages, secrets, data.mounted, scratch.mounted],
                    ...[...database.ready, ...redis.running, ...search.running],
                ],
            },
        );
        new ConfigFiles(
            `${name}-jobs`,
            { machine, files: jobFiles(), enable: NIGHTLY_TIMERS },
            { parent: this, dependsOn: configuration },
        );
        this.answering = new InstallStep(
            `${name}-start`,
            {
                machine,
                program: pulumi.all([settings, configuration.revision]).apply(([known, revision]) => ({
                    script: "dcor/start.sh",
                    parameters: { address, port, server_name: known.address.serverName, revision },
                    files: {
                        ...uwsgiFiles(known),
                        ...programFiles(),
                        ...supervisorDropIn(args.waitsFor, ["/data", SCRATCH]),
                    },
                    notify: RESTART,
                })),
                removable: true,
            },
            { parent: this, dependsOn: [configuration, ...objectStore.running] },
        );
        this.registerOutputs();
    }

    static readonly packages: PackageSet = {
        ...SUPERVISOR_PACKAGES,
        packages: ["logrotate", ...SUPERVISOR_PACKAGES.packages],
    };

    /** What the step that installs CKAN waits for. */
    static readonly buildPackages: PackageSet = { packages: BUILD_PACKAGES };
}

/** A line that leads the site's own name to this machine; none for an address. */
function hostsLine({ serverName }: PublicAddress): string {
    return isIP(serverName) === 0 ? `127.0.0.1 ${serverName} # DCOR, kept by science-stacks` : "";
}
