import * as pulumi from "@pulumi/pulumi";
import { ConfigFiles, secretPath, SecretFiles } from "../guest/config-files";
import type { DataVolume } from "../guest/data-volume";
import { InstallStep } from "../guest/install-step";
import type { ObjectStoreEndpoint } from "../guest/object-store";
import type { Packages, PackageSet } from "../guest/packages";
import type { RedisEndpoint } from "../guest/redis";
import { rootOnly } from "../guest/site-certificate";
import type { SearchEndpoint } from "../guest/solr";
import { SUPERVISOR_PACKAGES, supervisorDropIn } from "../guest/supervisor";
import { MIGRATION_SECONDS } from "../guest/upgrade";
import type { Machine } from "../machine/machine";
import { password } from "../password";
import { apiToken } from "./api-token";
import { configurationProgram, RESTART, UWSGI_ADDRESS, UWSGI_PORT } from "./configuration-program";
import type { CkanDatabaseEndpoint } from "./database";
import { redisAddress } from "./redis-address";
import { jobFiles, logFiles, NIGHTLY_TIMERS, programFiles, uwsgiFiles } from "./render";
import { SCRATCH, type DcorSettings } from "./settings";
import { BUILD_PACKAGES } from "./software";

/** A machine that DCOR is on. */
export interface DcorPlace {
    /** Begins the names of what is made there. */
    name: string;
    machine: Machine;
    /** The volume for what users upload besides datasets. */
    data: DataVolume;
    /** The scratch space, on `/cache`. */
    scratch: DataVolume;
    packages: Packages;
    /** The step that installs CKAN and the extensions. */
    software: InstallStep;
    /** The queue of jobs, as it is known there. */
    redis: RedisEndpoint;
    /** Units of the machine that supervisor waits for at each boot. */
    waitsFor: readonly string[];
    /** Where CKAN finds its site, and the object store that is reached by it. @default on the machine itself */
    site?: pulumi.Input<string>;
    /** Whether another machine has the tables, the search index and the administrator made, and runs the nightly jobs. @default false */
    isFurther?: boolean;
}

export interface DcorArgs {
    /** The machines that it is on. */
    places: readonly DcorPlace[];
    /** Directory of the software. */
    environment: string;
    database: CkanDatabaseEndpoint;
    search: SearchEndpoint;
    objectStore: ObjectStoreEndpoint;
    settings: pulumi.Output<
        Omit<DcorSettings, "solrUrl" | "solrUser" | "objectStoreUrl" | "objectStoreRegion" | "bucketName">
    >;
    administrator: { name: string; email: pulumi.Input<string> };
    /** Secret. The password for the server of `settings.mail`. @default none */
    mailPassword?: pulumi.Output<string>;
    /** The authority of the site's certificate, which the machine must trust for its own requests. @default those that all trust */
    trusted?: pulumi.Output<string | undefined>;
}

const OPTIONS = "dcor-options";
const ADMINISTRATOR = "dcor-administrator";

/**
 * CKAN with DCOR's extensions on each of its machines, all with the same keys: uWSGI and a worker for each queue under supervisor,
 * and the nightly jobs. nginx is in front. It is started on one machine after the other.
 * Guide: "DCOR Extensions", "Configuring nginx (SSL and uWSGI proxy)" from uWSGI on, "Supervisor", "Systemd".
 */
export class Dcor extends pulumi.ComponentResource {
    /** Secret. The administrator's password, as long as nobody has changed it in CKAN. */
    public readonly administratorPassword: pulumi.Output<string>;
    /** Secret. An API token of the administrator. */
    public readonly apiToken: pulumi.Output<string>;
    private readonly settings: pulumi.Output<DcorSettings>;
    private readonly secretKey: pulumi.Output<string>;
    private readonly tokenId: pulumi.Output<string>;

    constructor(
        name: string,
        private readonly args: DcorArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:dcor:Dcor", name, {}, opts);

        const { search, objectStore } = args;
        const child = { parent: this };
        this.secretKey = password(`${name}-secret-key`, child);
        this.tokenId = password(`${name}-token-id`, child);
        this.administratorPassword = password(`${name}-admin-password`, child);
        this.apiToken = pulumi.secret(
            pulumi.all([this.tokenId, this.secretKey]).apply(([id, key]) => apiToken(id, key)),
        );
        this.settings = pulumi
            .all([args.settings, objectStore.url, objectStore.bucket, search.url])
            .apply(([known, objectStoreUrl, bucket, solrUrl]) => ({
                ...known,
                ...{ solrUrl, solrUser: search.login?.user },
                objectStoreUrl,
                objectStoreRegion: objectStore.region,
                bucketName: bucket ?? `${objectStore.bucketPrefix}{organization_id}`,
            }));
        this.registerOutputs();
    }

