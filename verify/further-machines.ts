import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LOCAL_ADMINISTRATOR } from "../components/guest/postgresql-server";
import type { ParsedConfig } from "../stacks/config/parse";
import { Database } from "./database";
import type { Outputs } from "./outputs";
import { Ssh } from "./ssh";

/** The machines that a stack has beside its first one, each with a connection of its own. */
export interface FurtherMachines {
    /** The machines that the database, the object store, Redis and Solr have for themselves; undefined where they have none. */
    databaseMachine: DatabaseMachine | undefined;
    objectStoreMachine: FurtherMachine | undefined;
    redisMachine: FurtherMachine | undefined;
    searchMachine: FurtherMachine | undefined;
    /** The machines of PostgreSQL where it has several. */
    databaseMembers: readonly DatabaseMember[];
    /** The machines of Redis where it has several. */
    redisMembers: readonly FurtherMember[];
    /** The machines of Solr where it has several. */
    searchMembers: readonly FurtherMember[];
    /** The machines that the product has beside the first one; none where it is on that one. */
    applicationMachines: readonly FurtherMachine[];
}

/** A machine for one service alone. */
export interface FurtherMachine extends Machine {
    ssh: Ssh;
    sshPort: number;
    /** What the configuration says of it. */
    keys: MachineKeys;
}

/** One of several machines for a service. */
export interface FurtherMember extends FurtherMachine {
    /** What the configuration calls it. */
    member: string;
}

/** One of several machines for PostgreSQL. */
export interface DatabaseMember extends FurtherMember {
    /** The server, asked there by the superuser. */
    server: Database;
}

/** A machine for PostgreSQL alone. */
export interface DatabaseMachine extends FurtherMachine {
    /** The server's address, with its administrator. */
    url: string;
    /** The server, asked there by the superuser. */
    server: Database;
}

type Machine = NonNullable<Outputs["objectStoreMachine"]>;
type MachineKeys = ParsedConfig["machine"];

/** @param directory where each connection has a place for its key */
export function furtherMachines(outputs: Outputs, config: ParsedConfig, directory: string): FurtherMachines {
    /** One of them, unless the stack has it not. */
    const at = <M extends Machine>(name: string, machine?: M, login?: Outputs["ssh"], keys?: MachineKeys) => {
        if (machine === undefined || login === undefined || keys === undefined) {
            return undefined;
        }
        const place = join(directory, name);
        mkdirSync(place, { mode: 0o700 });
        return { ...machine, ssh: new Ssh(login, place), sshPort: login.port, keys };
    };
    const each = (machines = {}, logins: Record<string, Outputs["ssh"]> = {}, configured: Named = {}) =>
        Object.entries<Machine>(machines).flatMap(([name, machine]) => {
            const found = at(name, machine, logins[name], configured[name]?.machine);
            return found === undefined ? [] : [{ ...found, member: name }];
        });

    const keys = keysOf(config);
    const database = at("database", outputs.database, outputs.databaseSsh, keys.database);
    const members = each(outputs.databaseMembers, outputs.databaseMemberSsh, keys.databaseMembers);
    return {
        databaseMachine: database && { ...database, server: new Database(database.ssh, LOCAL_ADMINISTRATOR) },
        databaseMembers: members.map((each) => ({ ...each, server: new Database(each.ssh, LOCAL_ADMINISTRATOR) })),
        objectStoreMachine: at("object-store", outputs.objectStoreMachine, outputs.objectStoreSsh, keys.objectStore),
        redisMachine: at("redis", outputs.redisMachine, outputs.redisSsh, keys.redis),
        redisMembers: each(outputs.redisMembers, outputs.redisMemberSsh, keys.redisMembers),
        searchMachine: at("search", outputs.searchMachine, outputs.searchSsh, keys.search),
        searchMembers: each(outputs.searchMembers, outputs.searchMemberSsh, keys.searchMembers),
        applicationMachines: each(outputs.applications, outputs.applicationSsh, keys.applications),
    };
}

/** All of them. */
export function everyMachine(machines: FurtherMachines): FurtherMachine[] {
    const { databaseMachine, objectStoreMachine, redisMachine, searchMachine } = machines;
    const services = [databaseMachine, objectStoreMachine, redisMachine, searchMachine];
    return [
        ...services.filter((each) => each !== undefined),
        ...machines.databaseMembers,
        ...machines.redisMembers,
        ...machines.searchMembers,
        ...machines.applicationMachines,
    ];
}

type Named = Record<string, { machine: MachineKeys } | undefined>;

/** What the configuration says of each. */
function keysOf(config: ParsedConfig) {
    const store = "objectStore" in config && config.objectStore.mode === "minio" ? config.objectStore : undefined;
    return {
        database: "postgresql" in config ? config.postgresql.machine : undefined,
        databaseMembers: "postgresql" in config ? config.postgresql.machines : undefined,
        objectStore: store?.machine,
        redis: "redis" in config ? config.redis.machine : undefined,
        redisMembers: "redis" in config ? config.redis.machines : undefined,
        search: "solr" in config ? config.solr.machine : undefined,
        searchMembers: "solr" in config ? config.solr.machines : undefined,
        applications: "applications" in config ? config.applications : undefined,
    };
}
