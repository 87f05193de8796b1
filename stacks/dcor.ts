import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { authorityOf } from "../components/certificate-chain";
import { accessFile } from "../components/dcor/access-file";
import { Dcor } from "../components/dcor/dcor";
import { dcorDevelopment } from "../components/dcor/development";
import { UWSGI } from "../components/dcor/settings";
import { DcorSite } from "../components/dcor/site";
import { OPERATOR_TOOLS } from "../components/dcor/software";
import { Acme } from "../components/guest/acme";
import { Backup } from "../components/guest/backup";
import { DataVolume } from "../components/guest/data-volume";
import type { InstallStep } from "../components/guest/install-step";
import { journalLimit } from "../components/guest/log-limits";
import { Packages } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { publicUrl, type PublicAddress } from "../components/guest/public-address";
import { UnattendedUpgrades } from "../components/guest/unattended-upgrades";
import { HealthCheck } from "../components/health-check";
import { createMachine } from "../components/machine/create";
import type { BalancedService } from "../components/machine/load-balancer";
import type { FirewallRule, Machine } from "../components/machine/machine";
import { createBackups } from "./backups";
import type { DcorConfig } from "./config";
import { createDatabaseMachine } from "./database-machine";
import { createObjectStore, triedKeys } from "./dcor-object-store";
import { createSearchMachine } from "./dcor-search";
import { buildPackages, dcorBackup, dcorServices, ownPorts, servicePackages, type DcorServices } from "./dcor-services";
import { createLoadBalancer } from "./load-balancer";
import { createManagedServices } from "./managed-services";
import { createRedisCluster } from "./redis-cluster";
import { createRedisMachine } from "./redis-machine";
import { firewallRules, publicAddress, shownCertificate, siteCertificate, visitors } from "./web-front";

/** The page by which CKAN says that it answers. */
const STATUS = "/api/3/action/status_show";

