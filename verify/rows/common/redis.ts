import { REDIS_AUTHORITY, REDIS_PORT } from "../../../components/guest/redis";
import { ensure } from "../../row";
import type { Ssh } from "../../ssh";

/** What of systemd is there after a boot where Redis is. */
export const REDIS_UNITS = ["redis-server.service", "var-lib-redis.mount"];

/**
 * Looks at a Redis of the stack's: it lets in with its password alone, and listens where it should.
 * @param ssh its machine
 * @param host the address at which other machines reach it, by TLS. @default it is for its own machine
 * @returns where it listens
 */
export async function checkRedis(ssh: Ssh, host?: string): Promise<string> {
    const way = host === undefined ? "" : `--tls --cacert ${REDIS_AUTHORITY} -h ${host}`;
    const refused = await ssh.run(`redis-cli ${way} ping 2>&1 || true`);
    ensure(refused.startsWith("NOAUTH"), `Redis answers without its password: ${refused}`);
    const listens = await ssh.run(`ss -lntH 'sport = ${REDIS_PORT}' | awk '{print $4}'`);
    const open = listens
        .split("\n")
        .filter((each) => !/^(127\.|\[::1\])/.test(each) && each !== `${host}:${REDIS_PORT}`);
    ensure(open.length === 0, `Redis listens on ${open.join(", ")}`);
    return host === undefined ? "the loopback" : `${host} by TLS alone`;
}

/** The host in the address of a Redis that is reached by TLS. */
export const tlsHost = (url = ""): string | undefined => /rediss:\/\/([\d.]+):/.exec(url)?.[1];
