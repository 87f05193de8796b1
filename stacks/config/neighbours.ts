import { isIP } from "node:net";
import { keyIn, withMachine, type Place } from "./further-services";
import { DEFAULT_NETWORK } from "./machine/local";
import type { Given, RelatedComplaint, Rule } from "./rule";

/** The port of Session Manager where the configuration says nothing. */
const LOCAL_PORT = 22022;

/** A machine beside the stack's first one, and the machines that it is to be apart from. */
interface Neighbour {
    place: Place;
    /** Its own keys, and those of the first machine. */
    own: Given;
    first: Given;
    /** The machines that are named before it, the first one among them. */
    earlier: readonly { name: string; keys: Given }[];
}

type Check = (neighbour: Neighbour) => RelatedComplaint[];

const keysAt =
    (given: Given, ...path: string[]): Given =>
    (...key) =>
        given(...path, ...key);

const complain = ({ path }: Place, key: readonly string[], reason: string, advice: string): RelatedComplaint[] => [
    { path: [...path, "machine", ...key], reason, advice },
];

/** The keys that machines of one place share. */
const sameAs =
    (key: string, reason: string, standard?: string): Check =>
    ({ place, own, first }) => {
        const [given, wanted] = [own(key) ?? standard, first(key) ?? standard];
        return given === undefined || wanted === undefined || given === wanted
            ? []
            : complain(place, [key], reason, `Give machine.${key}: ${JSON.stringify(wanted)}.`);
    };

/** The keys that only the first machine has. */
const without =
    (key: string, reason: string): Check =>
    ({ place, own }) =>
        own(key) === undefined ? [] : complain(place, [key], reason, "Leave it out.");

/** The keys by which two machines would be one. */
const apart =
    (key: string): Check =>
    ({ place, own, earlier }) => {
        const twin = own(key) === undefined ? undefined : earlier.find(({ keys }) => keys(key) === own(key));
        return twin === undefined ? [] : complain(place, [key], `it is that of ${twin.name}`, "Give another machine.");
    };

/** Each way by Session Manager begins at a port of its own. */
const ownLocalPort: Check = ({ place, own, earlier }) => {
    const portOf = (keys: Given) => keys("sessionManager", "localPort") ?? LOCAL_PORT;
    const twin = earlier.find(({ keys }) => portOf(keys) === portOf(own));
    if (own("sessionManager") === undefined || twin === undefined) {
        return [];
    }
    const taken = new Set(earlier.map(({ keys }) => portOf(keys)));
    const free = Array.from({ length: taken.size + 1 }, (_, index) => LOCAL_PORT + 1 + index).find(
        (port) => !taken.has(port),
    );
    const reason = `it is the port that leads to ${twin.name}`;
    return complain(place, ["sessionManager", "localPort"], reason, `Give another one, e.g. ${free}.`);
};

const CHECKS: Readonly<Record<string, readonly Check[]>> = {
    local: [
        sameAs("network", "it is not the network of the stack's first machine", DEFAULT_NETWORK),
        without("snapshot", "a machine for one service begins with none"),
        apart("address"),
    ],
    aws: [
        sameAs("account", "the stack's machines are in one subnet"),
        sameAs("region", "the stack's machines are in one subnet"),
        without("network", "it is in the subnet of the stack's first machine"),
        ownLocalPort,
    ],
    existing: [apart("host")],
};

/** The stack's machines reach each other, and each of them is one of its own: what is wrong is said of the one that is named later. */
export const neighboursRule: Rule = (given) => {
    const places = withMachine(given);
    const first = keysAt(given, "machine");
    const machines = [
        { name: "the stack's first machine", keys: first },
        ...places.map((place) => ({ name: keyIn(place, "machine"), keys: keysAt(given, ...place.path, "machine") })),
    ];
    return places.flatMap((place, index) => {
        const own = keysAt(given, ...place.path, "machine");
        const [platform, wanted] = [own("platform"), first("platform")];
        if (typeof platform !== "string" || wanted === undefined) {
            return []; // The schema says so.
        }
        if (platform !== wanted) {
            const reason = "it is not that of the stack's first machine, by whose private address it is known there";
            return complain(place, ["platform"], reason, `Allowed: ${JSON.stringify(wanted)}, as machine.platform.`);
        }
        const neighbour = { place, own, first, earlier: machines.slice(0, index + 1) };
        return (CHECKS[platform] ?? []).flatMap((check) => check(neighbour));
    });
};

/** A firewall, and a certificate for an address, ask for the addresses of hosts. */
export const addressesRule: Rule = (given) => {
    const places = withMachine(given);
    const paths = places.length === 0 ? [] : [["machine"], ...places.map(({ path }) => [...path, "machine"])];
    return paths.flatMap((path) => {
        const key = (name: string) => given(...path, name);
        const host = key("host");
        const isName = key("platform") === "existing" && typeof host === "string" && isIP(host) === 0;
        return isName && key("privateAddress") === undefined
            ? [
                  {
                      path: [...path, "privateAddress"],
                      reason: `it must be set: ${path.join(".")}.host is a name, and the stack's other machines know this one by its address`,
                  },
              ]
            : [];
    });
};
