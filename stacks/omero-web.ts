import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../components/certificate";
import { Acme } from "../components/guest/acme";
import { Backup } from "../components/guest/backup";
import { DataVolume } from "../components/guest/data-volume";
import type { InstallStep } from "../components/guest/install-step";
import { NginxSite } from "../components/guest/nginx";
import { Packages, type PackageSet } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { publicUrl, type PublicAddress } from "../components/guest/public-address";
import { Redis, REDIS_PORT, type RedisEndpoint } from "../components/guest/redis";
import { RedisElsewhere } from "../components/guest/redis-elsewhere";
import { HealthCheck } from "../components/health-check";
import { createMachine } from "../components/machine/create";
import type { FirewallRule, Machine } from "../components/machine/machine";
import type { ManagedServer } from "../components/machine/managed";
import { APPS } from "../components/omero-web/apps";
import { OmeroWeb } from "../components/omero-web/omero-web";
import { loginPath, siteFiles } from "../components/omero-web/render";
import { createBackups } from "./backups";
import type { OmeroWebConfig } from "./config";
import { isOwnRedis } from "./config/services";
import { createManagedServices } from "./managed-services";
import { firewallRules, publicAddress, siteCertificate, webPorts } from "./web-front";

/** OMERO.web on one machine: nginx in front of Gunicorn, Redis for the sessions. The OMERO.server is elsewhere. */
export async function omeroWeb(config: OmeroWebConfig) {
    const machine = await createMachine("machine", config.machine, config.mirrors, {
        ports: ownPorts(config),
        sizeGiB: config.data.sizeGiB,
        administrators: config.firewall.ssh,
    });
    const address = publicAddress(config, config.omeroWeb, machine, config.omeroWeb.allowedHosts);
    machine.firewall("firewall", firewallRules(config, config.omeroWeb, [applicationRule(config)]), {});

    // What OMERO.web is installed with comes first: what else is needed is installed meanwhile.
    const tools =
        config.backend === undefined
            ? new Packages("build-packages", { machine, sets: [OmeroWeb.buildPackages], isFirst: true })
            : undefined;
    const packages = new Packages("packages", { machine, sets: packageSets(config) }, { dependsOn: tools ?? [] });
    const certificate = siteCertificate(config, machine);
    const managed = createManagedServices(config, machine);
    const application = tools && applicationServer(config, machine, { tools, packages, redis: managed.redis }, address);
    const site = frontSite(config, machine, packages, address, certificate);
    const url = address.apply((known) => `${publicUrl(known)}${config.omeroWeb.prefix}`);
    healthCheck(config, machine, url, certificate, [site, ...(application ? [application.answering] : [])]);
    const backup =
        application &&
        createBackups(config, { machine, contents: OmeroWeb.backup, after: [site, application.answering] });

    return {
        product: config.product,
        url: url.apply((base) => `${base}/`),
        apps: Object.fromEntries(
            config.omeroWeb.apps.map((app) => [app, pulumi.interpolate`${url}/${APPS[app].page}`]),
        ),
        certificate: certificate?.certificatePem,
        backup: backup?.output,
        machine: { name: machine.machineName, address: machine.address, platform: config.machine.platform },
        ssh: pulumi.secret(machine.connection),
        ...managed.outputs,
    };
}

/** OMERO.web itself, with what keeps its sessions. */
function applicationServer(
    config: OmeroWebConfig,
    machine: Machine,
    { tools, packages, redis }: { tools: Packages; packages: Packages; redis?: ManagedServer },
    address: pulumi.Output<PublicAddress>,
): OmeroWeb {
    const { omeroWeb: own, publicUser, properties } = config;
    const data = new DataVolume("data", { machine, ...config.data });
    return new OmeroWeb("omero-web", {
        machine,
        image: config.machine.image,
        tools,
        packages,
        data,
        sessionCache: sessionCache(config, machine, packages, data, redis),
        version: own.version,
        settings: address.apply((known) => ({
            ...own,
            address: known,
            cacheSessions: own.sessions === "redis",
            publicUser: publicUser && withoutPassword(publicUser),
            properties,
        })),
        workers: own.workers,
        publicPassword: publicUser?.password,
        icePy: config.icePy,
        mirrors: config.mirrors,
    });
}

