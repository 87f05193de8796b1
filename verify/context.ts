import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { ADMINISTRATOR_ELSEWHERE, LOCAL_ADMINISTRATOR } from "../components/guest/postgresql-server";
import { openBrowser } from "./browser";
import { Database } from "./database";
import { stackOutputs, type Deployment } from "./deployment";
import { Engine } from "./engine";
import { everyMachine, furtherMachines, type FurtherMachines } from "./further-machines";
import type { ParsedConfig } from "../stacks/config/parse";
import { readOutputs, type Outputs } from "./outputs";
import { Ssh } from "./ssh";
import { Web } from "./web";

/** What checks look at: the running stack from its user's side, its machine, and its state. */
export interface Context<P extends Outputs["product"] = Outputs["product"]> extends FurtherMachines {
    stack: string;
    outputs: Extract<Outputs, { product: P }>;
    /** The stack's configuration, with all defaults. */
    config: Extract<ParsedConfig, { product: P }>;
    web: Web;
    machine: Ssh;
    /** The machine that nginx is on: the first one, whichever `machine` is looked at. */
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
    const beside = furtherMachines(outputs, config, directory);
    const given = config.product === "eoxserver" ? config.postgresql.url : undefined;
    const databaseUrl = beside.databaseMachine?.url ?? outputs.databaseUrl ?? given;
    const database = new Database(machine, databaseUrl ? ADMINISTRATOR_ELSEWHERE : LOCAL_ADMINISTRATOR);
    let browser: Promise<Browser | undefined> | undefined;

    return {
        ...{ stack, outputs, config, web, machine, front: machine, ...beside },
        ...{ engine, deployment, databaseUrl, database },
        browser: () => (browser ??= openBrowser(outputs.certificate)),
        close: async () => {
            web.close();
            await Promise.all([machine, ...everyMachine(beside).map(({ ssh }) => ssh)].map((each) => each.close()));
            await (await browser)?.close();
        },
    };
}
