import { mkdirSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { ADMINISTRATOR_ELSEWHERE, LOCAL_ADMINISTRATOR } from "../components/guest/postgresql-server";
import { openBrowser } from "./browser";
import { Database } from "./database";
import { stackOutputs, type Deployment } from "./deployment";
import { Engine } from "./engine";
import type { ParsedConfig } from "../stacks/config/parse";
import { readOutputs, type Outputs } from "./outputs";
import { Ssh } from "./ssh";
import { Web } from "./web";

/** What checks look at: the running stack from its user's side, its machine, and its state. */
export interface Context<P extends Outputs["product"] = Outputs["product"]> {
    stack: string;
    outputs: Extract<Outputs, { product: P }>;
    /** The stack's configuration, with all defaults. */
    config: Extract<ParsedConfig, { product: P }>;
    web: Web;
    machine: Ssh;
    /** The machines that the database, the object store, Redis and Solr have for themselves; undefined where they have none. */
    databaseMachine: DatabaseMachine | undefined;
    objectStoreMachine: FurtherMachine | undefined;
    redisMachine: FurtherMachine | undefined;
    searchMachine: FurtherMachine | undefined;
    /** The machines of PostgreSQL where it has several. */
    databaseMembers: readonly DatabaseMember[];
    /** The machines that the product has beside the first one; none where it is on that one. */
    applicationMachines: readonly FurtherMachine[];
    /** The machine that the web server is on: the first one, whichever `machine` is looked at. */
    front: Ssh;
    /** The address of the server, with its administrator, where that is not on the machine. */
    databaseUrl: string | undefined;
    database: Database;
    engine: Engine;
    /** The state with its secrets shown: for comparisons, never for details. */
    deployment: Deployment;
    /** The browser of this machine, started when first asked for; undefined where there is none. */
    browser(): Promise<Browser | undefined>;
    close(): Promise<void>;
}

/** A machine for one service alone. */
export interface FurtherMachine extends NonNullable<Outputs["objectStoreMachine"]> {
    ssh: Ssh;
    sshPort: number;
    /** What the configuration says of it. */
    keys: ParsedConfig["machine"];
}

/** One of several machines for PostgreSQL. */
export interface DatabaseMember extends FurtherMachine {
    /** What the configuration calls it. */
    member: string;
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

export type EoxServerContext = Context<"eoxserver">;
export type DcorContext = Context<"dcor">;
export type OmeroWebContext = Context<"omero-web">;

/** Connects to all of a stack. Everything it leaves in the file system is in one private directory, which goes with this process. */
export async function openContext(stack: string): Promise<Context> {
    const directory = await mkdtemp(join(tmpdir(), "science-stacks-verify-"));
    // However verify ends: there is a key in the directory.
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    (["SIGINT", "SIGTERM", "SIGHUP"] as const).forEach((signal) => process.once(signal, () => process.exit(1)));
    const engine = new Engine(stack, directory);
    const [{ deployment }, config] = await Promise.all([engine.export("--show-secrets"), engine.config()]);
    const outputs = readOutputs(stack, stackOutputs(deployment));
    const machine = new Ssh(outputs.ssh, directory);
    const guarded = config.product === "eoxserver" ? config.accessControl?.paths : undefined;
    const web = new Web(outputs.certificate, guarded);
    const databaseMachine = databaseMachineOf(outputs, config, directory);
    const objectStoreMachine = objectStoreMachineOf(outputs, config, directory);
    const redisMachine = redisMachineOf(outputs, config, directory);
    const searchMachine = searchMachineOf(outputs, config, directory);
    const applicationMachines = applicationMachinesOf(outputs, config, directory);
    const databaseMembers = databaseMembersOf(outputs, config, directory);
    const given = config.product === "eoxserver" ? config.postgresql.url : undefined;
    const databaseUrl = databaseMachine?.url ?? outputs.databaseUrl ?? given;
    const database = new Database(machine, databaseUrl ? ADMINISTRATOR_ELSEWHERE : LOCAL_ADMINISTRATOR);
    let browser: Promise<Browser | undefined> | undefined;

    return {
        ...{ stack, outputs, config, web, machine, databaseMachine, objectStoreMachine, redisMachine, searchMachine },
        ...{ front: machine, applicationMachines, databaseMembers, databaseUrl },
        ...{ engine, deployment, database },
        browser: () => (browser ??= openBrowser(outputs.certificate)),
        close: async () => {
            web.close();
            const services = [databaseMachine, objectStoreMachine, redisMachine, searchMachine];
            const further = [...services, ...databaseMembers, ...applicationMachines];
            await Promise.all([machine.close(), ...further.map((each) => each?.ssh.close())]);
            await (await browser)?.close();
        },
    };
}

function databaseMachineOf(outputs: Outputs, config: ParsedConfig, directory: string): DatabaseMachine | undefined {
    const { database, databaseSsh } = outputs;
    const keys = "postgresql" in config ? config.postgresql.machine : undefined;
    if (database === undefined || databaseSsh === undefined || keys === undefined) {
        return undefined;
    }
    const machine = furtherMachine(database, databaseSsh, keys, join(directory, "database"));
    return { ...machine, url: database.url, server: new Database(machine.ssh, LOCAL_ADMINISTRATOR) };
}

function databaseMembersOf(outputs: Outputs, config: ParsedConfig, directory: string): DatabaseMember[] {
    const configured = config.product === "eoxserver" ? config.postgresql.machines : undefined;
    return Object.entries(outputs.databaseMembers ?? {}).flatMap(([name, machine]) => {
        const [login, keys] = [outputs.databaseMemberSsh?.[name], configured?.[name]?.machine];
        if (login === undefined || keys === undefined) {
            return [];
        }
        const further = furtherMachine(machine, login, keys, join(directory, name));
        return [{ ...further, member: name, server: new Database(further.ssh, LOCAL_ADMINISTRATOR) }];
    });
}

function objectStoreMachineOf(outputs: Outputs, config: ParsedConfig, directory: string): FurtherMachine | undefined {
    const { objectStoreMachine: machine, objectStoreSsh: login } = outputs;
    const store = "objectStore" in config ? config.objectStore : undefined;
    const keys = store?.mode === "minio" ? store.machine : undefined;
    return machine === undefined || login === undefined || keys === undefined
        ? undefined
        : furtherMachine(machine, login, keys, join(directory, "object-store"));
}

function redisMachineOf(outputs: Outputs, config: ParsedConfig, directory: string): FurtherMachine | undefined {
    const { redisMachine: machine, redisSsh: login } = outputs;
    const keys = "redis" in config ? config.redis.machine : undefined;
    return machine === undefined || login === undefined || keys === undefined
        ? undefined
        : furtherMachine(machine, login, keys, join(directory, "redis"));
}

function searchMachineOf(outputs: Outputs, config: ParsedConfig, directory: string): FurtherMachine | undefined {
    const { searchMachine: machine, searchSsh: login } = outputs;
    const keys = "solr" in config ? config.solr.machine : undefined;
    return machine === undefined || login === undefined || keys === undefined
        ? undefined
        : furtherMachine(machine, login, keys, join(directory, "search"));
}

function applicationMachinesOf(outputs: Outputs, config: ParsedConfig, directory: string): FurtherMachine[] {
    const configured = "applications" in config ? config.applications : undefined;
    return Object.entries(outputs.applications ?? {}).flatMap(([name, machine]) => {
        const [login, keys] = [outputs.applicationSsh?.[name], configured?.[name]?.machine];
        return login === undefined || keys === undefined
            ? []
            : [furtherMachine(machine, login, keys, join(directory, name))];
    });
}

/** @param place where its connection has the key */
function furtherMachine(
    machine: NonNullable<Outputs["objectStoreMachine"]>,
    login: Outputs["ssh"],
    keys: FurtherMachine["keys"],
    place: string,
): FurtherMachine {
    mkdirSync(place, { mode: 0o700 });
    return { ...machine, ssh: new Ssh(login, place), sshPort: login.port, keys };
}