    /** Starts it on a machine. @param after what must be there before what runs is changed @returns the step after which CKAN answers there */
    start(place: DcorPlace, after: readonly pulumi.Resource[] = []): InstallStep {
        const { name, machine, waitsFor, isFurther = false } = place;
        const configuration = this.configure(place, after);
        const child = { parent: this, dependsOn: configuration };
        const jobs = isFurther
            ? configuration
            : new ConfigFiles(`${name}-jobs`, { machine, files: jobFiles(), enable: NIGHTLY_TIMERS }, child);
        new ConfigFiles(`${name}-logs`, { machine, files: logFiles() }, { ...child, dependsOn: jobs });
        return new InstallStep(
            `${name}-start`,
            {
                machine,
                program: pulumi.all([this.settings, configuration.revision]).apply(([known, revision]) => ({
                    script: "dcor/start.sh",
                    parameters: {
                        ...{ address: UWSGI_ADDRESS, port: UWSGI_PORT, server_name: known.address.serverName },
                        revision,
                    },
                    files: {
                        ...uwsgiFiles(known),
                        ...programFiles(),
                        ...supervisorDropIn(waitsFor, ["/data", SCRATCH]),
                    },
                    notify: RESTART,
                })),
                removable: true,
            },
            { parent: this, dependsOn: [configuration, ...this.args.objectStore.running] },
        );
    }

    /** CKAN's whole configuration on a machine; with it, where that is not another one's to do, all that is done once. */
    private configure(
        { name, machine, data, scratch, packages, software, redis, site = "127.0.0.1", isFurther }: DcorPlace,
        after: readonly pulumi.Resource[],
    ): InstallStep {
        const { environment, database, search, administrator, trusted, places } = this.args;
        const secrets = this.secretFiles(name, machine, redis, isFurther);
        const program = pulumi
            .all([this.settings, secrets.revision, administrator.email, trusted, search.authority, search.own, site])
            .apply(([settings, secretsRevision, email, authority, searchAuthority, searchMachine, siteAddress]) =>
                configurationProgram({
                    ...{ settings, environment, site: siteAddress, several: places.length > 1 },
                    // Several machines go on with it while one of them changes: no copy of it would be a way back.
                    database: database.made?.from === machine ? database.made : undefined,
                    administrator: isFurther ? undefined : { name: administrator.name, email },
                    ...{ searchMachine, authority, searchAuthority, secretsRevision },
                }),
            );
        return new InstallStep(
            `${name}-configuration`,
            { machine, program, removable: true, timeoutSeconds: MIGRATION_SECONDS },
            {
                parent: this,
                dependsOn: [
                    ...[software, packages, secrets, data.mounted, scratch.mounted],
                    ...[...database.ready, ...redis.running, ...search.running, ...after],
                ],
            },
        );
    }

    private secretFiles(name: string, machine: Machine, redis: RedisEndpoint, isFurther = false): SecretFiles {
        const { database, search, objectStore, mailPassword } = this.args;
        const options = pulumi.jsonStringify({
            SECRET_KEY: this.secretKey,
            "sqlalchemy.url": database.url,
            "ckan.redis.url": pulumi
                .all([redis.url, redis.password])
                .apply(([url, secret]) => redisAddress(url, secret, redis.authority)),
            solr_password: search.login?.password,
            "dcor_object_store.access_key_id": objectStore.accessKeyId,
            "dcor_object_store.secret_access_key": objectStore.secretAccessKey,
            "smtp.password": mailPassword,
        });
        const administrator = pulumi.jsonStringify({ password: this.administratorPassword, token_id: this.tokenId });
        const files = {
            [secretPath(OPTIONS)]: rootOnly(options),
            ...(!isFurther && { [secretPath(ADMINISTRATOR)]: rootOnly(administrator) }),
        };
        return new SecretFiles(`${name}-secrets`, { machine, files }, { parent: this });
    }

    static readonly packages: PackageSet = {
        ...SUPERVISOR_PACKAGES,
        packages: ["logrotate", ...SUPERVISOR_PACKAGES.packages],
    };

    /** What the step that installs CKAN waits for. */
    static readonly buildPackages: PackageSet = { packages: BUILD_PACKAGES };
}
