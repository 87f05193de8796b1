import { setTimeout as wait } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { OperationContext } from "../../base";
import type { Connection } from "../fields";
import { login, loginSettings } from "./login";

/** The wait between two attempts, in milliseconds: it grows from the first by the factor up to the longest. */
const firstDelay = 100;
const delayFactor = 1.5;
const longestDelay = 5_000;

/**
 * Connects and logs in, again and again until the limits of the connection are reached (`dialErrorLimit` n makes n + 1
 * attempts). A machine that is starting refuses connections, shows another host key or does not know the user yet, so
 * every failure is tried again; only a key that cannot be read fails at once.
 */
export async function dial(connection: Connection, context: OperationContext): Promise<Client> {
    const { signal } = context;
    loginSettings(connection);
    if (!connection.proxy) {
        return retry("Dial", connection.dialErrorLimit, context, () => login(connection, signal));
    }
    const bastion = connection.proxy;
    loginSettings(bastion);
    const proxy = await retry("Dial proxy", bastion.dialErrorLimit, context, () => login(bastion, signal)).catch(
        (error: Error) => Promise.reject(new Error(`proxy: ${error.message}`)),
    );
    try {
        const client = await retry("Dial from proxy", connection.dialErrorLimit, context, async () =>
            login(connection, signal, await forward(proxy, connection)),
        );
        client.once("close", () => proxy.end());
        return client;
    } catch (error) {
        proxy.end();
        throw error;
    }
}

function forward(proxy: Client, to: { host: string; port: number }): Promise<Duplex> {
    return new Promise((resolve, reject) => {
        proxy.forwardOut("127.0.0.1", 0, to.host, to.port, (error, channel) =>
            error ? reject(new Error(`${to.host}:${to.port} from the proxy: ${error.message}`)) : resolve(channel),
        );
    });
}

async function retry<T>(what: string, limit: number, context: OperationContext, attempt: () => Promise<T>): Promise<T> {
    let delay = firstDelay;
    for (let failures = 1; ; failures++) {
        if (context.signal.aborted) {
            throw new Error("cancelled");
        }
        try {
            return await attempt();
        } catch (error) {
            if (context.signal.aborted || (limit >= 0 && failures > limit)) {
                const attempts = failures === 1 ? "1 attempt" : `${failures} attempts`;
                throw new Error(`cannot connect after ${attempts}: ${(error as Error).message}`);
            }
            const total = limit < 0 ? "inf" : String(limit);
            context.log("info", `${what} ${failures}/${total} failed: retrying`, { passing: true });
        }
        await wait(delay, undefined, { signal: context.signal }).catch(() => undefined);
        delay = Math.min(delay * delayFactor, longestDelay);
    }
}
