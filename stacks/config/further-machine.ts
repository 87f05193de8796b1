import type { z } from "zod";
import { volume } from "./common";
import { keyIn, NAMED, placesWith, SERVICES, withMachine, type Place, type Section } from "./further-services";
import { completeData, machine, machineRules } from "./machine";
import { addressesRule, neighboursRule } from "./neighbours";
import type { Given, RelatedComplaint, Rule } from "./rule";

const serviceVolume = (section: Section) => volume(SERVICES[section], 2, 20);

/** The keys of a service for a machine of its own, beside the stack's first one. */
export const ownMachine = (section: Section) => ({
    machine: machine()
        .optional()
        .meta({
            allowed: "a mapping with the keys of `machine`",
            description: `A further machine of the stack, for ${SERVICES[section]} alone, on the same platform (docs/more-machines.md).`,
            defaultText: `none: ${SERVICES[section]} is on the machine`,
        }),
    data: serviceVolume(section)
        .optional()
        .meta({
            description: `The data volume of \`${section}.machine\`.`,
            defaultText: "one with the defaults of these keys",
        }),
});

interface Keys {
    machine?: z.output<ReturnType<typeof machine>>;
    data?: z.output<ReturnType<typeof serviceVolume>>;
}

/** The keys of a service with the volume of its machine, where it has one of its own. */
export function completeOwnMachine<T extends Keys>(section: Section, given: T): T {
    const { machine, data = serviceVolume(section).parse({}) } = given;
    return machine === undefined ? given : { ...given, data: completeData(data, machine) };
}

/** The keys as the rules of a machine see them: it is the only machine, with a volume, and a product of its own. */
const view =
    (given: Given, place: Place): Given =>
    (...path) => {
        const [section] = path;
        if (section === "product") {
            // Where the product is, it needs what it needs on the only machine.
            return place.key === "applications" ? given(...path) : place.purpose;
        }
        if (section === "instances") {
            return undefined;
        }
        return section === "machine" || section === "data" ? given(...place.path, ...path) : given(...path);
    };

/** What a rule has against a machine that it takes for the only one, with the keys that the file has for it. */
function placed({ path, reason, advice }: RelatedComplaint, place: Place): RelatedComplaint {
    const withPlace = (text: string) => text.replaceAll(/\b(machine|data)\.(?=[a-zA-Z])/g, `${keyIn(place)}.$&`);
    return {
        path: ["machine", "data"].includes(String(path[0])) ? [...place.path, ...path] : path,
        reason: withPlace(reason),
        advice: advice && withPlace(advice),
    };
}

/** A rule of a machine, for each that is beside the first. What it has against keys that they share is said once. */
const forFurtherMachines =
    (rule: Rule): Rule =>
    (given) => {
        const keyOf = ({ path }: RelatedComplaint) => path.join(".");
        const said = new Set(rule(given).map(keyOf));
        return withMachine(given).flatMap((place) => {
            const found = rule(view(given, place))
                .map((complaint) => placed(complaint, place))
                .filter((complaint) => !said.has(keyOf(complaint)));
            found.forEach((complaint) => said.add(keyOf(complaint)));
            return found;
        });
    };

/** A server is in one place. */
const placeRule: Rule = (given) =>
    withMachine(given)
        .filter(({ path: [section], key }) => !NAMED.includes(key) && given(String(section), "url") !== undefined)
        .map(({ path: [section], key }) => ({
            path: [String(section), "machine"],
            reason: `${section}.url names a server elsewhere`,
            advice: `Leave ${section}.url out for a machine of the stack, or ${key} for a server elsewhere.`,
        }));

/** A volume is a machine's. */
const volumeRule: Rule = (given) =>
    placesWith("data", given)
        // The schema says that what has a name and no machine is none.
        .filter(({ path, key }) => !NAMED.includes(key) && given(...path, "machine") === undefined)
        .map((place) => ({
            path: [...place.path, "data"],
            reason: `${place.purpose} has no machine of its own, whose volume it would be`,
            advice: `Give ${place.key} as well, or leave it out: ${place.purpose} is on the volume of \`data\`.`,
        }));

/** What the keys of machines beside the first one must fulfil. */
export const furtherMachineRules: readonly Rule[] = [
    ...[placeRule, volumeRule, neighboursRule, addressesRule],
    ...machineRules.map(forFurtherMachines),
];
