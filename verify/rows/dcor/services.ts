import type { DcorContext } from "../../context";
import { DcorSoftware } from "../../dcor-api";
import { QUEUES } from "../../../components/dcor/render";
import { SCRATCH, STORAGE } from "../../../components/dcor/settings";
import { hasOwnMinio } from "../../../stacks/config/dcor-object-store";
import { hasOwnServer } from "../../../stacks/config/postgresql-elsewhere";
import { hasOwnSolr, isOwnRedis } from "../../../stacks/config/services";
import { ensure, type Row } from "../../row";
import type { Ssh } from "../../ssh";
import { checkRedis, tlsHost } from "../common/redis";
import { checkRedisMembers } from "../common/redis-cluster";
import { checkDatabase } from "./database";
import { checkMinio } from "./minio";
import { checkSolr } from "./solr";

/** Options of ckan.ini. Secrets among them: never for details. */
export async function options({ machine }: Pick<DcorContext, "machine">): Promise<Map<string, string>> {
    const lines = (await machine.run("cat /etc/ckan/default/ckan.ini")).split("\n");
    const pairs = lines.map((line) => /^([\w.]+) = (.*)$/.exec(line)).filter((match) => match !== null);
    return new Map(pairs.map(([, key = "", value = ""]) => [key, value]));
}

/** Where PostgreSQL has its cluster, for a shell of its machine. */
const CLUSTER = "$(runuser -u postgres -- psql -XAtc 'show data_directory')";

/** Where MinIO has its objects, and Solr its core. */
const [OBJECTS, INDEX] = ["/data/minio", "/data/solr/ckan"];
/** And one of several machines of Solr, with what ZooKeeper keeps. */
const REPLICA = "/data/zookeeper $(ls -d /data/solr/ckan_shard1_replica_*)";

/** Where Redis has the queue of jobs. */
const QUEUE = "/var/lib/redis";

/** The paths of a machine, all of which are on its data volume. */
async function onVolume(machine: Ssh, places: readonly string[]): Promise<string[]> {
    const found = await machine.run(`cd /; stat -c '%d %n' /data ${places.join(" ")}`);
    const [volume, ...others] = found.split("\n").map((line) => line.split(" ") as [string, string]);
    const elsewhere = others.filter(([device]) => device !== volume?.[0]).map(([, path]) => path);
    ensure(elsewhere.length === 0, `not on the data volume: ${elsewhere.join(", ")}`);
    return others.map(([, path]) => path);
}

