import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../components/certificate";
import { Acme } from "../components/guest/acme";
import { Backup } from "../components/guest/backup";
import { BALANCER_PORT } from "../components/guest/balancer-files";
import { HAPROXY_PACKAGES } from "../components/guest/haproxy";
import { NginxSite } from "../components/guest/nginx";
import { Packages, type PackageSet } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { publicUrl, type PublicAddress } from "../components/guest/public-address";
import { Redis, REDIS_PORT } from "../components/guest/redis";
import { HealthCheck } from "../components/health-check";
import { createMachine } from "../components/machine/create";
import type { FirewallRule, Machine } from "../components/machine/machine";
import { APPS } from "../components/omero-web/apps";
import { OmeroWeb } from "../components/omero-web/omero-web";
import { loginPath, siteFiles } from "../components/omero-web/render";
import { createBackups } from "./backups";
import type { OmeroWebConfig } from "./config";
import { hasOwnRedis } from "./config/omero-web-applications";
import { isOwnRedis } from "./config/services";
import { createLoadBalancer, type StackLoadBalancer } from "./load-balancer";
import { createManagedServices } from "./managed-services";
import { applicationHere, type ApplicationTier } from "./omero-web-application";
import { applicationsElsewhere, createApplicationMachines, type ApplicationMachine } from "./omero-web-machines";
import { redisUserPackages, redisUserPorts } from "./redis";
import { createRedisCluster } from "./redis-cluster";
import { createRedisMachine } from "./redis-machine";
import { firewallRules, publicAddress, shownCertificate, siteCertificate, webPorts } from "./web-front";

/** OMERO.web: nginx in front of Gunicorn, on one machine or several; Redis for the sessions. The OMERO.server is elsewhere. */
export async function omeroWeb(config: OmeroWebConfig) {
    const machine = await createMachine("machine", config.machine, config.mirrors, {
        ports: ownPorts(config),
        sizeGiB: config.data.sizeGiB,
        administrators: config.firewall.ssh,
    });
    const front = await createLoadBalancer(config, config.omeroWeb, machine, [
        { healthCheck: { path: loginPath(config.omeroWeb.prefix), statuses: [200] } },
    ]);
    const address = publicAddress(config, config.omeroWeb, machine, {
        further: config.omeroWeb.allowedHosts,
        balancer: front.balancer,
    });
    const machines = await createApplicationMachines(config, machine);
    const reached = [applicationRule(config), redisRule(config, machines)];
    const closed = machine.firewall("firewall", firewallRules(config, config.omeroWeb, reached), {});

    // What OMERO.web is installed with comes first: what else is needed is installed meanwhile.
    const tools = isHere(config)
        ? new Packages("build-packages", { machine, sets: [OmeroWeb.buildPackages], isFirst: true })
        : undefined;
    const packages = new Packages("packages", { machine, sets: packageSets(config) }, { dependsOn: tools ?? [] });
    const certificate = siteCertificate(config, machine);
    const shown = shownCertificate(config, certificate);
    const others = machines.map((each) => each.machine);
    const clients = others.length > 0 ? others : [machine];
    const cache =
        createManagedServices(config, machine, others).redis ??
        (await createRedisCluster(config, machine, { clients })) ??
        (await createRedisMachine(config, machine, { clients }));
    const place = { machine, packages, address, redis: cache?.server };
    const tier = tools
        ? applicationHere(config, place, tools)
        : applicationsElsewhere(config, { ...place, closed }, machines);
    const site = frontSite(config, place, tier, certificate);
    const url = address.apply((known) => `${publicUrl(known)}${config.omeroWeb.prefix}`);
    const last = [site, ...tier.last, ...(cache?.last ?? [])];
    healthCheck(config, machine, { url, certificate: shown, front }, last);
    const backup = tools && createBackups(config, { machine, contents: OmeroWeb.backup, after: last });

    return {
        product: config.product,
        url: url.apply((base) => `${base}/`),
        apps: Object.fromEntries(
            config.omeroWeb.apps.map((app) => [app, pulumi.interpolate`${url}/${APPS[app].page}`]),
        ),
        certificate: shown?.certificatePem,
        backup: backup?.output,
        machine: { name: machine.machineName, address: machine.address, platform: config.machine.platform },
        ssh: pulumi.secret(machine.connection),
        ...cache?.outputs,
        ...tier.outputs,
        ...front.outputs,
    };
}

/** nginx, in front of Gunicorn on this machine or another, or of HAProxy. */
function frontSite(
    { omeroWeb: own }: OmeroWebConfig,
    { machine, packages, address }: { machine: Machine; packages: Packages; address: pulumi.Output<PublicAddress> },
    { backend, servesStatic, before }: ApplicationTier,
    certificate?: SiteCertificate,
): NginxSite {
    return new NginxSite("site", {
        machine,
        packages,
        certificate,
        backendPort: backend.port,
        after: before,
        files: address.apply((known) =>
            siteFiles({
                address: known,
                prefix: own.prefix,
                backend: `${backend.host}:${backend.port}`,
                servesStatic,
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
    {
        url,
        certificate,
        front,
    }: { url: pulumi.Output<string>; certificate?: SiteCertificate; front: StackLoadBalancer },
    parts: (NginxSite | ApplicationTier["last"][number])[],
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
            connectTo: front.connectTo,
            revisions: all.map(({ revision }) => revision),
        },
        { dependsOn: [...all, ...front.after] },
    );
}

/** Whether OMERO.web is on the stack's first machine. */
const isHere = ({ backend, applications }: OmeroWebConfig) => backend === undefined && applications === undefined;

function packageSets(config: OmeroWebConfig): PackageSet[] {
    const { applications, omeroWeb, tls, backup } = config;
    const cache = isOwnRedis(config) ? Redis.packages : redisUserPackages(config.redis);
    return [
        NginxSite.packages,
        Acme.packages(tls),
        ...(isHere(config) && omeroWeb.sessions === "redis" ? [cache] : []),
        ...(isHere(config) ? [Backup.packages(backup)] : []),
        ...(applications ? [HAPROXY_PACKAGES, ...(hasOwnRedis(config) ? [Redis.packages] : [])] : []),
    ];
}

/** The ports that nothing else on the machine may have. */
function ownPorts(config: OmeroWebConfig) {
    return [
        ...webPorts(config, config.omeroWeb),
        ...(isHere(config) ? [config.omeroWeb.applicationServer.port] : []),
        ...(config.applications ? [BALANCER_PORT] : []),
        ...(hasOwnRedis(config) ? [REDIS_PORT] : []),
        ...(isHere(config) ? redisUserPorts(config.redis) : []),
    ];
}

/** nginx on other machines reaches Gunicorn on this one. */
function applicationRule({ omeroWeb: { applicationServer, fronts } }: OmeroWebConfig): FirewallRule {
    return { description: "Web servers on other machines", port: applicationServer.port, cidrs: fronts };
}

/** OMERO.web on other machines of the stack keeps its sessions here. */
function redisRule(config: OmeroWebConfig, applications: ApplicationMachine[]): FirewallRule {
    const machines = hasOwnRedis(config) ? applications.map(({ machine }) => machine) : [];
    return { description: "Redis for OMERO.web", port: REDIS_PORT, cidrs: [], machines };
}
