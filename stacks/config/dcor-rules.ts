import { REDIS_BALANCER_PORT } from "../../components/redis-cluster/member";
import { SEARCH_BALANCER_PORT } from "../../components/search-cluster/member";
import { balancerPorts } from "./applications";
import { HTTP_PORT, HTTPS_PORT } from "./dcor-fields";
import { OBJECT_STORE_PORT } from "./dcor-object-store";
import type { Rule } from "./rule";
import { stackBucketComplaints } from "./s3-server";

/** The guide's least scratch space. */
export const GUIDE_SCRATCH_GIB = 100;

/** Ports that something else on the machine listens on. */
const TAKEN_PORTS = new Map<unknown, string>([
    [22, "SSH"],
    [5432, "PostgreSQL"],
    [6379, "Redis"],
    [REDIS_BALANCER_PORT, "HAProxy, for Redis"],
    [8080, "uWSGI"],
    [8983, "Solr"],
    [SEARCH_BALANCER_PORT, "HAProxy, for Solr"],
    [9000, "MinIO"],
    [9001, "MinIO"],
]);

/** The ports are free, and different. */
export const portsRule: Rule = (given) => {
    const ports: [string[], unknown][] = [
        [["dcor", "httpPort"], given("dcor", "httpPort") ?? HTTP_PORT],
        [
            ["dcor", "httpsPort"],
            given("tls", "mode") === "none" ? undefined : (given("dcor", "httpsPort") ?? HTTPS_PORT),
        ],
        [
            ["objectStore", "port"],
            ["s3", "aws"].includes(String(given("objectStore", "mode")))
                ? undefined
                : (given("objectStore", "port") ?? OBJECT_STORE_PORT),
        ],
    ];
    const used = ports.filter(([, value]) => value !== undefined);
    const taken = new Map([...TAKEN_PORTS, ...balancerPorts(given)]);
    return used.flatMap(([path, value], index) => {
        const twin = used.slice(0, index).find(([, other]) => other === value);
        const by = taken.get(value) ?? twin?.[0].join(".");
        const advice = "Give each its own port.";
        return by === undefined ? [] : [{ path, reason: `this is the port of ${by} already`, advice }];
    });
};

/** Less scratch space than the guide's fails users with large files in the middle of a job. */
export const scratchRule: Rule = (given) => {
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
export const developmentRule: Rule = (given) =>
    given("development") === true &&
    (["url", "machine", "machines", "rds"] as const).some((key) => given("postgresql", key) !== undefined)
        ? [
              {
                  path: ["development"],
                  reason: "the extensions' tests need the machine's own PostgreSQL",
                  advice: "Leave postgresql.url, postgresql.machine, postgresql.machines and postgresql.rds out.",
              },
          ]
        : [];

/** CKAN is given the authorities of the stack's own servers by the stack, and of any other one in the address. */
export const databaseAuthorityRule: Rule = (given) =>
    given("postgresql", "authority") !== undefined && given("postgresql", "rds") === undefined
        ? [
              {
                  path: ["postgresql", "authority"],
                  reason: "there is no server of RDS that it is of",
                  advice: "Give postgresql.rds as well, or leave it out: postgresql.url names a file, by sslrootcert.",
              },
          ]
        : [];

/** CKAN has Redis' password in its address, and that in a file where a percent sign means something. */
export const redisAddressRule: Rule = (given) => {
    const password = given("redis", "password");
    return typeof password === "string" && /[\t/?#[\]%]/.test(password)
        ? [
              {
                  path: ["redis", "password"],
                  reason: "CKAN has it in an address, which cannot hold it",
                  advice: "Give the server one without tabs and / ? # [ ] %.",
              },
          ]
        : [];
};

/** Mail about upgrades goes out by a server. */
export const mailRule: Rule = (given) =>
    given("upgrades", "mailTo") !== undefined && given("mail") === undefined
        ? [
              {
                  path: ["upgrades", "mailTo"],
                  reason: "there is no server for it",
                  advice: "Set mail.server and mail.from.",
              },
          ]
        : [];

/** A bucket of the stack's. */
export const bucketRule: Rule = (given) =>
    stackBucketComplaints(given, ["objectStore", "mode"], '"s3" with the address and keys of a server, or "minio"');
