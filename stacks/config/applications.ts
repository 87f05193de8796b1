import { BALANCER_PORT } from "../../components/guest/balancer-files";
import { applicationNames } from "./further-services";
import { nameComplaints, namedMachines, NAME_TEXT } from "./named-machines";
import type { Given, RelatedComplaint, Rule } from "./rule";

/** How many application machines a stack may have. */
const MOST = 30;
const ALLOWED = `a mapping of 1 to ${MOST} names to machines; a name has ${NAME_TEXT}`;

export interface Applications {
    /** The product. */
    what: string;
    /** What is on the first machine, e.g. "behind nginx and HAProxy on the first one". */
    behind: string;
    /** The size of their volumes in GiB: the least, and the default; and what is on them. */
    size: readonly [least: number, usual: number];
    data: string;
}

/** `applications`: the machines of a product, by name, so that one that comes or goes leaves the others as they are. */
export const applications = ({ what, behind, size, data }: Applications) =>
    namedMachines(what, size, data).meta({
        allowed: ALLOWED,
        description: `${what} on several machines of the stack, ${behind} (docs/more-machines.md). Each has a name of ${NAME_TEXT}.`,
        defaultText: `none: ${what} is on the stack's first machine`,
    });

/** The names are those of machines, and there are not too many. */
export const applicationNamesRule: Rule = (given) => {
    const names = applicationNames(given);
    const wrong = nameComplaints({
        ...{ path: ["applications"], names, whose: "an application machine", example: "app1" },
    });
    const count =
        given("applications") === undefined || (names.length >= 1 && names.length <= MOST)
            ? []
            : [{ path: ["applications"], reason: `${names.length} are given`, advice: `Allowed: ${ALLOWED}.` }];
    return [...wrong, ...count];
};

/** What a web port of the first machine must not be. */
export const balancerPorts = (given: Given): [number, string][] =>
    applicationNames(given).length === 0 ? [] : [[BALANCER_PORT, "HAProxy"]];

/** The machines that the product itself is on. */
export const applicationPlaces = (given: Given): RelatedComplaint["path"][] => {
    const names = applicationNames(given);
    return names.length === 0 ? [["machine"]] : names.map((name) => ["applications", name, "machine"]);
};
