import { hardening } from "../guest/hardening";
import { POSTGRESQL_PORT } from "../guest/postgresql-server";
import type { GuestFile } from "../guest/program";
import { guestScript } from "../guest/shell";
import { renderTemplate } from "../guest/template";
import { hostNetwork } from "../machine/machine";
import { AUTHORITY, CERTIFICATE, ETCD_PORT, PATRONI_PORT, POSTGRESQL_KEY, type Member } from "./member";

export const PATRONI_UNIT = "patroni.service";
export const PATRONI_CONFIGURATION = "/etc/patroni/config.yml";
const LIBRARY = "/usr/local/lib/science-stacks/patroni";
const DYNAMIC = `${LIBRARY}/cluster.json`;

/** Where the server of a member has its cluster; the first directory is on the data volume. */
export const dataDirectory = (version: string) => `/var/lib/postgresql/${version}/main`;

/** What must be there before Debian's packages are. */
export const PATRONI_UNIT_FILES: Record<string, GuestFile> = {
    [`/etc/systemd/system/${PATRONI_UNIT}.d/science-stacks.conf`]: {
        content: guestScript("patroni/templates/unit.conf"),
    },
    ...hardening(PATRONI_UNIT),
};

/** What the members keep together, in etcd. */
export const CLUSTER_SETTINGS = {
    // A leader that is not heard of for so long is one no more. Half of it is for etcd to lose a machine, too, and answer again:
    // ttl is no less than loop_wait and twice retry_timeout, or a leader could go on after another one has begun.
    ttl: 20,
    loop_wait: 4,
    retry_timeout: 8,
    maximum_lag_on_failover: 16777216,
    // What was acknowledged is on two machines, and only the one that has it can become leader. It is not "strict": a leader whose
    // others have both no PostgreSQL, but a majority of etcd, goes on alone; then nobody takes over from it.
    synchronous_mode: true,
    synchronous_mode_strict: false,
    // etcd is on the same machines: while it finds no majority, a leader whom all members know goes on.
    failsafe_mode: true,
    postgresql: { use_pg_rewind: true, use_slots: true },
};

export interface PatroniSettings {
    own: Member;
    members: readonly Member[];
    /** The stack, by whose name the cluster is known in etcd. */
    stack: string;
    /** PostgreSQL's major version. */
    version: string;
    sharedBuffersMiB: number;
    /** The addresses of the machines that use the server. */
    clients: readonly string[];
    /** A mark of the certificates: with another one, they are read anew. */
    certificates: string;
}

/** The files of Patroni on a member. */
export function patroniFiles(settings: PatroniSettings): Record<string, GuestFile> {
    const { own, members, version, clients } = settings;
    const values = {
        ...settings,
        ...{ authority: AUTHORITY, certificate: CERTIFICATE, key: POSTGRESQL_KEY },
        ...{ port: POSTGRESQL_PORT, apiPort: PATRONI_PORT, directory: dataDirectory(version) },
        etcd: members.filter(({ name }) => name !== own.name).map(({ address }) => `${address}:${ETCD_PORT}`),
        cluster: JSON.stringify(CLUSTER_SETTINGS),
        access: accessPolicy(members, clients),
        identities: [...members.map(({ address }) => address), "postgres"].flatMap((known) =>
            REPLICATION.map(([, role]) => `members ${known} ${role}`),
        ),
        name: own.name,
        address: own.address,
    };
    return {
        [PATRONI_CONFIGURATION]: { content: renderTemplate("patroni/templates/config.yml.eta", values) },
        [DYNAMIC]: { content: `${JSON.stringify(CLUSTER_SETTINGS, undefined, 2)}\n` },
        [`${LIBRARY}/member.py`]: { content: guestScript("patroni/member.py") },
    };
}

/** What members come to each other for, and as whom: by their certificates alone, by the addresses in them, so that there is no password to keep. */
const REPLICATION = [
    ["replication", "replicator"],
    ["postgres", "rewinder"],
] as const;

/** Who comes in to the server of a member. */
function accessPolicy(members: readonly Member[], clients: readonly string[]): string[] {
    return [
        "local all postgres peer",
        // Patroni itself.
        ...REPLICATION.map(([database, role]) => `local ${database} ${role} peer map=members`),
        "local all all scram-sha-256",
        ...members.flatMap(({ address }) =>
            REPLICATION.map(
                ([database, role]) => `hostssl ${database} ${role} ${hostNetwork(address)} cert map=members`,
            ),
        ),
        ...clients.map((address) => `hostssl all all ${hostNetwork(address)} scram-sha-256`),
    ];
}
