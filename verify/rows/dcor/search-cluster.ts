import { setTimeout as sleep } from "node:timers/promises";
import { SEARCH_BALANCER_PORT, ZOOKEEPER_PORTS } from "../../../components/search-cluster/member";
import { CLOUD } from "../../../components/search-cluster/member-files";
import { SOLR_PORT } from "../../../components/guest/solr-files";
import type { Context } from "../../context";
import type { FurtherMember } from "../../further-machines";
import { count, ensure } from "../../row";
import { foundByUsers } from "../common/balancer";

/** What a member says of itself, and of all of them. */
async function look({ name, address, ssh }: FurtherMember) {
    const seen = await ssh.facts(`
        . ${CLOUD}
        fact zookeeper "$(zookeeper_mode)"
        fact health "$(health && echo whole)"
        fact replicas "$(replicas ckan | sort | paste -sd ';')"
        fact refused "$(CURL_HOME=/nonexistent curl --silent --insecure --max-time 10 --output /dev/null --write-out '%{http_code}' "$url/ckan/select")"
        fact plain "$(curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' "http://$address:${SOLR_PORT}/solr/")"
        fact stranger "$({ echo srvr; sleep 0.5; } | timeout 5 openssl s_client -quiet -connect "$address:${ZOOKEEPER_PORTS.client}" 2>/dev/null | grep -c Mode)"
        fact untold "$({ echo srvr; sleep 0.5; } | timeout 3 bash -c "exec 3<>/dev/tcp/$address/${ZOOKEEPER_PORTS.client}; cat >&3; timeout 1 cat <&3" 2>/dev/null | grep -c Mode)"
        for port in ${[SOLR_PORT, ...Object.values(ZOOKEEPER_PORTS)].join(" ")}; do
            fact "listens $port" "$(ss -lntH "sport = :$port" | awk '{print $4}' | sed 's/[][]//g; s/::ffff://' | paste -sd ' ')"
        done
    `);
    ensure(/^(leader|follower)$/.test(seen["zookeeper"] ?? ""), `ZooKeeper on ${name} finds no majority`);
    ensure(seen["health"] === "whole", `Solr on ${name} is not in order`);
    ensure(seen["refused"] === "401", `who has no password is answered with ${seen["refused"]} by ${name}`);
    ensure(!/^[23]/.test(seen["plain"] ?? ""), `Solr on ${name} answers without TLS`);
    ensure(seen["stranger"] === "0" && seen["untold"] === "0", `ZooKeeper on ${name} answers who shows no certificate`);
    for (const port of [SOLR_PORT, ZOOKEEPER_PORTS.client, ZOOKEEPER_PORTS.election]) {
        const listens = seen[`listens ${port}`];
        ensure(listens === `${address}:${port}`, `port ${port} of ${name} is open at ${listens}`);
    }
    return { name, zookeeper: seen["zookeeper"], replicas: seen["replicas"] ?? "" };
}

/** How often the members are asked how many documents they have, a second apart. */
const TRIES = 20;

/** How many documents they have, all of them. Of what is written meanwhile one member tells before another: they are asked again. */
async function documentsOf(members: readonly FurtherMember[]): Promise<string> {
    const command = `. ${CLOUD}; asked 'ckan/select?q=*:*&rows=0&distrib=false' | grep -o '"numFound":[0-9]*'`;
    let found = new Set<string>();
    for (let tries = 0; tries < TRIES; tries++) {
        found = new Set(await Promise.all(members.map(async ({ ssh }) => (await ssh.run(command)).trim())));
        if (found.size === 1) {
            break;
        }
        await sleep(1000);
    }
    const [documents, ...others] = found;
    ensure(documents && others.length === 0, `the members have ${[documents, ...others].join(" and ")}`);
    return documents.replace(/\D/g, "");
}

/** X12, of Solr on several machines: each has the index, whole, one leads, and CKAN's machines are led to one of them. */
export async function checkSearchCluster(
    context: Pick<Context, "searchMembers" | "applicationMachines" | "front">,
): Promise<string> {
    const { searchMembers } = context;
    const members = await Promise.all(searchMembers.map(look));
    const [leader, ...more] = members.filter(({ zookeeper }) => zookeeper === "leader");
    ensure(leader && more.length === 0, `${count(more.length + (leader ? 1 : 0), "ZooKeeper")} would lead`);
    for (const { name, replicas } of members) {
        const lines = replicas.split(";").map((line) => line.split(" "));
        const places = lines.map(([, address]) => address).sort();
        const wanted = searchMembers.map(({ address }) => address).sort();
        ensure(places.join() === wanted.join(), `${name} has it that the index is on ${places.join(", ")}`);
        const away = lines.filter(([, , state]) => state !== "active").map(([, address]) => address);
        ensure(away.length === 0, `${name} has it that the index is not in order on ${away.join(", ")}`);
        const led = lines.filter(([, , , role]) => role === "leader").length;
        ensure(led === 1, `${name} has it that ${count(led, "replica")} would lead`);
    }
    const documents = await documentsOf(searchMembers);
    for (const up of await foundByUsers(context, "solr", SEARCH_BALANCER_PORT)) {
        ensure(up.length === members.length, `HAProxy finds ${count(up.length, "member")} of Solr in order`);
    }
    return `Solr's index is on ${members.map(({ name }) => name).join(", ")}, the same on each (${documents} documents), by TLS and with a password alone; their ZooKeepers agree, and HAProxy has all of them`;
}
