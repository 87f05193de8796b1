import { z } from "zod";
import { BACKEND_PORT } from "../../components/eoxserver/backend-address";
import { frontWaits } from "../../components/eoxserver/render-front";
import { VERSIONS } from "../../components/eoxserver/software";
import { accessControl, accessControlRule } from "./access-control";
import { applicationPlaces, applicationNamesRule, applications, balancerPorts } from "./applications";
import { backup, backupRules } from "./backup";
import { acmeRule, certificateRule } from "./certificate";
import { base } from "./base";
import { completeClusterMachines } from "./cluster";
import { databaseClusterRules } from "./database-cluster";
import { data, firewall, mirrors, packagesAsOf, serverName, version } from "./common";
import { eoxserverApplicationRules } from "./eoxserver-applications";
import { cidr, hostName, port, text, wholeNumber } from "./field";
import { completeOwnMachine, furtherMachineRules } from "./further-machine";
import { instanceNamesRule, instances, processes, threads } from "./instances";
import { administratorNetworks, completeData, machine, machineRules } from "./machine";
import { completeLoadBalancer, loadBalancer } from "./load-balancer";
import { loadBalancerRules } from "./load-balancer-rules";
import { completeNamedMachines } from "./named-machines";
import type { Given, Rule } from "./rule";
import { postgresql, postgresqlRule } from "./postgresql-elsewhere";
import { authorityTextRule, rdsRules } from "./rds";
import { storages, storagesRule } from "./storages";
import { tls } from "./tls";

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

const admin = () =>
    z
        .strictObject({
            user: text(/^[\w.@+-]{1,150}$/, "1 to 150 letters, digits and @ . + - _")
                .default("admin")
                .meta({ description: "Name of Django's administrator of each instance; the password is generated." }),
            cidrs: z.array(cidr()).min(1).optional().meta({
                description: "Networks that may open the administration page and read the metrics.",
                defaultText: "`machine.network`; of an existing host, `firewall.ssh`",
            }),
        })
        .prefault({})
        .meta({
            description:
                "The administration page, `/<instance>/admin/`, and the metrics for Prometheus, `/<instance>/metrics`.",
        });

const settings = () =>
    z
        .strictObject({
            version: version("EOxServer", VERSIONS),
            processes: processes().default(10).meta({
                description: "Processes that answer the requests of an instance that does not give its own number.",
            }),
            threads: threads(),
            allowedHosts: z.array(hostName()).default([]).meta({
                description:
                    "Host names besides `serverName` and the machine's address under which requests are answered.",
            }),
            httpPort: port().default(HTTP_PORT).meta({ description: "Port for HTTP." }),
            httpsPort: port()
                .default(HTTPS_PORT)
                .meta({ description: "Port for HTTPS; not used with `tls.mode: none`." }),
            requestTimeoutSeconds: wholeNumber(10, 3600).default(600).meta({
                unit: "seconds",
                description: "How long the answer to a request may take.",
            }),
            admin: admin(),
        })
        .prefault({})
        .meta({ description: "EOxServer itself." });

/** What `science-stacks:` keys a stack of EOxServer has. */
export const eoxserverSchema = () =>
    z.strictObject({
        product: z.literal("eoxserver").meta({ description: "What the stack installs." }),
        base: base(),
        machine: machine(),
        data: data("EOxServer", 5, 20),
        serverName: serverName(),
        firewall: firewall(),
        tls: tls(),
        loadBalancer: loadBalancer(),
        instances: instances(),
        storages: storages(),
        eoxserver: settings(),
        accessControl: accessControl(),
        postgresql: postgresql(),
        applications: applications({
            what: "EOxServer",
            behind: "behind Apache and HAProxy on the first one, which share databases beside it",
            size: [2, 10],
            data: "Its data volume: the directories of the instances, with their settings and logs. What they know is in the databases.",
        }),
        packagesAsOf: packagesAsOf(),
        backup: backup(),
        mirrors: mirrors(),
    });

