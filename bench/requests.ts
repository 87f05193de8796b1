import https from "node:https";
import { performance } from "node:perf_hooks";
import { table } from "./figures";

const CLIENTS = 8;
const SECONDS = 10;

/** How a page was answered under load. */
export interface Answered {
    what: string;
    perSecond: number;
    /** 99 of a hundred answers took no longer, in milliseconds. */
    percentile99: number;
}

/**
 * Asks for a page with some clients that keep their connections; each asks again when it is answered.
 * @param certificate the one to trust, as PEM
 * @param steadiness how many clients, and for how many seconds. @default eight, for ten seconds
 * @throws Error when an answer has another status than 200
 */
export async function load(
    what: string,
    url: string,
    certificate: string,
    { clients = CLIENTS, seconds = SECONDS }: { clients?: number; seconds?: number } = {},
): Promise<Answered> {
    const agent = new https.Agent({ keepAlive: true, maxSockets: clients, ca: certificate });
    const times: number[] = [];
    const end = performance.now() + seconds * 1000;
    const client = async () => {
        while (performance.now() < end) {
            const started = performance.now();
            await ask(url, agent);
            times.push(performance.now() - started);
        }
    };
    try {
        await ask(url, agent);
        await Promise.all(Array.from({ length: clients }, client));
    } finally {
        agent.destroy();
    }
    return { what, perSecond: times.length / seconds, percentile99: percentile99(times) };
}

/** The time that 99 of a hundred do not exceed. */
export function percentile99(times: readonly number[]): number {
    return [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1]!;
}

/** The lines of results.md. */
export function requestsReport(answered: readonly Answered[]): string {
    return [
        `Asked over HTTPS, one after the other, by ${CLIENTS} clients on the same machine that keep their connections, ${SECONDS} s each:`,
        "",
        table(
            ["", "requests a second", "99 % within"],
            answered.map(({ what, perSecond, percentile99: within }) => [
                what,
                perSecond.toFixed(0),
                `${within.toFixed(0)} ms`,
            ]),
        ),
    ].join("\n");
}

function ask(url: string, agent: https.Agent): Promise<void> {
    return new Promise((resolve, reject) => {
        https
            .get(url, { agent }, (response) => {
                response.resume();
                response.on("error", reject);
                response.on("end", () =>
                    response.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${response.statusCode}`)),
                );
            })
            .on("error", reject);
    });
}
