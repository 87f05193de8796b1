import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outputs } from "../../verify/outputs";
import { Ssh } from "../../verify/ssh";
import { Web } from "../../verify/web";

/** A running stack, as its users and administrators reach it. */
export interface Reached<P extends Outputs["product"] = Outputs["product"]> {
    outputs: Extract<Outputs, { product: P }>;
    web: Web;
    machine: Ssh;
    /** Ends the connections; the stack stays. */
    close(): Promise<void>;
}

/** Connections to a stack that has these outputs. */
export function connect<P extends Outputs["product"]>(outputs: Extract<Outputs, { product: P }>): Reached<P> {
    const files = mkdtempSync(join(tmpdir(), "science-stacks-reached-"));
    const machine = new Ssh(outputs.ssh, files);
    const web = new Web(outputs.certificate);
    return {
        ...{ outputs, web, machine },
        close: async () => {
            web.close();
            await machine.close();
            rmSync(files, { recursive: true, force: true });
        },
    };
}
