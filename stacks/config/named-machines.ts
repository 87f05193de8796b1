import { z } from "zod";
import { volume } from "./common";
import { completeData, machine } from "./machine";
import type { Given, RelatedComplaint, Rule } from "./rule";

/** What its user may call a machine: part of its host name, and of the names of its resources. */
const NAME = /^[a-z][a-z0-9]{0,11}$/;
export const NAME_TEXT = "1 to 12 lower-case letters and digits, the first a letter";
/** Names that commands have for other machines of a stack, and which ones those are. */
const RESERVED = new Map([
    ["database", "the only machine of a database"],
    ["redis", "Redis' machine"],
    ["search", "Solr's machine"],
]);

/** A machine beside the stack's first one that its user has named. @param size of its volume in GiB: the least, and the default */
const namedMachine = (purpose: string, size: readonly [least: number, usual: number], data: string) =>
    z.strictObject({
        machine: machine().meta({
            allowed: "a mapping with the keys of `machine`",
            description: "The machine, on the platform of the stack's first one.",
        }),
        data: volume(purpose, ...size)
            .prefault({})
            .meta({ description: data }),
    });

/** Such machines by their names, so that one that comes, goes or is replaced leaves the others as they are. */
export const namedMachines = (...args: Parameters<typeof namedMachine>) =>
    z.record(z.string(), namedMachine(...args)).optional();

type NamedMachines = z.output<ReturnType<typeof namedMachines>>;

/** The machines with the defaults that follow from other values. */
export const completeNamedMachines = (given: NamedMachines): NamedMachines =>
    given &&
    Object.fromEntries(
        Object.entries(given).map(([name, { machine, data }]) => [
            name,
            { machine, data: completeData(data, machine) },
        ]),
    );

interface Names {
    /** Where the configuration has the machines. */
    path: readonly string[];
    names: readonly string[];
    /** Whose machines they are, e.g. "an application machine". */
    whose: string;
    example: string;
}

/** The names that no machine may have. */
export function nameComplaints({ path, names, whose, example }: Names): RelatedComplaint[] {
    const complain = (name: string, reason: string, advice: string) => ({ path: [...path, name], reason, advice });
    return [
        ...names
            .filter((name) => !NAME.test(name))
            .map((name) => complain(name, `this is no name of ${whose}`, `Give ${NAME_TEXT}.`)),
        ...names
            .filter((name) => RESERVED.has(name))
            .map((name) =>
                complain(
                    name,
                    `the name is reserved: it is that of ${RESERVED.get(name)}`,
                    `Take another one, e.g. "${example}".`,
                ),
            ),
    ];
}

/** A key that does not go with something, why, and what to do. */
export type Refused = readonly [path: readonly string[], reason: string, advice: string];

/** Keys that have no meaning, or another one, where there is something. */
export const refusedWith =
    (isThere: (given: Given) => boolean, refused: readonly Refused[]): Rule =>
    (given) =>
        isThere(given)
            ? refused
                  .filter(([path]) => given(...path) !== undefined)
                  .map(([path, reason, advice]) => ({ path, reason, advice }))
            : [];
