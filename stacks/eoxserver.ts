import * as pulumi from "@pulumi/pulumi";
import { BACKEND_PORT } from "../components/eoxserver/backend-address";
import { EoxServer } from "../components/eoxserver/eoxserver";
import { isProtected } from "../components/eoxserver/render-front";
import { EoxServerSite } from "../components/eoxserver/site";
import { Acme } from "../components/guest/acme";
import { Backup } from "../components/guest/backup";
import { BALANCER_PORT } from "../components/guest/balancer-files";
import { DataVolume } from "../components/guest/data-volume";
import { HAPROXY_PACKAGES } from "../components/guest/haproxy";
import { Packages, type PackageSet } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { PostgreSql, type DatabaseEndpoint } from "../components/guest/postgresql";
import { PostgreSqlElsewhere } from "../components/guest/postgresql-elsewhere";
import { POSTGRESQL_PORT } from "../components/guest/postgresql-server";
import { publicUrl, type PublicAddress } from "../components/guest/public-address";
import { HealthCheck } from "../components/health-check";
import { createMachine } from "../components/machine/create";
import type { Machine } from "../components/machine/machine";
import { createBackups, dumpedHere } from "./backups";
import type { EoxServerConfig } from "./config";
import { hasOwnServer } from "./config/postgresql-elsewhere";
import { createDatabaseBeside } from "./database-beside";
import type { StackDatabase } from "./database-machine";
import { createLoadBalancer } from "./load-balancer";
import { applicationHere, type EoxServerTier } from "./eoxserver-application";
import { applicationsElsewhere, createApplicationMachines, createBalancer } from "./eoxserver-machines";
import { createStorages } from "./eoxserver-storages";
import { createManagedServices } from "./managed-services";
import { firewallRules, publicAddress, shownCertificate, siteCertificate, webPorts } from "./web-front";

/** What each instance's database needs of PostgreSQL. */
const EXTENSIONS = ["postgis"] as const;

/**
 * EOxServer: Apache in front of one or more instances with mod_wsgi, on one machine or several, and PostGIS behind them, on the first
 * machine, on others or elsewhere.
 */
export async function eoxserver(config: EoxServerConfig) {
    const machine = await createMachine("machine", config.machine, config.mirrors, {
        ports: ownPorts(config),
        sizeGiB: config.data.sizeGiB,
        administrators: config.firewall.ssh,
    });
    const front = await createLoadBalancer(config, config.eoxserver, machine, [
        { healthCheck: pageOf(config.instances[0]!.name, config) },
    ]);
    const address = publicAddress(config, config.eoxserver, machine, {
        further: config.eoxserver.allowedHosts,
        balancer: front.balancer,
    });
    const machines = await createApplicationMachines(config, machine);
    machine.firewall("firewall", firewallRules(config, config.eoxserver), {});
    const data = new DataVolume("data", { machine, ...config.data });
    const storages = createStorages(config, machine);
    const packages = new Packages(
        "packages",
        { machine, sets: packageSets(config) },
        // Keys that do not work are found before anything is installed.
        { dependsOn: storages.tried },
    );
    const balancer = createBalancer(config, { machine, packages, address }, machines);
    // Without applications, those of before are let in until what they are replaced by is nearly there.
    const users = { others: machines.map((each) => each.machine), after: [balancer?.running ?? packages] };
    const beside =
        createManagedServices(config, machine, users.others).database ??
        (await createDatabaseBeside(config, machine, { extensions: EXTENSIONS, ...users }));
    const { url: elsewhere, password, authority } = config.postgresql;
    const server = beside?.server ?? (elsewhere === undefined ? undefined : { url: elsewhere, password, authority });
    const database = databaseServer(config, machine, packages, data, server);
    const needs = { machine, database, address, storages };
    const tier: EoxServerTier =
        balancer === undefined
            ? applicationHere(config, needs, { machine, packages, data })
            : applicationsElsewhere(config, { ...needs, balancer, authority: server?.authority }, machines);
    const certificate = siteCertificate(config, machine);
    const shown = shownCertificate(config, certificate);
    const names = config.instances.map(({ name }) => name);
    const site = new EoxServerSite("site", {
        ...{ machine, packages, instances: names, balancer: tier.balancer, after: tier.before, address, certificate },
        adminCidrs: config.eoxserver.admin.cidrs,
        requestTimeoutSeconds: config.eoxserver.requestTimeoutSeconds,
        accessControl: config.accessControl,
    });
    const requests = address.apply((known) => healthRequests(known, config));
    const last = [...tier.last, ...(beside?.last ?? [])];
    const upgraded = createPackagesUpgrade(config, machine, requests, [site, ...last]);
    new HealthCheck(
        "health",
        {
            requests,
            certificatePem: shown?.certificatePem,
            connectTo: front.connectTo,
            revisions: [site, ...last, ...upgraded].map(({ revision }) => revision),
        },
        { dependsOn: [site, ...last, ...upgraded, ...front.after] },
    );

    const contents = EoxServer.backup(config.applications ? [] : names, dumpedHere(config));
    const others = [...(beside?.backedUp ?? []), ...tier.backedUp];
    const backup = createBackups(config, { machine, contents, after: [site] }, others);

    const url = address.apply(publicUrl);
    return {
        product: config.product,
        url,
        instances: Object.fromEntries(config.instances.map(({ name }) => [name, instanceUrls(url, name)])),
        certificate: shown?.certificatePem,
        adminPasswords: Object.fromEntries(
            tier.eoxserver.instances.map(({ instance, administratorPassword }) => [instance, administratorPassword]),
        ),
        backup: backup?.output,
        machine: { name: machine.machineName, address: machine.address, platform: config.machine.platform },
        ssh: pulumi.secret(machine.connection),
        ...storages.outputs,
        ...beside?.outputs,
        ...tier.outputs,
        ...front.outputs,
    };
}

