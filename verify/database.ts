import { quote } from "../components/guest/shell";
import type { Ssh } from "./ssh";

/** Asks the PostgreSQL server over its local socket, as its administrator. */
export class Database {
    constructor(private readonly machine: Ssh) {}

    /** The rows that a query gives. */
    async rows<T>(query: string, database = "postgres"): Promise<T[]> {
        const sql = `select coalesce(json_agg(answer), '[]') from (${query}) answer;`;
        const command = `runuser -u postgres -- psql -X -A -t -v ON_ERROR_STOP=1 -d ${quote(database)} -f -`;
        return JSON.parse(await this.machine.run(`cd /; ${command}`, sql)) as T[];
    }
}
