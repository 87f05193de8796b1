import * as pulumi from "@pulumi/pulumi";
import { accessFile } from "../components/dcor/access-file";
import { STATUS } from "../components/dcor/settings";
import { DcorSite } from "../components/dcor/site";
import { OPERATOR_TOOLS } from "../components/dcor/software";
import { Acme } from "../components/guest/acme";
import { Backup } from "../components/guest/backup";
import { DataVolume } from "../components/guest/data-volume";
import { journalLimit } from "../components/guest/log-limits";
import { Packages, type PackageSet } from "../components/guest/packages";
import { createPackagesUpgrade } from "../components/guest/packages-upgrade";
import { publicUrl } from "../components/guest/public-address";
import { UnattendedUpgrades, type UpgradeSettings } from "../components/guest/unattended-upgrades";
import { HealthCheck } from "../components/health-check";
import { createMachine } from "../components/machine/create";
import type { BalancedService } from "../components/machine/load-balancer";
import type { FirewallRule, Machine } from "../components/machine/machine";
import { createBackups } from "./backups";
import type { DcorConfig } from "./config";
import { createDatabaseBeside } from "./database-beside";
import { applicationHere, installSoftware } from "./dcor-application";
import { applicationsElsewhere, createApplicationMachines, createBalancer } from "./dcor-machines";
import { createObjectStore, triedKeys } from "./dcor-object-store";
import { createSearchMachine } from "./dcor-search";
import { buildPackages, dcorBackup, dcorServices, ownPorts, scratchVolume, servicePackages } from "./dcor-services";
import { createLoadBalancer } from "./load-balancer";
import { createManagedServices } from "./managed-services";
import { createRedisCluster } from "./redis-cluster";
import { createRedisMachine } from "./redis-machine";
import { createSearchMembers } from "./search-cluster";
import { firewallRules, publicAddress, shownCertificate, siteCertificate, visitors, webPorts } from "./web-front";