/** Ports that something else on the machine listens on. */
const TAKEN_PORTS = new Map<unknown, string>([
    [22, "SSH"],
    [5432, "PostgreSQL"],
    [BACKEND_PORT, "the back ends of the instances"],
]);

/** The web server's ports are free, and two. Without TLS there is only one. */
const portsRule: Rule = (given) => {
    const http = given("eoxserver", "httpPort") ?? HTTP_PORT;
    const https = given("tls", "mode") === "none" ? undefined : (given("eoxserver", "httpsPort") ?? HTTPS_PORT);
    const takenPorts = new Map([...TAKEN_PORTS, ...balancerPorts(given)]);
    const taken = Object.entries({ httpPort: http, httpsPort: https }).flatMap(([key, port]) => {
        const by = takenPorts.get(port);
        const advice = `Take another port than ${[...takenPorts.keys()].join(", ")}.`;
        return by === undefined ? [] : [{ path: ["eoxserver", key], reason: `this is the port of ${by}`, advice }];
    });
    const key = given("eoxserver", "httpPort") === undefined ? "httpsPort" : "httpPort";
    const same = { path: ["eoxserver", key], reason: "HTTP and HTTPS cannot share a port", advice: "Give two ports." };
    return http === https ? [...taken, same] : taken;
};

/** Django 3.2 does not run on Pythons after Debian 12's. */
const versionRule: Rule = (given) => {
    const newer = given("eoxserver", "version") === "1.5.0" ? newerImage(given) : undefined;
    return newer === undefined
        ? []
        : [
              {
                  path: ["eoxserver", "version"],
                  reason: `it does not run on ${newer.image}`,
                  advice: `Take ${VERSIONS[0]}, or ${newer.key} debian-12.`,
              },
          ];
};

/** The release of a machine that EOxServer is on, where that is not Debian 12, and the key that has it. */
function newerImage(given: Given): { key: string; image: string } | undefined {
    const images = applicationPlaces(given).map((machine) => {
        const path = [...machine, "image"];
        return { key: path.join("."), image: given(...path) ?? "debian-12" };
    });
    return images.find(
        (each): each is { key: string; image: string } => isText(each.image) && each.image !== "debian-12",
    );
}

const isText = (value: unknown): value is string => typeof value === "string";

export const eoxserverRules: readonly Rule[] = [
    ...machineRules,
    ...backupRules,
    certificateRule,
    acmeRule,
    ...loadBalancerRules,
    instanceNamesRule,
    portsRule,
    accessControlRule,
    postgresqlRule,
    authorityTextRule,
    ...rdsRules,
    ...furtherMachineRules,
    ...databaseClusterRules,
    storagesRule,
    versionRule,
    applicationNamesRule,
    ...eoxserverApplicationRules,
];

type EoxServerKeys = z.output<ReturnType<typeof eoxserverSchema>>;

/** The configuration of a stack of EOxServer, with each default that follows from other values filled in. */
export function completeEoxServer(given: EoxServerKeys) {
    const own = administratorNetworks(given);
    const { firewall, eoxserver, instances } = given;
    return {
        ...given,
        data: completeData(given.data, given.machine),
        applications: completeNamedMachines(given.applications),
        postgresql: completeClusterMachines(completeOwnMachine("postgresql", given.postgresql)),
        firewall: { web: firewall.web, ssh: firewall.ssh ?? own },
        loadBalancer: completeLoadBalancer(given.loadBalancer, {
            machine: given.machine,
            waitSeconds: frontWaits(eoxserver.requestTimeoutSeconds),
        }),
        eoxserver: {
            ...eoxserver,
            admin: { ...eoxserver.admin, cidrs: eoxserver.admin.cidrs ?? own },
        },
        instances: instances.map((each) => ({ ...each, processes: each.processes ?? eoxserver.processes })),
    };
}
