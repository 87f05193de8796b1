import { z } from "zod";
import { siteWaits } from "../../components/omero-web/render";
import { completeNamedMachines } from "./named-machines";
import { applicationNamesRule, applications } from "./applications";
import { backup, backupRules } from "./backup";
import { acmeRule, certificateRule } from "./certificate";
import { base } from "./base";
import { completeClusterMachines } from "./cluster";
import { data, firewall, mirrors, packagesAsOf, serverName } from "./common";
import { elastiCacheRules } from "./elasticache";
import { completeOwnMachine, furtherMachineRules } from "./further-machine";
import { completeLoadBalancer, loadBalancer } from "./load-balancer";
import { loadBalancerRules } from "./load-balancer-rules";
import { administratorNetworks, completeData, machine, machineRules } from "./machine";
import { omeroWebApplicationRules } from "./omero-web-applications";
import { propertyMap } from "./omero-web-fields";
import { propertiesRule } from "./omero-web-properties";
import { appsRule, icePyRule, portsRule, publicServerRule, redisRule } from "./omero-web-rules";
import { backend, icePy, publicUser } from "./omero-web-services";
import { settings } from "./omero-web-settings";
import type { Rule } from "./rule";
import { redisClusterRules } from "./redis-cluster";
import { redis, redisPasswordRule } from "./services";
import { tls } from "./tls";

/** What `science-stacks:` keys a stack of OMERO.web has. */
export const omeroWebSchema = () =>
    z.strictObject({
        product: z.literal("omero-web").meta({ description: "What the stack installs." }),
        base: base(),
        machine: machine(),
        data: data("OMERO.web", 2, 10),
        serverName: serverName(),
        firewall: firewall(),
        tls: tls(),
        loadBalancer: loadBalancer(),
        omeroWeb: settings(),
        properties: propertyMap(),
        publicUser: publicUser(),
        redis: redis("the sessions"),
        icePy: icePy(),
        backend: backend(),
        applications: applications({
            what: "OMERO.web",
            behind: "behind nginx, HAProxy and Redis on the first one",
            size: [2, 10],
            data: "Its data volume: OMERO.web's own directory with its logs. The sessions are not on it.",
        }),
        packagesAsOf: packagesAsOf(),
        backup: backup(),
        mirrors: mirrors(),
    });

export const omeroWebRules: readonly Rule[] = [
    ...machineRules,
    ...backupRules,
    certificateRule,
    acmeRule,
    ...loadBalancerRules,
    portsRule,
    icePyRule,
    publicServerRule,
    redisRule,
    redisPasswordRule,
    ...redisClusterRules,
    ...elastiCacheRules,
    appsRule,
    propertiesRule,
    ...furtherMachineRules,
    applicationNamesRule,
    ...omeroWebApplicationRules,
];

type OmeroWebKeys = z.output<ReturnType<typeof omeroWebSchema>>;

/** The configuration of a stack of OMERO.web, with each default that follows from other values filled in. */
export function completeOmeroWeb(given: OmeroWebKeys) {
    const { firewall } = given;
    return {
        ...given,
        data: completeData(given.data, given.machine),
        redis: completeClusterMachines(completeOwnMachine("redis", given.redis)),
        applications: completeNamedMachines(given.applications),
        firewall: { web: firewall.web, ssh: firewall.ssh ?? administratorNetworks(given) },
        loadBalancer: completeLoadBalancer(given.loadBalancer, {
            machine: given.machine,
            waitSeconds: siteWaits(given.omeroWeb.timeoutSeconds),
        }),
    };
}
