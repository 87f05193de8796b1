import { join } from "node:path";
import { NOT_HERE, OmeroWebMachines, OWN, ROWS } from "../e2e/omero-web-machines";
import { expectAllRowsOk } from "../e2e/checks";
import { writtenDuring, type Written } from "../e2e/steady-writes";
import { seenDuring } from "../e2e/visitors";
import type { Seen } from "./visitor";

export const MEMBERS = ["cache1", "cache2", "cache3"];
const WRITER = { program: join(__dirname, "redis-writes.py"), python: "/opt/omero/web/venv3/bin/python" };

/** OMERO.web on one machine, with its sessions in Redis on three others. */
export class RedisCluster extends OmeroWebMachines {
    /** @param settings of `redis`, besides the machines */
    configureCluster(settings: Record<string, unknown> = {}) {
        return { redis: { machines: Object.fromEntries(MEMBERS.map((member) => [member, OWN])), ...settings } };
    }

    /** A command with the functions by which members are asked. */
    ask = async (member: string, command: string): Promise<string> =>
        (await this.stack.sshOn(member, `. /usr/local/lib/science-stacks/redis.sh; ${command}`)).trim();

    /** The member that is master, as the Sentinel of another one has it. */
    async master(by: string): Promise<string> {
        const { redisMembers } = this.outputs;
        const address = await this.ask(by, 'master_by "$address"');
        return MEMBERS.find((member) => redisMembers![member]!.address === address)!;
    }

    /** Waits until a member is what it is to be, and in order. */
    async untilItIs(member: string, role: "master" | "slave"): Promise<void> {
        await this.ask(
            member,
            `timeout 90 bash -c '. ${"/usr/local/lib/science-stacks/redis.sh"}; until [ "$(role)" = ${role} ]; do sleep 0.3; done'`,
        );
    }

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