/** The server that each instance has its database in: this machine's own, one of the stack beside it, or one elsewhere. */
function databaseServer(
    { machine: { image }, postgresql: { sharedBuffersMiB } }: EoxServerConfig,
    machine: Machine,
    packages: Packages,
    data: DataVolume,
    server?: StackDatabase["server"],
): DatabaseEndpoint {
    if (server === undefined) {
        return new PostgreSql("database", { machine, image, packages, data, sharedBuffersMiB }).endpoint;
    }
    return new PostgreSqlElsewhere("database", { machine, packages, ...server, extensions: EXTENSIONS }).endpoint;
}

/** Each instance's page. */
function healthRequests(address: PublicAddress, config: EoxServerConfig) {
    return config.instances.map(({ name }) => {
        const { path, statuses } = pageOf(name, config);
        return { url: `${publicUrl(address)}${path}`, statuses };
    });
}

/** An instance's page, and how it answers; where an access control stands before it, that it asks who one is. */
function pageOf(instance: string, { accessControl }: EoxServerConfig) {
    const path = `/${instance}/`;
    return { path, statuses: isProtected(path, accessControl) ? [302, 303, 307, 401, 403] : [200] };
}

/** What the first machine needs from Debian. */
function packageSets(config: EoxServerConfig): PackageSet[] {
    const { machine, accessControl, applications, tls, backup } = config;
    return [
        hasOwnServer(config) ? PostgreSql.packages(machine.image, EXTENSIONS) : PostgreSqlElsewhere.packages,
        ...(applications ? [HAPROXY_PACKAGES] : [EoxServer.packages]),
        EoxServerSite.packages(accessControl),
        Acme.packages(tls),
        Backup.packages(backup),
    ];
}

/** The ports that nothing else on the machine may have. */
function ownPorts(config: EoxServerConfig) {
    const database = hasOwnServer(config) ? [POSTGRESQL_PORT] : [];
    const behind = config.applications ? BALANCER_PORT : BACKEND_PORT;
    return [...webPorts(config, config.eoxserver), ...database, behind];
}

function instanceUrls(url: pulumi.Output<string>, name: string) {
    return {
        url: pulumi.interpolate`${url}/${name}/`,
        ows: pulumi.interpolate`${url}/${name}/ows`,
        admin: pulumi.interpolate`${url}/${name}/admin/`,
    };
}
