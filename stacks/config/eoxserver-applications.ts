import { applicationNames } from "./further-services";
import { hasOwnServer } from "./postgresql-elsewhere";
import type { Rule } from "./rule";

/** What the instances know is in their databases, which all machines must reach. */
const databaseRule: Rule = (given) => {
    const [url, machine, machines, rds] = ["url", "machine", "machines", "rds"].map((key) => given("postgresql", key));
    return applicationNames(given).length > 0 && hasOwnServer({ postgresql: { url, machine, machines, rds } })
        ? [
              {
                  path: ["applications"],
                  reason: "its machines share the databases, and PostgreSQL is on the stack's first machine, for that one alone",
                  advice: "Give postgresql.machine, postgresql.machines, postgresql.rds or postgresql.url as well (docs/more-machines.md), or leave applications out.",
              },
          ]
        : [];
};

/** What is so of EOxServer's machines alone. */
export const eoxserverApplicationRules: readonly Rule[] = [databaseRule];
