import { readFileSync } from "node:fs";
import { OnGuest, run, since } from "./on-guest";
import type { ProductName } from "./products";
import type { Way } from "./way";

/** The bare commands, by one SSH session. */
export class Floor extends OnGuest implements Way {
    constructor(product: ProductName) {
        super(product, "floor");
    }

    async fresh(): Promise<number> {
        const started = performance.now();
        this.guest.copy(`${this.directory}/files/.`, "/root");
        await run("ssh", [...this.guest.sshOptions, `root@${this.guest.address}`, "bash", "-s"], {
            stdin: readFileSync(this.script("floor.sh")),
        });
        return since(started);
    }
}
