import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOCAL_ADMINISTRATOR } from "../components/guest/postgresql-server";
import { parseConfig } from "../stacks/config/parse";
import { openBrowser } from "../verify/browser";
import type { Context } from "../verify/context";
import { Database } from "../verify/database";
import { readOutputs } from "../verify/outputs";
import { products } from "../verify/rows/products";
import { runRows } from "../verify/run";
import { Ssh } from "../verify/ssh";
import { Web } from "../verify/web";
import { PRODUCTS, type ProductName } from "./products";

/**
 * Asks a machine the rows of `verify` that are the product's own, whichever way it was installed.
 * @param outputs what a stack of the product gives out, of this machine
 * @param only the ids of the rows to ask. @default all of the product's
 * @throws Error when a row fails, or none was asked
 */
export async function check(product: ProductName, outputs: unknown, only?: readonly string[]): Promise<string[]> {
    const directory = await mkdtemp(join(tmpdir(), "science-stacks-bench-"));
    const { certificate, ssh, ...others } = readOutputs("bench", outputs);
    const machine = new Ssh(ssh, directory);
    const web = new Web(certificate);
    const browser = openBrowser(certificate);
    // The product's own rows look at the machine and its site; what is about the state and the engine is for stacks.
    const context: Omit<Context, "engine" | "deployment" | "close"> = {
        ...{ stack: "bench", outputs: { certificate, ssh, ...others }, config: configurationOf(product) },
        ...{ machine, front: machine, databaseMachine: undefined, objectStoreMachine: undefined },
        ...{ redisMachine: undefined, searchMachine: undefined },
        ...{
            applicationMachines: [],
            databaseMembers: [],
            redisMembers: [],
            searchMembers: [],
            databaseUrl: undefined,
            database: new Database(machine, LOCAL_ADMINISTRATOR),
        },
        ...{ web, browser: () => browser },
    };
    try {
        const rows = products[product].rows.filter(({ id }) => only?.includes(id) ?? true);
        const results = await runRows(rows, context as Context);
        const failed = results.filter(({ ok }) => ok === false);
        if (failed.length > 0) {
            throw new Error(failed.map(({ id, detail }) => `${id} fails: ${detail}`).join("\n"));
        }
        const seen = results.filter(({ ok }) => ok === true).map(({ id }) => id);
        if (seen.length === 0) {
            throw new Error("no row of verify was asked");
        }
        return seen;
    } finally {
        web.close();
        await machine.close();
        await (await browser)?.close();
        await rm(directory, { recursive: true });
    }
}

function configurationOf(product: ProductName) {
    const keys = Object.entries(PRODUCTS[product].configuration);
    const values = keys.map(([key, value]) => [
        `science-stacks:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return parseConfig("bench", "bench", Object.fromEntries(values) as Record<string, string>);
}
