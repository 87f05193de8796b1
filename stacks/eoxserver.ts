import * as pulumi from "@pulumi/pulumi";
import { BACKEND_PORT } from "../components/eoxserver/backend-address";
import { EoxServer } from "../components/eoxserver/eoxserver";
import { isProtected } from "../components/eoxserver/render-front";
import { EoxServerSite } from "../components/eoxserver/site";
import { Acme } from "../components/guest/acme";
import { Backup } from "../components/guest/backup";
import { DataVolume } from "../components/guest/data-volume";
import { Packages } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { PostgreSql, type DatabaseEndpoint } from "../components/guest/postgresql";
import { PostgreSqlElsewhere } from "../components/guest/postgresql-elsewhere";
import { POSTGRESQL_PORT } from "../components/guest/postgresql-server";
import { publicUrl, type PublicAddress } from "../components/guest/public-address";
import { HealthCheck } from "../components/health-check";
import { createMachine } from "../components/machine/create";
import type { Machine } from "../components/machine/machine";
import { createBackups } from "./backups";
import type { EoxServerConfig } from "./config";
import { hasOwnServer } from "./config/postgresql-elsewhere";
import { createDatabaseCluster } from "./database-cluster";
import { createDatabaseMachine, type StackDatabase } from "./database-machine";
import { createLoadBalancer } from "./load-balancer";
import { createStorages } from "./eoxserver-storages";
import { createManagedServices } from "./managed-services";
import { firewallRules, publicAddress, shownCertificate, siteCertificate, webPorts } from "./web-front";

/** What each instance's database needs of PostgreSQL. */
const EXTENSIONS = ["postgis"] as const;

/** EOxServer: Apache in front of one or more instances with mod_wsgi on one machine, PostGIS behind them, there, on a second one or elsewhere. */
export async function eoxserver(config: EoxServerConfig) {
    const isLocal = hasOwnServer(config);
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
    const beside =
        createManagedServices(config, machine).database ??
        (await createDatabaseCluster(config, machine, EXTENSIONS)) ??
        (await createDatabaseMachine(config, machine, { extensions: EXTENSIONS }));

    machine.firewall("firewall", firewallRules(config, config.eoxserver), {});
    const data = new DataVolume("data", { machine, ...config.data });
    const storages = createStorages(config, machine);
    const packages = new Packages(
        "packages",
        {
            machine,
            sets: [
                isLocal ? PostgreSql.packages(config.machine.image, EXTENSIONS) : PostgreSqlElsewhere.packages,
                EoxServer.packages,
                EoxServerSite.packages(config.accessControl),
                Acme.packages(config.tls),
                Backup.packages(config.backup),
            ],
        },
        // Keys that do not work are found before anything is installed.
        { dependsOn: storages.tried },
    );
    const database = databaseServer(config, machine, packages, data, beside);
    const eoxserver = new EoxServer("eoxserver", {
        machine,
        packages,
        data,
        database,
        version: config.eoxserver.version,
        address,
        instances: config.instances,
        storages: storages.storages,
        administrator: config.eoxserver.admin.user,
        requestTimeoutSeconds: config.eoxserver.requestTimeoutSeconds,
        packageIndex: { indexUrl: config.mirrors.pypi, proxy: config.mirrors.proxy },
    });
    const certificate = siteCertificate(config, machine);
    const shown = shownCertificate(config, certificate);
    const site = new EoxServerSite("site", {
        machine,
        packages,
        eoxserver,
        address,
        certificate,
        adminCidrs: config.eoxserver.admin.cidrs,
        requestTimeoutSeconds: config.eoxserver.requestTimeoutSeconds,
        accessControl: config.accessControl,
    });
    const requests = address.apply((known) => healthRequests(known, config));
    const upgraded = createPackagesUpgrade(config, machine, requests, [site, ...(beside?.last ?? [])]);
    new HealthCheck(
        "health",
        {
            requests,
            certificatePem: shown?.certificatePem,
            connectTo: front.connectTo,
            revisions: [
                site.revision,
                ...[...eoxserver.instances.map(({ answering }) => answering), ...upgraded].map(
                    ({ revision }) => revision,
                ),
                ...(beside?.last ?? []).map(({ revision }) => revision),
            ],
        },
        { dependsOn: [site, ...upgraded, ...front.after] },
    );

    const names = config.instances.map(({ name }) => name);
    // A machine that PostgreSQL has for itself dumps its own. Of several, any may be the one that writes: they are dumped here.
    const isDumpedHere = isLocal || config.postgresql.machines !== undefined;
    const contents = EoxServer.backup(names, isDumpedHere ? database.administrator : undefined);
    const backup = createBackups(config, { machine, contents, after: [site] }, beside?.backedUp);

    const url = address.apply(publicUrl);
    return {
        product: config.product,
        url,
        instances: Object.fromEntries(config.instances.map(({ name }) => [name, instanceUrls(url, name)])),
        certificate: shown?.certificatePem,
        adminPasswords: Object.fromEntries(
            eoxserver.instances.map((instance, index) => [
                config.instances[index]!.name,
                instance.administratorPassword,
            ]),
        ),
        backup: backup?.output,
        machine: { name: machine.machineName, address: machine.address, platform: config.machine.platform },
        ssh: pulumi.secret(machine.connection),
        ...storages.outputs,
        ...beside?.outputs,
        ...front.outputs,
    };
}

/** The server that each instance has its database in: this machine's own, one of the stack beside it, or one elsewhere. */
function databaseServer(
    { machine: { image }, postgresql: { url, password, authority, sharedBuffersMiB } }: EoxServerConfig,
    machine: Machine,
    packages: Packages,
    data: DataVolume,
    beside?: StackDatabase,
): DatabaseEndpoint {
    const server = beside?.server ?? (url === undefined ? undefined : { url, password, authority });
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

/** The ports that nothing else on the machine may have. */
function ownPorts(config: EoxServerConfig) {
    const database = hasOwnServer(config) ? [POSTGRESQL_PORT] : [];
    return [...webPorts(config, config.eoxserver), ...database, BACKEND_PORT];
}

function instanceUrls(url: pulumi.Output<string>, name: string) {
    return {
        url: pulumi.interpolate`${url}/${name}/`,
        ows: pulumi.interpolate`${url}/${name}/ows`,
        admin: pulumi.interpolate`${url}/${name}/admin/`,
    };
}
