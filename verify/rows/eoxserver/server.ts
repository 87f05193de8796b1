import { connect } from "node:net";
import { BACKEND_PORT } from "../../../components/eoxserver/backend-address";
import type { EoxServerContext as Context } from "../../context";
import { ensure, type Row } from "../../row";
import { onEachApplication } from "../common/applications";
import { webPorts } from "./instance";

/** The web server, the firewall, the users. */
export const serverRows: Row<Context>[] = [
    {
        id: "E01",
        title: "Apache with mod_wsgi in daemon mode, started at boot",
        async check(context) {
            const { front, web, outputs } = context;
            await checkUnits(front, ["apache2.service"]);
            const instances = await onEachApplication(context, checkDaemons);
            const server = String((await web.request(outputs.url)).headers.server);
            ensure(/apache/i.test(server), `the web server calls itself ${server}`);
            return `${server}, at boot; ${instances}`;
        },
    },
    {
        id: "E02",
        title: "The ports of the web open, everything else closed",
        async check({
            machine,
            config,
            outputs: {
                ssh,
                machine: { address },
                loadBalancer,
            },
        }) {
            const wanted = webPorts(config);
            // A program that listens for a moment: its port is closed by the firewall, not for want of a program.
            const listening = await machine.run(`
                exec 3< <(python3 -c 'import socket, time; s = socket.create_server(("", 0)); print(flush=True); time.sleep(20)' 2>/dev/null)
                read -r <&3
                ss -lntH | awk '{ print $4 }' | grep -Ev '^(127\\.|\\[::1\\])' | sed 's/.*://' | sort -un
            `);
            const ports = [...new Set([...listening.split("\n").map(Number), 5432, BACKEND_PORT])];
            const open = await openOf(address, ports);
            const reached = loadBalancer === undefined ? open : await openOf(loadBalancer, wanted);

            const closedOnes = wanted.filter((port) => !reached.includes(port));
            ensure(closedOnes.length === 0, `closed, though users need them: ${closedOnes.join(", ")}`);
            const needed = [...(loadBalancer === undefined ? wanted : []), ssh.port];
            const strays = open.filter((port) => !needed.includes(port));
            ensure(strays.length === 0, `open to this machine, though no user needs them: ${strays.join(", ")}`);
            const front =
                loadBalancer === undefined ? "" : `${reached.join(", ")} at the load balancer, and at the machine `;
            return `from here ${front}${open.join(", ")} are open; ${ports.length - open.length} others are closed, one of them with a program listening on it`;
        },
    },
    {
        id: "E04",
        title: "Users eoxserver and eodata with their homes on the data volume, nothing owned by root",
        async check({ machine }) {
            const seen = await machine.run(`
                for user in eoxserver eodata; do
                    home=$(getent passwd "$user" | cut -d: -f6)
                    [ "$home" = "/srv/$user" ] || { echo "the home of $user is $home"; continue; }
                    [ "$(id -gn "$user")" = www-data ] || echo "the group of $user is $(id -gn "$user")"
                    [ "$(stat -c %U "$home")" = "$user" ] || echo "$home belongs to $(stat -c %U "$home")"
                    [ -n "$(find "$home" -maxdepth 0 -perm -o=rx)" ] || echo "$home is not o+rx"
                    [ "$(findmnt -no MAJ:MIN --target "$home")" = "$(findmnt -no MAJ:MIN /data)" ] || echo "$home is not on the data volume"
                    find "$home" -user root -printf '%p belongs to root\\n' | head -n 3
                done
            `);
            ensure(seen === "", seen.replaceAll("\n", "; "));
            return "both users, group www-data, homes o+rx on the data volume, nothing in them is root's";
        },
    },
];

/** Each instance runs on a machine, by processes of its own. */
async function checkDaemons({ machine, config }: Context): Promise<string> {
    await checkUnits(
        machine,
        config.instances.map(({ name }) => `eoxserver@${name}.service`),
    );
    const daemons = await daemonProcesses(machine);
    const without = config.instances.filter(({ name }) => !daemons.has(name)).map(({ name }) => name);
    ensure(without.length === 0, `no daemon process of mod_wsgi serves ${without.join(", ")}`);
    return `daemon processes of its own for each of its instances (${config.instances.length})`;
}

/** Units are started at boot, and run. */
async function checkUnits(machine: Context["machine"], units: readonly string[]): Promise<void> {
    const states = await machine.run(
        `systemctl show --value --property=Id,UnitFileState,ActiveState ${units.join(" ")}`,
    );
    for (const block of states.split("\n\n")) {
        const [id, ...state] = block.split("\n");
        ensure(state.includes("enabled") && state.includes("active"), `${id} is ${state.join(", ")}`);
    }
}

/** The daemon processes of mod_wsgi: their name begins so, and is cut off where Apache's own ended. */
export const DAEMONS = "^eoxserver-[^ ]* +-f /etc/eoxserver/";

/** How many daemon processes serve each instance. */
export async function daemonProcesses(machine: Context["machine"]): Promise<Map<string, number>> {
    const lines = await machine.run(`pgrep --full --list-full '${DAEMONS}' || true`);
    const names = [...lines.matchAll(/-f \/etc\/eoxserver\/([a-z0-9_]+)\//g)].map(([, name]) => name ?? "");
    return names.reduce((counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1), new Map<string, number>());
}

async function openOf(host: string, ports: readonly number[]): Promise<number[]> {
    const open = await Promise.all(ports.map((port) => isOpen(host, port)));
    return ports.filter((_, index) => open[index]);
}

function isOpen(host: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 1500 });
        const end = (open: boolean) => {
            socket.destroy();
            resolve(open);
        };
        socket
            .on("connect", () => end(true))
            .on("timeout", () => end(false))
            .on("error", () => end(false));
    });
}
