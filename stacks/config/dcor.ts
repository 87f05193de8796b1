import { z } from "zod";
import { LONGEST_WAIT_SECONDS } from "../../components/dcor/render-site";
import { applicationNamesRule, applications } from "./applications";
import { backup, backupRules } from "./backup";
import { base } from "./base";
import { acmeRule, authorityRule, certificateRule } from "./certificate";
import { completeClusterMachines } from "./cluster";
import { data, firewall, mirrors, packagesAsOf, serverName } from "./common";
import { databaseClusterRules } from "./database-cluster";
import { dcorApplicationRules } from "./dcor-applications";
import * as fields from "./dcor-fields";
import { bucketPrefix, objectStore } from "./dcor-object-store";
import {
    bucketRule,
    databaseAuthorityRule,
    developmentRule,
    GUIDE_SCRATCH_GIB,
    mailRule,
    portsRule,
    redisAddressRule,
    scratchRule,
} from "./dcor-rules";
import { elastiCacheRules } from "./elasticache";
import { wholeNumber } from "./field";
import { completeOwnMachine, furtherMachineRules } from "./further-machine";
import { completeLoadBalancer, loadBalancer } from "./load-balancer";
import { loadBalancerRules } from "./load-balancer-rules";
import { administratorNetworks, completeData, machine, machineRules } from "./machine";
import { completeNamedMachines } from "./named-machines";
import type { Rule } from "./rule";
import { authorityTextRule, rdsRules } from "./rds";
import { redisClusterRules } from "./redis-cluster";
import { searchClusterRules } from "./search-cluster";
import { redis, redisPasswordRule } from "./services";
import { tls } from "./tls";

/** On a local machine less than the guide's least scratch space will do for a look at DCOR. */
const LOCAL_SCRATCH_GIB = 10;

const scratch = () =>
    z
        .strictObject({
            sizeGiB: wholeNumber(2, 16384)
                .optional()
                .meta({
                    unit: "GiB",
                    description:
                        "Size of the volume. The guide asks for 100 GB; less is taken for a local machine, or with " +
                        "`development`. Each machine that DCOR is on has one, and nginx'.",
                    defaultText: `${GUIDE_SCRATCH_GIB}; ${LOCAL_SCRATCH_GIB} for a local machine`,
                }),
        })
        .prefault({})
        .meta({ description: "The scratch space, on `/cache`: temporary files. It goes with the stack." });

/** What `science-stacks:` keys a stack of DCOR has. */
export const dcorSchema = () =>
    z.strictObject({
        product: z.literal("dcor").meta({ description: "What the stack installs." }),
        base: base(),
        machine: machine(),
        data: data("DCOR", 5, 20),
        scratch: scratch(),
        serverName: serverName(),
        firewall: firewall(),
        tls: tls(),
        loadBalancer: loadBalancer(),
        dcor: fields.dcor(),
        administrator: fields.administrator(),
        objectStore: objectStore(),
        bucketPrefix: bucketPrefix(),
        postgresql: fields.postgresql(),
        redis: redis("CKAN's jobs"),
        solr: fields.solr(),
        applications: applications({
            what: "DCOR",
            behind: "behind nginx and HAProxy on the first one, which share PostgreSQL, Redis and Solr beside it",
            size: [2, 10],
            data: "Its data volume: of `dcor.storageMachine`, the pictures of users and circles; nothing of the others that is missed.",
        }),
        mail: fields.mail(),
        upgrades: fields.upgrades(),
        operatorTools: z.boolean().default(false).meta({
            description:
                "The tools that the guide calls useful, but not required: aptitude, net-tools, plocate, screen.",
        }),
        development: z.boolean().default(false).meta({
            description: "For developers of DCOR: the extensions' sources in `/dcor-repos`, and what their tests need.",
        }),
        packagesAsOf: packagesAsOf(),
        backup: backup(),
        mirrors: mirrors(),
    });

export const dcorRules: readonly Rule[] = [
    ...machineRules,
    ...backupRules,
    ...furtherMachineRules,
    certificateRule,
    authorityRule,
    acmeRule,
    ...loadBalancerRules,
    portsRule,
    bucketRule,
    scratchRule,
    developmentRule,
    mailRule,
    databaseAuthorityRule,
    authorityTextRule,
    ...rdsRules,
    ...databaseClusterRules,
    redisPasswordRule,
    redisAddressRule,
    ...redisClusterRules,
    ...searchClusterRules,
    ...elastiCacheRules,
    applicationNamesRule,
    ...dcorApplicationRules,
];

type DcorKeys = z.output<ReturnType<typeof dcorSchema>>;

/** The configuration of a stack of DCOR, with each default that follows from other values filled in. */
export function completeDcor(given: DcorKeys) {
    const { applications, data, dcor, firewall, machine, objectStore, scratch } = given;
    const leastScratch = machine.platform === "local" ? LOCAL_SCRATCH_GIB : GUIDE_SCRATCH_GIB;
    return {
        ...given,
        data: completeData(data, machine),
        applications: completeNamedMachines(applications),
        dcor: { ...dcor, storageMachine: dcor.storageMachine ?? Object.keys(applications ?? {})[0] },
        postgresql: completeClusterMachines(completeOwnMachine("postgresql", given.postgresql)),
        redis: completeClusterMachines(completeOwnMachine("redis", given.redis)),
        objectStore: objectStore.mode === "minio" ? completeOwnMachine("objectStore", objectStore) : objectStore,
        solr: completeClusterMachines(completeOwnMachine("solr", given.solr)),
        scratch: { sizeGiB: scratch.sizeGiB ?? leastScratch },
        firewall: { web: firewall.web, ssh: firewall.ssh ?? administratorNetworks(given) },
        loadBalancer: completeLoadBalancer(given.loadBalancer, { machine, waitSeconds: LONGEST_WAIT_SECONDS }),
    };
}