/** DCOR: CKAN with its extensions behind nginx, and the services that it works with, on one machine; the database, Redis, the object store and Solr may have others, and all but Solr be Amazon's. */
export async function dcor(config: DcorConfig) {
    const { mirrors } = config;
    const machine = await createMachine("machine", config.machine, mirrors, {
        ports: ownPorts(config),
        sizeGiB: config.data.sizeGiB,
        scratchGiB: config.scratch.sizeGiB,
        administrators: config.firewall.ssh,
    });
    const front = await createLoadBalancer(config, config.dcor, machine, [
        { healthCheck: { path: STATUS, statuses: [200] } },
        ...balancedStore(config),
    ]);
    const address = publicAddress(config, config.dcor, machine, { balancer: front.balancer });
    machine.firewall("firewall", firewallRules(config, config.dcor, objectStoreRules(config)), {});

    const data = new DataVolume("data", { machine, ...config.data });
    const scratch = new DataVolume("scratch", {
        machine,
        ...config.scratch,
        onDestroy: "delete",
        mountPoint: "/cache",
        scratch: true,
    });
    const mail = config.mail && withoutPassword(config.mail);
    const upgrades = { ...config.upgrades, mail };
    // Too little room, and keys that do not work, are found before anything is installed.
    const ready = [data.mounted, scratch.mounted, ...triedKeys(config)];
    // What CKAN is built with comes first: what else is needed is installed while CKAN is.
    const tools = new Packages(
        "build-packages",
        { machine, sets: buildPackages(config), isFirst: true },
        { dependsOn: ready },
    );
    const packages = new Packages(
        "packages",
        {
            machine,
            sets: [
                ...servicePackages(config),
                ...[Dcor.packages, DcorSite.packages, UnattendedUpgrades.packages(upgrades), Acme.packages(config.tls)],
                Backup.packages(config.backup),
                { packages: [...(config.operatorTools ? OPERATOR_TOOLS : []), ...(config.development ? ["git"] : [])] },
            ],
        },
        { dependsOn: [...ready, tools] },
    );
    journalLimit("journal", { machine });
    new UnattendedUpgrades("upgrades", { machine, packages, ...upgrades });

    const certificate = siteCertificate(config, machine);
    const shown = shownCertificate(config, certificate);
    const managed = createManagedServices(config, machine);
    const [databaseBeside, queue, store, searchBeside] = await Promise.all([
        managed.database ?? createDatabaseMachine(config, machine, { upgrades }),
        managed.redis ??
            createRedisCluster(config, machine, { upgrades }).then(
                (cluster) => cluster ?? createRedisMachine(config, machine, { upgrades }),
            ),
        createObjectStore(config, { machine, packages, data, address, upgrades }),
        createSearchMachine(config, machine, { upgrades }),
    ]);
    const { search, ...services } = dcorServices(config, {
        ...{ machine, tools, packages, data, databaseBeside, searchBeside },
        redis: queue?.server,
    });
    const site = new DcorSite("site", {
        machine,
        packages,
        address,
        certificate,
        uwsgi: UWSGI,
        objectStore: store.site,
        blockedUserAgents: config.dcor.blockedUserAgents,
        maxBodyMiB: config.dcor.maxBodyMiB,
        robots: config.dcor.robots,
        after: [scratch.mounted],
    });
    const dcor = new Dcor("dcor", {
        machine,
        packages,
        data,
        scratch,
        ...services,
        search: search.endpoint,
        objectStore: store.endpoint,
        settings: address.apply((known) => ({ ...config.dcor, address: known, mail })),
        administrator: { ...config.administrator, email: administratorEmail(config, address) },
        mailPassword: config.mail?.password,
        trusted: certificate?.certificatePem?.apply(authorityOf),
    });
    const last = config.development ? developmentSteps(config, machine, services, dcor.answering) : dcor.answering;
    const url = address.apply(publicUrl);
    const requests = url.apply((base) => [
        { url: `${base}/`, contains: config.dcor.title },
        { url: `${base}${STATUS}`, contains: '"success": true' },
    ]);
    const further = [databaseBeside, queue, store, search].flatMap((beside) => beside?.last ?? []);
    const upgraded = createPackagesUpgrade(config, machine, requests, [site, last, ...further]);
    new HealthCheck(
        "health",
        {
            requests,
            certificatePem: shown?.certificatePem,
            connectTo: front.connectTo,
            revisions: [site, last, ...further, ...upgraded].map(({ revision }) => revision),
        },
        { dependsOn: [site, last, ...upgraded, ...front.after] },
    );

    const backup = createBackups(config, { machine, contents: dcorBackup(config), after: [site, last] }, [
        ...(databaseBeside?.backedUp ?? []),
        ...store.backedUp,
    ]);

    return {
        product: config.product,
        url: pulumi.interpolate`${url}/`,
        objectStore: store.endpoint.url,
        certificate: shown?.certificatePem,
        administrator: config.administrator.name,
        administratorPassword: dcor.administratorPassword,
        apiToken: dcor.apiToken,
        access: accessFile("access", shown, dcor.apiToken),
        backup: backup?.output,
        machine: { name: machine.machineName, address: machine.address, platform: config.machine.platform },
        ssh: pulumi.secret(machine.connection),
        ...databaseBeside?.outputs,
        ...queue?.outputs,
        ...store.outputs,
        ...search.outputs,
        ...front.outputs,
    };
}

/** What of the mail server is no secret. */
function withoutPassword({ server, from, startTls, user }: NonNullable<DcorConfig["mail"]>) {
    return { server, from, startTls, user };
}

/** For developers of the extensions; their tests have a database of their own on the machine's server. */
function developmentSteps(
    { dcor, mirrors }: DcorConfig,
    machine: Machine,
    { environment }: Pick<DcorServices, "environment">,
    answering: InstallStep,
) {
    const index = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
    const { version } = dcor;
    return dcorDevelopment("development", { machine, version, environment, answering, index });
}

/** Where nothing else is given; a machine without a name of its own has no mail address. */
function administratorEmail({ administrator }: DcorConfig, address: pulumi.Output<PublicAddress>) {
    return address.apply(
        ({ serverName }) => administrator.email ?? `admin@${isIP(serverName) === 0 ? serverName : "localhost"}`,
    );
}

/** Measurements come from the stack's own object store, by a port of nginx of its own. */
const objectStoreDoor = ({ objectStore }: DcorConfig) =>
    objectStore.mode === "minio" ? [{ description: "Object store", port: objectStore.port }] : [];

const objectStoreRules = (config: DcorConfig): FirewallRule[] =>
    objectStoreDoor(config).map((door) => ({ ...door, cidrs: visitors(config) }));

/** The object store, which refuses who has no key: by that it is seen to answer. */
const balancedStore = (config: DcorConfig): BalancedService[] =>
    objectStoreDoor(config).map((door) => ({ ...door, healthCheck: { path: "/", statuses: [403] } }));
