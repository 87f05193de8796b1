import { REDIS_AUTHORITY, REDIS_PORT } from "../../../components/guest/redis";
import { REDIS_BALANCER_PORT, SENTINEL_PORT } from "../../../components/redis-cluster/member";
import { LIBRARY, TIMES } from "../../../components/redis-cluster/redis-files";
import type { Context } from "../../context";
import type { FurtherMember } from "../../further-machines";
import { count, ensure } from "../../row";
import { foundByUsers } from "./balancer";
import { together } from "./machines";
import { checkRedis } from "./redis";

type Beside = Pick<Context, "redisMembers" | "applicationMachines" | "front">;

/** Looks at each of several machines of Redis: it lets in with its password alone, and listens where it should. */
export const checkRedisMembers = ({ redisMembers }: Pick<Context, "redisMembers">): Promise<string> =>
    together(redisMembers, ({ ssh, address }) => checkRedis(ssh, address));

/** What a member says of itself. */
interface Seen extends FurtherMember {
    /** "master" or "slave", where it is in order. */
    role: string;
    /** The master for its Sentinel. */
    master: string;
}

async function look(member: FurtherMember): Promise<Seen> {
    const { name, address, ssh } = member;
    const seen = await ssh.facts(`
        . ${LIBRARY}
        fact role "$(role)"
        fact master "$(master_by "$address")"
        fact quorum "$(sentinel ckquorum 2>&1)"
        fact settings "$(own config get 'port' | tail -n 1) $(own config get tls-replication | tail -n 1) $(own config get min-replicas-max-lag | tail -n 1)"
        for port in ${REDIS_PORT} ${SENTINEL_PORT}; do
            fact "plain $port" "$(timeout 3 redis-cli -h ${address} -p "$port" ping 2>&1 | tr '\\n' ' ')"
        done
        fact sentinel "$(timeout 3 redis-cli --tls --cacert ${REDIS_AUTHORITY} -h ${address} -p ${SENTINEL_PORT} ping 2>&1 | tr '\\n' ' ')"
        fact listens "$(ss -lntH 'sport = ${SENTINEL_PORT}' | awk '{print $4}' | paste -sd ' ')"
    `);
    ensure(seen["quorum"]?.startsWith("OK "), `Sentinel on ${name} finds no majority: ${seen["quorum"]}`);
    ensure(
        seen["settings"] === `0 yes ${TIMES.mostLagSeconds}`,
        `${name} runs with other settings: ${seen["settings"]}`,
    );
    for (const port of [REDIS_PORT, SENTINEL_PORT]) {
        const said = seen[`plain ${port}`] ?? "";
        ensure(!/PONG|NOAUTH/.test(said), `port ${port} of ${name} answers without TLS: ${said}`);
    }
    ensure(!/PONG|NOAUTH/.test(seen["sentinel"] ?? ""), `Sentinel on ${name} answers who shows no certificate`);
    ensure(seen["listens"] === `${address}:${SENTINEL_PORT}`, `Sentinel on ${name} listens on ${seen["listens"]}`);
    return { ...member, role: seen["role"] ?? "", master: seen["master"] ?? "" };
}

/** X12, of Redis on several machines: one is master, the others have what it takes, and those who use it come to that one. */
export async function checkRedisCluster({ redisMembers, ...users }: Beside): Promise<string> {
    const members = await Promise.all(redisMembers.map(look));
    const [master, ...more] = members.filter(({ role }) => role === "master");
    const replicas = members.filter(({ role }) => role === "slave");
    ensure(master && more.length === 0, `${count(more.length + (master ? 1 : 0), "member")} would be master`);
    const behind = members.filter((each) => each !== master && !replicas.includes(each));
    ensure(behind.length === 0, `${behind.map(({ name }) => name).join(", ")} have not what ${master.name} takes`);
    const others = members.filter((each) => each.master !== master.address);
    ensure(
        others.length === 0,
        `Sentinel on ${others.map(({ name }) => name).join(", ")} takes another one for the master`,
    );

    const text = `verify ${process.pid} ${Date.now()}`;
    const written = await master.ssh.run(
        `. ${LIBRARY}; own set science_stacks_verify '${text}' ex 60 >/dev/null; own wait ${replicas.length} 3000 >/dev/null; own get science_stacks_verify`,
    );
    ensure(written === text, `${master.name} does not keep what it is given: ${written}`);
    for (const { name, ssh } of replicas) {
        const found = await ssh.run(`. ${LIBRARY}; own get science_stacks_verify`);
        ensure(found === text, `${name} has not got what was written at ${master.name}`);
    }

    for (const up of await foundByUsers(users, "redis", REDIS_BALANCER_PORT)) {
        ensure(up.join() === master.member, `HAProxy leads to ${up.join(", ") || "none"} instead of ${master.member}`);
    }
    return `${master.name} is master, ${count(replicas.length, "replica")} got by TLS what was written there, the Sentinels on all ${members.length} agree, and whoever uses Redis is led to it`;
}
