import fc from "fast-check";
import { backendAddress } from "../../components/eoxserver/backend-address";
import { ConfigError } from "../../stacks/config/problem";
import { nearest } from "../../stacks/config/nearest";
import {
    contains,
    formatAddress,
    formatNetwork,
    networkOf,
    parseAddress,
    parseNetwork,
    type Address,
} from "../../stacks/config/network";
import { reservedAs } from "../../stacks/config/reserved-names";
import { LEAST, parse, refusedKeys } from "./config-given";

const instanceName = fc
    .stringMatching(/^[a-z][a-z0-9_]{0,57}$/)
    .filter((name) => reservedAs(name) === undefined && !name.startsWith("pg_") && !name.endsWith("_static"));

const address: fc.Arbitrary<Address> = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => ({ family: 4 as const, value })),
    fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => ({ family: 6 as const, value })),
);

const prefixOf = ({ family }: Address) => fc.integer({ min: 0, max: family === 4 ? 32 : 128 });

test("whatever is given, it is accepted or refused with a reason: nothing else is thrown", () => {
    const anything = fc.oneof(
        fc.json({ maxDepth: 3 }),
        fc.string(),
        fc.constantFrom("{}", "[]", "null", "", '{"mode":"own"}'),
    );
    const section = fc.constantFrom(
        "machine",
        "data",
        "serverName",
        "firewall",
        "tls",
        "instances",
        "eoxserver",
        "mirrors",
    );
    fc.assert(
        fc.property(fc.dictionary(section, anything), (keys) => {
            try {
                parse(keys);
            } catch (error) {
                expect(error).toBeInstanceOf(ConfigError);
                for (const { key, reason, advice } of (error as ConfigError).problems) {
                    expect([key, reason, advice].every((text) => text !== "" && !text.includes("undefined"))).toBe(
                        true,
                    );
                }
            }
        }),
        { numRuns: 500 },
    );
});

test("every identifier that is free is an instance's name, and each name once is enough", () => {
    fc.assert(
        fc.property(fc.uniqueArray(instanceName, { minLength: 1, maxLength: 50 }), (instances) => {
            expect(parse({ instances }).instances.map(({ name }) => name)).toEqual(instances);
        }),
    );
});

test("a repeated name is refused wherever it stands", () => {
    fc.assert(
        fc.property(
            fc.uniqueArray(instanceName, { minLength: 1, maxLength: 20 }),
            fc.nat(),
            fc.nat(),
            (names, from, to) => {
                const repeated = names[from % names.length]!;
                const place = to % (names.length + 1);
                const list = [...names.slice(0, place), repeated, ...names.slice(place)];
                expect(refusedKeys({ instances: list })).toEqual([`instances[${list.lastIndexOf(repeated)}]`]);
            },
        ),
    );
});

test("no text that is not an identifier is an instance's name", () => {
    fc.assert(
        fc.property(
            fc.string({ unit: "grapheme" }).filter((text) => !/^[a-z][a-z0-9_]{0,57}$/.test(text)),
            (text) => expect(refusedKeys({ instances: [text] })).toContain("instances[0]"),
        ),
    );
});

test("any unknown key is refused", () => {
    fc.assert(
        fc.property(
            fc.string({ minLength: 1 }).filter((key) => !["sizeGiB", "onDestroy"].includes(key)),
            (key) => expect(refusedKeys({ data: { ["sizeGiB"]: 20, [key]: 1 } })).toEqual([`data.${key}`]),
        ),
    );
});

test("a back end's address is a loopback address outside 127.0.0.0/16, and always the same", () => {
    fc.assert(
        fc.property(fc.string(), (name) => {
            const parts = backendAddress(name).split(".").map(Number);
            expect(parts[0]).toBe(127);
            expect(parts.slice(1).every((part) => part >= 1 && part <= 254)).toBe(true);
            expect(backendAddress(name)).toBe(backendAddress(name));
        }),
    );
    expect(backendAddress("instance00")).toBe("127.158.213.66");
});

test("two names that lead to one back end's address are refused", () => {
    const [first, second] = twins();
    expect(refusedKeys({ ...LEAST, instances: [first, "other", second] })).toEqual(["instances[2]"]);
});

/** Two names of the same address: by the birthday paradox there is such a pair among some thousands. */
function twins(): [string, string] {
    const seen = new Map<string, string>();
    for (let index = 0; ; index++) {
        const name = `instance${index}`;
        const other = seen.get(backendAddress(name));
        if (other !== undefined) {
            return [other, name];
        }
        seen.set(backendAddress(name), name);
    }
}

test("addresses are read as they are written", () => {
    fc.assert(
        fc.property(address, (each) => {
            expect(parseAddress(formatAddress(each))).toEqual(each);
        }),
    );
});

test("of an address with a prefix, the network that is meant is suggested, and holds the address", () => {
    fc.assert(
        fc.property(
            address.chain((each) => fc.tuple(fc.constant(each), prefixOf(each))),
            ([each, prefix]) => {
                const parsed = parseNetwork(`${formatAddress(each)}/${prefix}`);
                const network = "network" in parsed ? parsed.network : networkOf(parsed.suggestion);
                expect(network).toBeDefined();
                expect(contains(network!, each)).toBe(true);
                expect(networkOf(formatNetwork(network!))).toEqual(network);
            },
        ),
    );
});

test("a word with one letter wrong is known for what it was meant to be", () => {
    const words = ["firewall", "instances", "postgresql", "accessControl", "mirrors"];
    fc.assert(
        fc.property(fc.constantFrom(...words), fc.nat(), fc.constantFrom("", "x", "xx"), (word, at, put) => {
            const place = at % word.length;
            expect(nearest(word.slice(0, place) + put + word.slice(place + 1), words)).toBe(word);
        }),
    );
    expect(nearest("colour", words)).toBeUndefined();
});