/** A secret among the settings would make all of them secret, and previews of them blind: it goes its own way. */
function withoutPassword({ user, urlFilter, getOnly, serverId }: NonNullable<OmeroWebConfig["publicUser"]>) {
    return { user, urlFilter, getOnly, serverId };
}

/** What keeps the sessions: a Redis on the machine, one that the platform runs, or elsewhere; files where there is none. */
function sessionCache(
    { omeroWeb: { sessions }, redis: { url, password, maxMemoryMiB } }: OmeroWebConfig,
    machine: Machine,
    packages: Packages,
    data: DataVolume,
    managed?: ManagedServer,
): RedisEndpoint | undefined {
    if (sessions === "files") {
        return undefined;
    }
    const server = managed ?? (url === undefined ? undefined : { url, password });
    return server === undefined
        ? new Redis("redis", { machine, packages, data, maxMemoryMiB }).endpoint
        : new RedisElsewhere("redis", { machine, packages, ...server }).endpoint;
}

/** nginx, in front of Gunicorn on this machine or another. */
function frontSite(
    { backend, omeroWeb: own }: OmeroWebConfig,
    machine: Machine,
    packages: Packages,
    address: pulumi.Output<PublicAddress>,
    certificate?: SiteCertificate,
): NginxSite {
    // Gunicorn that listens everywhere is asked on the loopback address.
    const here = own.applicationServer.host === "0.0.0.0" ? "127.0.0.1" : own.applicationServer.host;
    const { host, port } = backend ?? { host: here, port: own.applicationServer.port };
    return new NginxSite("site", {
        machine,
        packages,
        certificate,
        backendPort: port,
        files: address.apply((known) =>
            siteFiles({
                address: known,
                prefix: own.prefix,
                backend: `${host}:${port}`,
                servesStatic: backend === undefined,
                timeoutSeconds: own.timeoutSeconds,
                maxBodyMiB: own.maxBodyMiB,
            }),
        ),
    });
}

/** @param parts what answers, and differs when what it answers may */
function healthCheck(
    config: OmeroWebConfig,
    machine: Machine,
    url: pulumi.Output<string>,
    certificate: SiteCertificate | undefined,
    parts: (NginxSite | InstallStep)[],
): void {
    const { apps } = config.omeroWeb;
    const files = ["webclient/css/layout.css", ...apps.map((app) => APPS[app].staticFile)];
    const requests = url.apply((base) => [
        { url: base + loginPath(""), contains: "OMERO.web" },
        ...files.map((file) => ({ url: `${base}/static/${file}` })),
    ]);
    const all = [...parts, ...createPackagesUpgrade(config, machine, requests, parts)];
    new HealthCheck(
        "health",
        {
            requests,
            certificatePem: certificate?.certificatePem,
            revisions: all.map(({ revision }) => revision),
        },
        { dependsOn: all },
    );
}

function packageSets({ backend, omeroWeb: { sessions }, redis, tls, backup }: OmeroWebConfig): PackageSet[] {
    const redisPackages = isOwnRedis({ redis }) ? Redis.packages : RedisElsewhere.packages;
    const application = [...(sessions === "redis" ? [redisPackages] : []), Backup.packages(backup)];
    return [NginxSite.packages, Acme.packages(tls), ...(backend === undefined ? application : [])];
}

/** The ports that nothing else on the machine may have. */
function ownPorts(config: OmeroWebConfig) {
    const application = config.backend === undefined ? [config.omeroWeb.applicationServer.port] : [];
    return [...webPorts(config, config.omeroWeb), ...application, ...(hasRedis(config) ? [REDIS_PORT] : [])];
}

/** Whether the sessions are kept by a Redis of the machine's own. */
function hasRedis({ backend, omeroWeb, redis }: OmeroWebConfig): boolean {
    return backend === undefined && omeroWeb.sessions === "redis" && isOwnRedis({ redis });
}

/** nginx on other machines reaches Gunicorn on this one. */
function applicationRule({ omeroWeb: { applicationServer, fronts } }: OmeroWebConfig): FirewallRule {
    return { description: "Web servers on other machines", port: applicationServer.port, cidrs: fronts };
}
