import { z } from "zod";
import { backup, backupRules } from "./backup";
import { base } from "./base";
import { acmeRule, authorityRule, certificateRule } from "./certificate";
import { data, firewall, mirrors, packagesAsOf, serverName } from "./common";
import * as fields from "./dcor-fields";
import { bucketPrefix, OBJECT_STORE_PORT, objectStore } from "./dcor-object-store";
import { elastiCacheRules } from "./elasticache";
import { wholeNumber } from "./field";
import { completeOwnMachine, furtherMachineRules } from "./further-machine";
import { administratorNetworks, completeData, machine, machineRules } from "./machine";
import type { Rule } from "./rule";
import { authorityTextRule, rdsRules } from "./rds";
import { redis, redisPasswordRule } from "./services";
import { tls } from "./tls";

/** The guide's least scratch space; on a local machine less will do for a look at DCOR. */
const GUIDE_SCRATCH_GIB = 100;
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
                        "`development`.",
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
        dcor: fields.dcor(),
        administrator: fields.administrator(),
        objectStore: objectStore(),
        bucketPrefix: bucketPrefix(),
        postgresql: fields.postgresql(),
        redis: redis("CKAN's jobs"),
        solr: fields.solr(),
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

/** Ports that something else on the machine listens on. */
const TAKEN_PORTS = new Map<unknown, string>([
    [22, "SSH"],
    [5432, "PostgreSQL"],
    [6379, "Redis"],
    [8080, "uWSGI"],
    [8983, "Solr"],
    [9000, "MinIO"],
    [9001, "MinIO"],
]);

/** The ports are free, and different. */
const portsRule: Rule = (given) => {
    const ports: [string[], unknown][] = [
        [["dcor", "httpPort"], given("dcor", "httpPort") ?? fields.HTTP_PORT],
        [
            ["dcor", "httpsPort"],
            given("tls", "mode") === "none" ? undefined : (given("dcor", "httpsPort") ?? fields.HTTPS_PORT),
        ],
        [
            ["objectStore", "port"],
            ["s3", "aws"].includes(String(given("objectStore", "mode")))
                ? undefined
                : (given("objectStore", "port") ?? OBJECT_STORE_PORT),
        ],
    ];
    const used = ports.filter(([, value]) => value !== undefined);
    return used.flatMap(([path, value], index) => {
        const twin = used.slice(0, index).find(([, other]) => other === value);
        const by = TAKEN_PORTS.get(value) ?? twin?.[0].join(".");
        const advice = "Give each its own port.";
        return by === undefined ? [] : [{ path, reason: `this is the port of ${by} already`, advice }];
    });
};

/** Less scratch space than the guide's fails users with large files in the middle of a job. */
const scratchRule: Rule = (given) => {
    const size = given("scratch", "sizeGiB");
    const isTrial = given("machine", "platform") === "local" || given("development") === true;
    return typeof size === "number" && size < GUIDE_SCRATCH_GIB && !isTrial
        ? [
              {
                  path: ["scratch", "sizeGiB"],
                  reason: `DCOR needs ${GUIDE_SCRATCH_GIB} GiB of scratch space`,
                  advice: "Give 100 or more; less is for a local machine, or for development: true.",
              },
          ]
        : [];
};

/** The tests of the extensions empty their database: they get one of their own, on the machine's server. */
const developmentRule: Rule = (given) =>
    given("development") === true &&
    (["url", "machine", "rds"] as const).some((key) => given("postgresql", key) !== undefined)
        ? [
              {
                  path: ["development"],
                  reason: "the extensions' tests need the machine's own PostgreSQL",
                  advice: "Leave postgresql.url, postgresql.machine and postgresql.rds out.",
              },
          ]
        : [];

/** CKAN is given the authorities of the stack's own servers by the stack, and of any other one in the address. */
const databaseAuthorityRule: Rule = (given) =>
    given("postgresql", "authority") !== undefined && given("postgresql", "rds") === undefined
        ? [
              {
                  path: ["postgresql", "authority"],
                  reason: "there is no server of RDS that it is of",
                  advice: "Give postgresql.rds as well, or leave it out: postgresql.url names a file, by sslrootcert.",
              },
          ]
        : [];

/** Mail about upgrades goes out by a server. */
const mailRule: Rule = (given) =>
    given("upgrades", "mailTo") !== undefined && given("mail") === undefined
        ? [
              {
                  path: ["upgrades", "mailTo"],
                  reason: "there is no server for it",
                  advice: "Set mail.server and mail.from.",
              },
          ]
        : [];

/** A bucket that the stack makes is made where the machine is. */
const bucketRule: Rule = (given) =>
    given("objectStore", "mode") === "aws" && given("machine", "platform") !== "aws"
        ? [
              {
                  path: ["objectStore", "mode"],
                  reason: "the stack makes a bucket where its machine is on AWS",
                  advice: 'Take "s3" with the address and keys of a server, or "minio".',
              },
          ]
        : [];

export const dcorRules: readonly Rule[] = [
    ...machineRules,
    ...backupRules,
    ...furtherMachineRules,
    certificateRule,
    authorityRule,
    acmeRule,
    portsRule,
    bucketRule,
    scratchRule,
    developmentRule,
    mailRule,
    databaseAuthorityRule,
    authorityTextRule,
    ...rdsRules,
    redisPasswordRule,
    ...elastiCacheRules,
];

type DcorKeys = z.output<ReturnType<typeof dcorSchema>>;

/** The configuration of a stack of DCOR, with each default that follows from other values filled in. */
export function completeDcor(given: DcorKeys) {
    const { data, firewall, machine, objectStore, scratch } = given;
    const leastScratch = machine.platform === "local" ? LOCAL_SCRATCH_GIB : GUIDE_SCRATCH_GIB;
    return {
        ...given,
        data: completeData(data, machine),
        postgresql: completeOwnMachine("postgresql", given.postgresql),
        objectStore: objectStore.mode === "minio" ? completeOwnMachine("objectStore", objectStore) : objectStore,
        scratch: { sizeGiB: scratch.sizeGiB ?? leastScratch },
        firewall: { web: firewall.web, ssh: firewall.ssh ?? administratorNetworks(given) },
    };
}
