import { join } from "node:path";
import { NOT_HERE, OmeroWebMachines, OWN, ROWS } from "../e2e/omero-web-machines";
import { expectAllRowsOk } from "../e2e/checks";
import { writtenDuring, type Written } from "../e2e/steady-writes";
import { seenDuring } from "../e2e/visitors";
import { RedisMembers } from "./redis-members";
import type { Seen } from "./visitor";

const WRITER = { program: join(__dirname, "redis-writes.py"), python: "/opt/omero/web/venv3/bin/python" };

/** OMERO.web on one machine, with its sessions in Redis on three others. */
export class RedisCluster extends OmeroWebMachines {
    readonly redis = new RedisMembers(this.stack, () => this.outputs);

    /** @param settings of `redis`, besides the machines */
    configureCluster = (settings: Record<string, unknown> = {}) => RedisMembers.configuration(OWN, settings);

    /** What users, and somebody who writes all the time, saw during something. */
    async duringWrites(
        what: string,
        work: () => Promise<unknown>,
    ): Promise<Written & { seen: Record<"visitor" | "user", Seen> }> {
        let seen: Record<"visitor" | "user", Seen>;
        const written = await writtenDuring(
            this.stack,
            what,
            async () => (seen = await seenDuring(what, this.visits, work)),
            WRITER,
        );
        return { ...written, seen: seen! };
    }

    expectWhole() {
        // Gunicorn has nobody on another machine.
        return expectAllRowsOk(this.stack, [...NOT_HERE, "O07"], ROWS);
    }
}
