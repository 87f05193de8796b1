import { z } from "zod";
import { backendAddress } from "../../components/eoxserver/backend-address";
import { checkedText, wholeNumber, type Complaint } from "./field";
import { reservedAs } from "./reserved-names";
import type { Rule } from "./rule";

/** PostgreSQL's names end after 63 bytes, and an instance's database is `eoxs_<name>`. */
const LONGEST_NAME = 63 - "eoxs_".length;

const NAME_RULE =
    `1 to ${LONGEST_NAME} lower-case letters, digits and underscores, the first a letter ` +
    "(it becomes a Python package, a path of the site and, as eoxs_<name>, a database)";

const instanceName = () =>
    checkedText(
        (name) => {
            const taken =
                reservedAs(name) ?? (name.startsWith("pg_") ? "a name that PostgreSQL keeps for itself" : undefined);
            if (taken !== undefined) {
                return {
                    reason: `the name is reserved: it is ${taken}`,
                    advice: `Take another one, e.g. "${name}_data".`,
                };
            }
            const advice = `Take another name, e.g. "${name}s".`;
            return name.endsWith("_static")
                ? { reason: "the path of such a name is that of another instance's static files", advice }
                : undefined;
        },
        z.string().regex(new RegExp(`^[a-z][a-z0-9_]{0,${LONGEST_NAME - 1}}$`)),
    ).meta({ allowed: NAME_RULE });

/** A number of processes of WSGI's daemon mode; without a default, that the stack or the instance may have its own. */
export const processes = () => wholeNumber(1, 100).meta({ unit: "processes" });

/** Threads of a process: the key is there to say why it has no other value. */
export const threads = () =>
    wholeNumber(1, 1).default(1).meta({
        allowed: "1 alone, since MapServer, which draws the maps, is not thread-safe; give more processes instead",
        description: "Threads of each process: always 1.",
    });

const instance = () =>
    z.strictObject({
        name: instanceName().meta({ description: "Its name: of its directory, database, path and Python package." }),
        processes: processes().optional().meta({
            description: "Processes that answer this instance's requests.",
            defaultText: "`eoxserver.processes`",
        }),
        threads: threads(),
        onRemoval: z
            .enum(["keep", "delete"])
            .default("keep")
            .meta({
                description:
                    "What becomes of its database and directory when it is taken from the list. `delete` must have been " +
                    "applied by an `up` before that.",
            }),
    });

export const instances = () =>
    z
        .array(
            z
                .preprocess((given) => (typeof given === "string" ? { name: given } : given), instance())
                .meta({
                    shorthand: "name",
                    description: "A name, or a name with settings of its own.",
                }),
        )
        .min(1)
        .max(50)
        .meta({ description: "The instances of EOxServer, 1 to 50." });

/** No name occurs twice, whatever its letters' case, and no two names lead to the same address of a back end. */
export const instanceNamesRule: Rule = (given) => {
    const list = given("instances");
    const names = (Array.isArray(list) ? (list as unknown[]) : []).map((each) => {
        const name = typeof each === "object" && each !== null && "name" in each ? each.name : each;
        return typeof name === "string" ? name : undefined;
    });
    return names.flatMap((name, index) => {
        const earlier = names.slice(0, index).filter((other) => other !== undefined);
        const complaint = name === undefined ? undefined : conflict(name, earlier);
        return complaint === undefined ? [] : [{ path: ["instances", index, "name"], ...complaint }];
    });
};

function conflict(name: string, earlier: string[]): Complaint | undefined {
    const twin = earlier.find((other) => other.toLowerCase() === name.toLowerCase());
    if (twin !== undefined) {
        return { reason: `"${twin}" is in the list already`, advice: "Name each instance once." };
    }
    const neighbour = earlier.find((other) => backendAddress(other) === backendAddress(name));
    return neighbour === undefined
        ? undefined
        : {
              reason: `its back end would have the address of that of "${neighbour}", ${backendAddress(name)}`,
              advice: "Take another name for one of them.",
          };
}
