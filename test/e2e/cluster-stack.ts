import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { expectAllRowsOk } from "./checks";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

export type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

const MINUTE = 60_000;
/** The row that a stack without an access control cannot show. */
const NOT_HERE = ["E15"];
const ROWS = 30;
const PATRONI = "patronictl -c /etc/patroni/config.yml";
export const MEMBERS = ["db1", "db2", "db3"];
/** What the configuration of the cluster allows a failover, and what it takes besides. */
export const MOST_SECONDS = 45;

/** A program of psql on a member. */
export const psql = (query: string, database = "eoxs_instance00") =>
    `cd /; runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d ${database} -c "${query}"`;

export const otherThan = (member: string) => MEMBERS.find((each) => each !== member)!;

/** EOxServer with its database on three machines. */
export class ClusterStack extends TestStack {
    /** @param settings of `postgresql`, besides the machines */
    configureCluster(settings: Record<string, unknown> = {}): void {
        const own = { machine: { ...SMALL.eoxserver.machine }, data: { sizeGiB: 5 } };
        const machines = Object.fromEntries(MEMBERS.map((member) => [member, own]));
        // On the first machine's root disk, which is not the volume's.
        const backup = { repository: { mode: "directory", path: "/srv/backups" } };
        this.configure({ ...SMALL.eoxserver, postgresql: { machines, ...settings }, backup });
    }

    /** The members in a role, as another one of them sees it. */
    async members(role: RegExp, by: string): Promise<string[]> {
        const list = await this.sshOn(by, `cd /; ${PATRONI} list --format tsv`);
        return list
            .split("\n")
            .slice(1)
            .map((line) => line.split("\t"))
            .filter((fields) => fields.some((field) => role.test(field)))
            .flatMap((fields) => MEMBERS.filter((member) => fields.includes(member)));
    }

    async leader(by = "db1"): Promise<string> {
        return (await this.members(/^Leader$/, by))[0]!;
    }

    /** Waits until a member gets all that is written. */
    untilItStreams(member: string): Promise<void> {
        return this.untilItSays(member, "SELECT status FROM pg_stat_wal_receiver", "streaming\n");
    }

    /** Waits until a query has an answer on a member. */
    async untilItSays(member: string, query: string, answer: string): Promise<void> {
        const deadline = Date.now() + 2 * MINUTE;
        for (let said = ""; said !== answer;) {
            said = await this.sshOn(member, psql(query)).catch((error: unknown) => String(error));
            if (said !== answer && Date.now() > deadline) {
                throw new Error(`${member} says ${said} instead of ${answer}`);
            }
            await sleep(said === answer ? 0 : 1000);
        }
    }

    expectWhole() {
        return expectAllRowsOk(this, NOT_HERE, ROWS);
    }
}
