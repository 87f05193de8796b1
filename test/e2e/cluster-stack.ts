import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { expectAllRowsOk } from "./checks";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

export type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

const MINUTE = 60_000;
const PATRONI = "patronictl -c /etc/patroni/config.yml";

/** A product, as far as a stack with its database on three machines is made with it and looked at. */
interface ClusterProduct {
    /** The smallest stack of it. */
    least: { machine: object };
    /** A database of it. */
    database: string;
    /** Rows that the stack cannot show, and how many there are. */
    notHere: string[];
    rows: number;
}

const EOXSERVER: ClusterProduct = {
    ...{ least: SMALL.eoxserver, database: "eoxs_instance00" },
    // It has no access control.
    ...{ notHere: ["E15"], rows: 30 },
};
export const DCOR: ClusterProduct = {
    ...{ least: SMALL.dcor, database: "ckan_default" },
    // It is not for development.
    ...{ notHere: ["D10"], rows: 32 },
};
export const MEMBERS = ["db1", "db2", "db3"];
/** What the configuration of the cluster allows a failover, and what it takes besides. */
export const MOST_SECONDS = 45;

/** A program of psql on a member. */
export const psql = (query: string, database = EOXSERVER.database) =>
    `cd /; runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d ${database} -c "${query}"`;

export const otherThan = (member: string) => MEMBERS.find((each) => each !== member)!;

/** A product with its database on three machines. */
export class ClusterStack extends TestStack {
    constructor(
        label: string,
        private readonly product = EOXSERVER,
    ) {
        super(label);
    }

    /** @param settings of `postgresql`, besides the machines */
    configureCluster(settings: Record<string, unknown> = {}): void {
        const { least } = this.product;
        const own = { machine: { ...least.machine }, data: { sizeGiB: 5 } };
        const machines = Object.fromEntries(MEMBERS.map((member) => [member, own]));
        // On the first machine's root disk, which is not the volume's.
        const backup = { repository: { mode: "directory", path: "/srv/backups" } };
        this.configure({ ...least, postgresql: { machines, ...settings }, backup });
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
            const asked = this.sshOn(member, psql(query, this.product.database));
            said = await asked.catch((error: unknown) => String(error));
            if (said !== answer && Date.now() > deadline) {
                throw new Error(`${member} says ${said} instead of ${answer}`);
            }
            await sleep(said === answer ? 0 : 1000);
        }
    }

    /** @param ofEach rows that are of each member, too @returns what a row says */
    async expectWhole(ofEach: readonly string[] = []): Promise<(row: string) => string | undefined> {
        const { rows } = await expectAllRowsOk(this, this.product.notHere, this.product.rows);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        for (const row of ofEach) {
            for (const member of MEMBERS) {
                expect(detail(row)).toContain(`${this.beside(member)}: `);
            }
        }
        return detail;
    }
}
