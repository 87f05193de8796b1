import type { DatabaseAdministrator } from "../components/guest/postgresql-server";
import { quote } from "../components/guest/shell";
import type { Ssh } from "./ssh";

/** Asks the PostgreSQL server from the machine, as its administrator. */
export class Database {
    constructor(
        private readonly machine: Ssh,
        private readonly administrator: DatabaseAdministrator,
    ) {}

    /** The rows that a query gives. @param database @default the administrator's own */
    async rows<T>(query: string, database?: string): Promise<T[]> {
        const sql = `select coalesce(json_agg(answer), '[]') from (${query}) answer;`;
        const { user, environment } = this.administrator;
        const target = database === undefined ? "" : `-d ${quote(database)}`;
        const command = `runuser -u ${user} -- env ${environment.join(" ")} psql -X -A -t -v ON_ERROR_STOP=1 ${target} -f -`;
        return JSON.parse(await this.machine.run(`cd /; ${command}`, sql)) as T[];
    }
}