/**
 * DCOR: CKAN with its extensions behind nginx, on one machine or several, and the services that it works with; the database, Redis, the
 * object store and Solr may have machines of their own, and all but Solr be Amazon's.
 */
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
    const mail = config.mail && withoutPassword(config.mail);
    const upgrades = { ...config.upgrades, mail };
    const machines = await createApplicationMachines(config, machine, upgrades);
    const others = machines.map((each) => each.machine);
    machine.firewall("firewall", firewallRules(config, config.dcor, furtherRules(config, others)), {});

    const data = new DataVolume("data", { machine, ...config.data });
    const scratch = scratchVolume("scratch", config, machine);
    // Too little room, and keys that do not work, are found before anything is installed.
    const ready = [data.mounted, scratch.mounted, ...triedKeys(config)];
    // What CKAN is built with comes first: what else is needed is installed while CKAN is.
    const tools = config.applications
        ? undefined
        : new Packages("build-packages", { machine, sets: buildPackages(config), isFirst: true }, { dependsOn: ready });
    const packages = new Packages(
        "packages",
        { machine, sets: packageSets(config, upgrades) },
        { dependsOn: [...ready, ...(tools ? [tools] : [])] },
    );
    journalLimit("journal", { machine });
    new UnattendedUpgrades("upgrades", { machine, packages, ...upgrades });

    const certificate = siteCertificate(config, machine);
    const shown = shownCertificate(config, certificate);
    const balancer = createBalancer(config, { machine, packages, address }, machines);
    const managed = createManagedServices(config, machine, others);
    const users = { others, clients: [machine, ...others], after: balancer ? [balancer.running] : [], upgrades };
    const [databaseBeside, queue, store, searchBeside, searchMembers] = await Promise.all([
        managed.database ?? createDatabaseBeside(config, machine, users),
        managed.redis ??
            createRedisCluster(config, machine, users).then(
                (cluster) => cluster ?? createRedisMachine(config, machine, users),
            ),
        createObjectStore(config, { machine, packages, data, address, upgrades }),
        createSearchMachine(config, machine, users),
        createSearchMembers(config, machine, users),
    ]);
    const software = tools
        ? [installSoftware("dcor", config, { machine, tools })]
        : machines.map((each) => each.software);
    const services = dcorServices(config, {
        ...{ machine, packages, data, databaseBeside, searchBeside, searchMembers, software },
        users: tools ? [{ name: "dcor", machine, packages }] : machines.map((each) => ({ ...each, name: each.role })),
    });
    const needs = { services, redis: queue?.server, objectStore: store.endpoint, address, certificate, mail };
    const tier = balancer
        ? applicationsElsewhere(config, { ...needs, machine, balancer }, machines)
        : applicationHere(config, needs, { machine, packages, data, scratch, software: software[0]! });
    const site = new DcorSite("site", {
        machine,
        packages,
        address,
        certificate,
        uwsgi: tier.backend,
        objectStore: store.site,
        blockedUserAgents: config.dcor.blockedUserAgents,
        maxBodyMiB: config.dcor.maxBodyMiB,
        robots: config.dcor.robots,
        after: [scratch.mounted, ...tier.before],
    });
    const url = address.apply(publicUrl);
    const requests = url.apply((base) => [
        { url: `${base}/`, contains: config.dcor.title },
        { url: `${base}${STATUS}`, contains: '"success": true' },
    ]);
    const further = [databaseBeside, queue, store, services.search].flatMap((beside) => beside?.last ?? []);
    const upgraded = createPackagesUpgrade(config, machine, requests, [site, ...tier.last, ...further]);
    new HealthCheck(
        "health",
        {
            requests,
            certificatePem: shown?.certificatePem,
            connectTo: front.connectTo,
            revisions: [site, ...tier.last, ...further, ...upgraded].map(({ revision }) => revision),
        },
        { dependsOn: [site, ...tier.last, ...upgraded, ...front.after] },
    );

    const backup = createBackups(config, { machine, contents: dcorBackup(config), after: [site, ...tier.last] }, [
        ...(databaseBeside?.backedUp ?? []),
        ...store.backedUp,
        ...tier.backedUp,
    ]);

    return {
        product: config.product,
        url: pulumi.interpolate`${url}/`,
        objectStore: store.endpoint.url,
        certificate: shown?.certificatePem,
        administrator: config.administrator.name,
        administratorPassword: tier.dcor.administratorPassword,
        apiToken: tier.dcor.apiToken,
        access: accessFile("access", shown, tier.dcor.apiToken),
        backup: backup?.output,
        machine: { name: machine.machineName, address: machine.address, platform: config.machine.platform },
        ssh: pulumi.secret(machine.connection),
        ...databaseBeside?.outputs,
        ...queue?.outputs,
        ...store.outputs,
        ...services.search.outputs,
        ...tier.outputs,
        ...front.outputs,
    };
}

/** What the first machine needs from Debian, after what CKAN is built with. */
const packageSets = (config: DcorConfig, upgrades: UpgradeSettings): PackageSet[] => [
    ...servicePackages(config),
    ...[DcorSite.packages, UnattendedUpgrades.packages(upgrades), Acme.packages(config.tls)],
    Backup.packages(config.backup),
    { packages: [...(config.operatorTools ? OPERATOR_TOOLS : []), ...(config.development ? ["git"] : [])] },
];

/** What of the mail server is no secret. */
function withoutPassword({ server, from, startTls, user }: NonNullable<DcorConfig["mail"]>) {
    return { server, from, startTls, user };
}

/** Measurements come from the stack's own object store, by a port of nginx of its own. */
const objectStoreDoor = ({ objectStore }: DcorConfig) =>
    objectStore.mode === "minio" ? [{ description: "Object store", port: objectStore.port }] : [];

/** Users reach the object store; so do the machines that DCOR is on, and their own site. */
function furtherRules(config: DcorConfig, machines: readonly Machine[]): FirewallRule[] {
    const doors = objectStoreDoor(config);
    const site = webPorts(config, config.dcor).slice(-1);
    return [
        ...doors.map((door) => ({ ...door, cidrs: visitors(config) })),
        ...[...site, ...doors.map(({ port }) => port)].map((port) => ({
            ...{ description: "DCOR on other machines", port, cidrs: [], machines },
        })),
    ];
}

/** The object store, which refuses who has no key: by that it is seen to answer. */
const balancedStore = (config: DcorConfig): BalancedService[] =>
    objectStoreDoor(config).map((door) => ({ ...door, healthCheck: { path: "/", statuses: [403] } }));
