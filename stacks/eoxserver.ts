import * as pulumi from "@pulumi/pulumi";
import { createCertificate } from "../components/certificate";
import { BACKEND_PORT } from "../components/eoxserver/backend-address";
import { EoxServer } from "../components/eoxserver/eoxserver";
import { isProtected } from "../components/eoxserver/render-front";
import { EoxServerSite } from "../components/eoxserver/site";
import { Acme } from "../components/guest/acme";
import { Backup } from "../components/guest/backup";
import { DataVolume } from "../components/guest/data-volume";
import { Packages } from "../components/guest/packages";
import { PostgreSql, POSTGRESQL_PORT } from "../components/guest/postgresql";
import { publicUrl, type PublicAddress } from "../components/guest/public-address";
import { HealthCheck } from "../components/health-check";
import { createMachine } from "../components/machine/create";
import type { EoxServerConfig } from "./config";

/** EOxServer on one machine: Apache in front of one or more instances with mod_wsgi, PostGIS behind them. */
export async function eoxserver(config: EoxServerConfig) {
    const { image } = config.machine;
    const machine = await createMachine("machine", config.machine, config.mirrors, {
        ports: ownPorts(config),
        sizeGiB: config.data.sizeGiB,
        administrators: config.firewall.ssh,
    });
    const address = publicAddress(config, machine.address);

    machine.firewall("firewall", firewallRules(config), {});
    const data = new DataVolume("data", { machine, ...config.data });
    const packages = new Packages("packages", {
        machine,
        sets: [
            PostgreSql.packages(image, ["postgis"]),
            EoxServer.packages,
            EoxServerSite.packages(config.accessControl),
            Acme.packages(config.tls),
            Backup.packages(config.backup),
        ],
    });
    const database = new PostgreSql("database", { machine, image, packages, data, ...config.postgresql });
    const eoxserver = new EoxServer("eoxserver", {
        machine,
        packages,
        data,
        database: database.endpoint,
        address,
        instances: config.instances,
        administrator: config.eoxserver.admin.user,
        requestTimeoutSeconds: config.eoxserver.requestTimeoutSeconds,
        packageIndex: { indexUrl: config.mirrors.pypi, proxy: config.mirrors.proxy },
    });
    const certificate = createCertificate("certificate", config.tls, [
        config.serverName ?? machine.address,
        machine.address,
    ]);
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
    new HealthCheck(
        "health",
        {
            requests: address.apply((known) => healthRequests(known, config)),
            certificatePem: certificate?.certificatePem,
            revisions: [site.revision, ...eoxserver.instances.map((instance) => instance.answering.revision)],
        },
        { dependsOn: site },
    );

    const backup =
        config.backup &&
        new Backup("backup", {
            machine,
            product: config.product,
            settings: config.backup,
            contents: EoxServer.backup(config.instances.map(({ name }) => name)),
            after: [site],
        });

    const url = address.apply(publicUrl);
    return {
        product: config.product,
        url,
        instances: Object.fromEntries(config.instances.map(({ name }) => [name, instanceUrls(url, name)])),
        certificate: certificate?.certificatePem,
        adminPasswords: Object.fromEntries(
            eoxserver.instances.map((instance, index) => [
                config.instances[index]!.name,
                instance.administratorPassword,
            ]),
        ),
        backup: backup?.output,
        machine: { name: machine.machineName, address: machine.address, platform: config.machine.platform },
        ssh: pulumi.secret(machine.connection),
    };
}

function publicAddress(config: EoxServerConfig, machineAddress: pulumi.Output<string>): pulumi.Output<PublicAddress> {
    const { serverName, tls, eoxserver } = config;
    return machineAddress.apply((own) => ({
        serverName: serverName ?? own,
        aliases: [...(serverName === undefined ? [] : [own]), ...eoxserver.allowedHosts],
        tls: tls.mode !== "none",
        acme: tls.mode === "acme",
        httpPort: eoxserver.httpPort,
        httpsPort: eoxserver.httpsPort,
    }));
}

/** Each instance's page; where an access control stands before it, that it asks who one is. */
function healthRequests(address: PublicAddress, { instances, accessControl }: EoxServerConfig) {
    return instances.map(({ name }) => ({
        url: `${publicUrl(address)}/${name}/`,
        statuses: isProtected(`/${name}/`, accessControl) ? [302, 303, 307, 401, 403] : [200],
    }));
}

/** The ports that nothing else on the machine may have. */
function ownPorts({ tls, eoxserver }: EoxServerConfig) {
    const web = tls.mode === "none" ? [eoxserver.httpPort] : [eoxserver.httpPort, eoxserver.httpsPort];
    return [...web, POSTGRESQL_PORT, BACKEND_PORT];
}

function firewallRules({ tls, eoxserver, firewall }: EoxServerConfig) {
    return [
        { description: "HTTP", port: eoxserver.httpPort, cidrs: firewall.web },
        ...(tls.mode === "none" ? [] : [{ description: "HTTPS", port: eoxserver.httpsPort, cidrs: firewall.web }]),
        { description: "SSH of the administrators", port: 22, cidrs: firewall.ssh },
    ];
}

function instanceUrls(url: pulumi.Output<string>, name: string) {
    return {
        url: pulumi.interpolate`${url}/${name}/`,
        ows: pulumi.interpolate`${url}/${name}/ows`,
        admin: pulumi.interpolate`${url}/${name}/admin/`,
    };
}
