import { BALANCER_PORT } from "../../../components/guest/balancer-files";
import { HAPROXY_SOCKET } from "../../../components/guest/haproxy";
import type { Context } from "../../context";
import type { Ssh } from "../../ssh";
import { ensure } from "../../row";

/** What HAProxy says of each server of each service: their names, whether it is up, and what its last check came to. */
const ASK = `
import csv, socket
connection = socket.socket(socket.AF_UNIX)
connection.connect("${HAPROXY_SOCKET}")
connection.sendall(b"show stat\\n")
for row in csv.DictReader(connection.makefile(encoding="ascii").read().lstrip("# ").splitlines()):
    if row["svname"] not in ("FRONTEND", "BACKEND"):
        print(row["pxname"], row["svname"], row["status"], row["check_status"])`;

/** What HAProxy on a machine finds, a line for each server of each service; it listens on the loopback address alone. */
async function seenByBalancer(machine: Ssh, port: number): Promise<string[]> {
    const listens = await machine.run(`ss -lntH 'sport = ${port}' | awk '{print $4}'`);
    ensure(listens === `127.0.0.1:${port}`, `HAProxy listens on ${listens}`);
    return (await machine.run(`python3 -c '${ASK}'`)).split("\n").sort();
}

/** Whether such a line is of a server that answers. */
const isUp = (line: string): boolean => / UP (\* )?L7OK$/.test(line);

/**
 * The machines of a service on several that answer, by their names, as HAProxy finds them on each machine that uses it: it leads there.
 * @param service what HAProxy calls it; it may do other things there besides
 */
export function foundByUsers(
    { applicationMachines, front }: Pick<Context, "applicationMachines" | "front">,
    service: string,
    port: number,
): Promise<string[][]> {
    const users = applicationMachines.length > 0 ? applicationMachines.map(({ ssh }) => ssh) : [front];
    return Promise.all(
        users.map(async (machine) => {
            const seen = await seenByBalancer(machine, port);
            return seen
                .filter((line) => line.startsWith(`${service} `) && isUp(line))
                .map((line) => line.split(" ")[1]!);
        }),
    );
}

/**
 * Looks at HAProxy on the first machine: it is on the loopback address, and finds that each server answers for each service.
 * @param services what it calls them
 * @param servers the machines, by their names in the configuration
 * @param further services that only some of the machines have, with those. @default none
 */
export async function checkServers(
    front: Ssh,
    services: readonly string[],
    servers: readonly string[],
    further: Record<string, readonly string[]> = {},
): Promise<void> {
    const seen = await seenByBalancer(front, BALANCER_PORT);
    const all = { ...Object.fromEntries(services.map((service) => [service, servers])), ...further };
    const wanted = Object.entries(all)
        .flatMap(([service, its]) => its.map((server) => `${service} ${server}`))
        .sort();
    const known = seen.map((line) => line.split(" ").slice(0, 2).join(" "));
    ensure(known.join() === wanted.join(), `HAProxy has ${known.join(", ")}`);
    const away = seen.filter((line) => !isUp(line));
    ensure(away.length === 0, `HAProxy finds no answer of ${away.join(", ")}`);
}