/** What CKAN works with. */
export const serviceRows: Row<DcorContext>[] = [
    {
        id: "D03",
        title: "PostgreSQL (password generated), Solr with CKAN's schema, Redis; ckan db init",
        async check(context) {
            const { machine, config, outputs, redisMachine, redisMembers } = context;
            const said: string[] = [];
            if (config.postgresql.url === undefined) {
                said.push(await checkDatabase(context));
            }
            if (config.solr.url === undefined) {
                said.push(await checkSolr(context, await options(context)));
            }
            if (isOwnRedis(config) || redisMachine !== undefined) {
                const listens = await checkRedis(redisMachine?.ssh ?? machine, tlsHost(outputs.redisUrl));
                const where = redisMachine ? ` on ${redisMachine.name}` : "";
                said.push(`Redis${where}, which asks for its password, and listens on ${listens}`);
            }
            if (redisMembers.length > 0) {
                said.push(`Redis, which asks for its password: ${await checkRedisMembers(context)}`);
            }
            return said.join("; ") || "each of them is elsewhere, and CKAN works with it";
        },
    },
    {
        id: "D04",
        title: "All data on /data: uploads, database cluster, Solr home, object store",
        async check(context) {
            const { machine, front, config, databaseMachine, objectStoreMachine, redisMachine, searchMachine } =
                context;
            const { databaseMembers, redisMembers, searchMembers } = context;
            const places = [
                ...(hasOwnServer(config) ? [CLUSTER] : []),
                ...(hasOwnSolr(config) ? [INDEX] : []),
                ...(isOwnRedis(config) ? [QUEUE] : []),
                ...(hasOwnMinio(config) ? [OBJECTS] : []),
            ];
            const further = [
                ...[databaseMachine, ...databaseMembers].map((beside) => ({ beside, place: CLUSTER })),
                { beside: objectStoreMachine, place: OBJECTS },
                ...[redisMachine, ...redisMembers].map((beside) => ({ beside, place: QUEUE })),
                { beside: searchMachine, place: INDEX },
                ...searchMembers.map((beside) => ({ beside, place: REPLICA })),
            ];
            const [ckan, first, ...there] = await Promise.all([
                onVolume(machine, [STORAGE]),
                onVolume(front, places),
                ...further.map(async ({ beside, place }) =>
                    beside ? (await onVolume(beside.ssh, [place])).map((path) => `${beside.name}:${path}`) : [],
                ),
            ]);
            const set = (await options(context)).get("ckan.storage_path");
            ensure(set === STORAGE, `ckan.storage_path is ${set}`);
            return [ckan, first, ...there].flat().join(", ");
        },
    },
    {
        id: "D05",
        title: "Scratch space at /cache, both tmp_dir options set to it",
        async check(context) {
            const { machine, config } = context;
            const values = await options(context);
            const directories = ["ckanext.dc_serve.tmp_dir", "ckanext.dcor_depot.tmp_dir"].map((key) =>
                values.get(key),
            );
            ensure(
                directories.every((path) => path?.startsWith(`${SCRATCH}/`)),
                `the options name ${directories.join(" and ")}`,
            );
            const seen = await machine.facts(`
                fact mounted "$(findmnt -no TARGET --target ${SCRATCH})"
                # A directory of the host's has the room of the file system that it is in.
                bytes=$(lsblk -bno SIZE "$(findmnt -no SOURCE ${SCRATCH})" 2>/dev/null | head -n 1) || bytes=
                fact bytes "\${bytes:-$(df -B1 --output=size ${SCRATCH} | tail -n 1)}"
                for each in ${directories.join(" ")} ${SCRATCH}/tmp; do
                    file=$(runuser -u www-data -- mktemp -p "$each" verify.XXXXXX) && rm "$file" || fact closed "$each"
                done
            `);
            ensure(seen["mounted"] === SCRATCH, `${SCRATCH} is part of ${seen["mounted"]}`);
            const GiB = Number(seen["bytes"]) / 2 ** 30;
            ensure(GiB >= config.scratch.sizeGiB * 0.99, `${SCRATCH} has ${GiB.toFixed(1)} GiB`);
            ensure(!seen["closed"], `CKAN cannot write to ${seen["closed"]}`);
            return `${GiB.toFixed(0)} GiB on ${SCRATCH}, a volume of its own; CKAN writes to ${directories.join(", ")}`;
        },
    },
    {
        id: "D06",
        title: "Object store: credentials of its own, written to dcor_object_store.*; nobody else gets in",
        async check(context) {
            const { machine, web, outputs, config } = context;
            const values = await options(context);
            const url = values.get("dcor_object_store.endpoint_url");
            ensure(url === outputs.objectStore, `DCOR works with ${url}, not ${outputs.objectStore}`);
            const bucket = values.get("dcor_object_store.bucket_name") ?? "";
            // Amazon's S3 leads who asks for its root elsewhere.
            const visitor = await web.request(`${url}/${bucket.includes("{") ? "" : bucket}`);
            ensure(visitor.status === 403, `who has no key is answered with ${visitor.status}, not 403`);
            const keys =
                await machine.run(`cd /; runuser -u www-data -- env AWS_CONFIG_FILE=/etc/ckan/dcor/aws.conf /usr/lib/ckan/default/bin/python - <<'END'
import configparser, boto3
reader = configparser.RawConfigParser()
reader.read("/etc/ckan/default/ckan.ini")
options = reader["app:main"]
def client(secret):
    return boto3.client("s3", endpoint_url=options["dcor_object_store.endpoint_url"],
        aws_access_key_id=options["dcor_object_store.access_key_id"], aws_secret_access_key=secret)
buckets = client(options["dcor_object_store.secret_access_key"]).list_buckets()["Buckets"]
print(len(buckets), "buckets")
try:
    client("wrong").list_buckets()
    print("a wrong key is taken")
except Exception as error:
    print(type(error).__name__)
END`);
            ensure(/^\d+ buckets\nClientError$/.test(keys), `with its keys: ${keys}`);
            if (config.objectStore.mode !== "minio") {
                return `${url}: DCOR's key is taken (${keys.split("\n")[0]}), a wrong one is not`;
            }
            const how = await checkMinio(context);
            return `${how}, reached at ${url}; DCOR's key is taken (${keys.split("\n")[0]}), a wrong one is not`;
        },
    },
    {
        id: "D08",
        title: "Workers dcor-short, dcor-normal, dcor-long under supervisor",
        async check({ machine }) {
            const status = await machine.run("supervisorctl status || true");
            const stopped = QUEUES.filter(
                (queue) => !new RegExp(`^ckan-worker-${queue} +(RUNNING|STARTING)`, "m").test(status),
            );
            ensure(stopped.length === 0, `no worker for ${stopped.join(", ")}: ${status}`);
            // Of CKAN's own, for trying them.
            const ended = await new DcorSoftware(machine).jobs(QUEUES);
            const undone = Object.entries(ended).filter(([, end]) => end !== "finished");
            ensure(undone.length === 0, undone.map(([queue, end]) => `a job in ${queue} is ${end}`).join(", "));
            return "a job in each queue, made now, was done by its worker";
        },
    },
];
