import { ETCD_UNIT } from "../../../components/database-cluster/etcd-files";
import { ETCD_PEER_PORT, ETCD_PORT, PATRONI_PORT } from "../../../components/database-cluster/member";
import { PATRONI_UNIT } from "../../../components/database-cluster/patroni-files";
import { MINIO_PORT } from "../../../components/guest/minio-files";
import { POSTGRESQL_PORT } from "../../../components/guest/postgresql-server";
import { REDIS_PORT } from "../../../components/guest/redis";
import { SENTINEL_PORT } from "../../../components/redis-cluster/member";
import { SENTINEL_UNIT } from "../../../components/redis-cluster/redis-files";
import { ZOOKEEPER_PORTS } from "../../../components/search-cluster/member";
import { SOLR_UNIT, ZOOKEEPER_UNIT } from "../../../components/search-cluster/member-files";
import { SOLR_PORT } from "../../../components/guest/solr-files";
import type { Context } from "../../context";
import type { FurtherMachine } from "../../further-machines";
import { NotHere } from "../../row";
import type { Ssh } from "../../ssh";
import { REDIS_UNITS } from "./redis";
import { products } from "../products";

/** One of a stack's machines, and what is to be seen on it. */
export interface StackMachine {
    name: string;
    address: string;
    platform: Context["outputs"]["machine"]["platform"];
    ssh: Ssh;
    /** What the configuration says of it. */
    keys: Context["config"]["machine"];
    sshPort: number;
    /** The TCP ports that may be open besides. */
    ports: number[];
    /** Whether it has a data volume. */
    hasData: boolean;
    /** What of systemd has to be there after a boot. */
    units: string[];
    /** Whether what is on it is backed up, where the stack has backups. */
    isBackedUp: boolean;
}

/** The ports, and what of systemd runs, on one of several machines of PostgreSQL, of Redis, and of Solr. */
const MEMBER_PORTS = [POSTGRESQL_PORT, ETCD_PORT, ETCD_PEER_PORT, PATRONI_PORT];
const MEMBER_UNITS = [ETCD_UNIT, PATRONI_UNIT, "var-lib-postgresql.mount"];
const REDIS_MEMBER_PORTS = [REDIS_PORT, SENTINEL_PORT];
const SEARCH_MEMBER_PORTS = [SOLR_PORT, ...Object.values(ZOOKEEPER_PORTS)];
const SEARCH_MEMBER_UNITS = [SOLR_UNIT, ZOOKEEPER_UNIT];
const REDIS_MEMBER_UNITS = [...REDIS_UNITS, SENTINEL_UNIT];

/** The stack's first machine, and those that the database, the object store, Redis, Solr and the product have for themselves. */
export function machinesOf(context: Context): StackMachine[] {
    const { machine: ssh, databaseMachine, objectStoreMachine, redisMachine, searchMachine, outputs, config } = context;
    const { applicationMachines, databaseMembers, redisMembers, searchMembers } = context;
    const product = products[outputs.product];
    const onApplications = product.onApplications?.(config) ?? { ports: [], units: [] };
    const applications = applicationMachines.flatMap((machine) =>
        forService(machine, onApplications.ports, onApplications.units),
    );
    const hasData = product.hasData?.(config) ?? true;
    const first: StackMachine = {
        ...{ ...outputs.machine, ssh, keys: config.machine, sshPort: outputs.ssh.port, hasData, isBackedUp: true },
        ports: product.ports(config),
        units: [
            ...(hasData ? ["data.mount"] : []),
            ...backupUnits(outputs),
            ...firewallUnits(config.machine),
            ...product.units(config),
        ],
    };
    return [
        first,
        ...withBackups(
            outputs,
            forService(databaseMachine, [POSTGRESQL_PORT], ["postgresql.service", "var-lib-postgresql.mount"]),
        ),
        ...databaseMembers.flatMap((machine) => forService(machine, MEMBER_PORTS, MEMBER_UNITS)),
        ...withBackups(outputs, forService(objectStoreMachine, [MINIO_PORT], ["minio.service"])),
        ...forService(redisMachine, [REDIS_PORT], REDIS_UNITS),
        ...redisMembers.flatMap((machine) => forService(machine, REDIS_MEMBER_PORTS, REDIS_MEMBER_UNITS)),
        // Its index is made anew.
        ...forService(searchMachine, [SOLR_PORT], ["solr.service"]),
        ...searchMembers.flatMap((machine) => forService(machine, SEARCH_MEMBER_PORTS, SEARCH_MEMBER_UNITS)),
        ...(onApplications.isBackedUp ? withBackups(outputs, applications) : applications),
    ];
}

/** A machine for one service alone, where there is one. */
function forService(
    machine: FurtherMachine | undefined,
    ports: readonly number[],
    units: readonly string[],
): StackMachine[] {
    return machine === undefined
        ? []
        : [
              {
                  ...machine,
                  hasData: true,
                  isBackedUp: false,
                  ports: [...ports],
                  units: ["data.mount", ...firewallUnits(machine.keys), ...units],
              },
          ];
}

/** The machines, as those whose data are backed up. */
const withBackups = (outputs: Context["outputs"], machines: readonly StackMachine[]): StackMachine[] =>
    machines.map((machine) => ({
        ...machine,
        isBackedUp: true,
        units: [...machine.units, ...backupUnits(outputs)],
    }));

/** The units of a machine's backups, where they are made. */
const backupUnits = ({ backup }: Context["outputs"]) => (backup ? ["stack-backup.timer"] : []);

/** The unit of a machine's own firewall, where it has one of ours. */
function firewallUnits(machine: Context["config"]["machine"]): string[] {
    const ours = machine.platform === "local" || (machine.platform === "existing" && machine.firewall === "nftables");
    return ours ? ["science-stacks-firewall.service"] : [];
}

/** What was seen on each of the stack's machines, or of those that are given, with its name where there are several. */
export async function onEach(
    context: Context,
    look: (machine: StackMachine) => Promise<string>,
    machines = machinesOf(context),
): Promise<string> {
    return machines.length === 1 ? look(machines[0]!) : together(machines, look);
}

/** What was seen on each of several machines, with its name; what is wrong on one of them as well. */
export async function together<M extends { name: string }>(
    machines: readonly M[],
    look: (machine: M) => Promise<string>,
): Promise<string> {
    const seen = await Promise.all(
        machines.map(async (machine) => {
            try {
                return `${machine.name}: ${await look(machine)}`;
            } catch (error) {
                const reason = `${machine.name}: ${error instanceof Error ? error.message : String(error)}`;
                throw error instanceof NotHere ? new NotHere(reason) : new Error(reason);
            }
        }),
    );
    return seen.join("; ");
}
