import fc from "fast-check";
import { randomString, shuffled } from "../../offline/plugins/random/characters";
import type { CharacterRules } from "../../offline/plugins/random/characters";
import { generator } from "../../offline/plugins/random/generator";
import { uuid7 } from "../../offline/plugins/random/identifiers";
import { petName } from "../../offline/plugins/random/pet-name";

const classes = { upper: /[A-Z]/g, lower: /[a-z]/g, numeric: /[0-9]/g, special: /[!@#$%&*()\-_=+[\]{}<>:?]/g };
const rules: CharacterRules = {
    ...{ length: 16, upper: true, lower: true, numeric: true, special: true },
    ...{ minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0 },
};

test("a random text has its length, its minimum of each class and only what is allowed", () => {
    const few = fc.nat({ max: 6 });
    const wanted = fc.record({ minUpper: few, minLower: few, minNumeric: few, minSpecial: few });
    const allowed = fc.record({ upper: fc.boolean(), lower: fc.boolean(), numeric: fc.boolean() });
    fc.assert(
        fc.property(wanted, allowed, fc.nat({ max: 30 }), (minimums, kinds, more) => {
            const sum = Object.values(minimums).reduce((total, count) => total + count, 0);
            const text = randomString({ ...rules, ...kinds, ...minimums, length: sum + more });
            const count = (kind: keyof typeof classes) => text.match(classes[kind])?.length ?? 0;
            expect(text).toHaveLength(sum + more);
            expect(count("upper")).toBeGreaterThanOrEqual(minimums.minUpper);
            expect(count("lower")).toBeGreaterThanOrEqual(minimums.minLower);
            expect(count("numeric")).toBeGreaterThanOrEqual(minimums.minNumeric);
            expect(count("special")).toBeGreaterThanOrEqual(minimums.minSpecial);
            for (const kind of ["upper", "lower", "numeric"] as const) {
                const most = kinds[kind]
                    ? text.length
                    : minimums[`min${kind[0]!.toUpperCase()}${kind.slice(1)}` as "minUpper"];
                expect(count(kind)).toBeLessThanOrEqual(most);
            }
            expect(Object.keys(classes).reduce((all, kind) => all + count(kind as "upper"), 0)).toBe(text.length);
        }),
    );
});

test("special characters of one's own take the place of the usual ones", () => {
    const only = { ...rules, upper: false, lower: false, numeric: false, overrideSpecial: "ab" };
    expect(randomString({ ...only, length: 200 })).toMatch(/^[ab]{200}$/);
    expect(() => randomString({ ...only, special: false })).toThrow("no characters to choose from");
});

test("each character is as likely as any other, in every place", () => {
    const text = Array.from({ length: 200 }, () => randomString({ ...rules, length: 400 }));
    const counts = new Map<string, number>();
    [...text.join("")].forEach((character) => counts.set(character, (counts.get(character) ?? 0) + 1));
    const expected = 80_000 / 83;
    expect(counts.size).toBe(83);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 82 degrees of freedom: beyond 160 is one run in several millions.
    expect(chiSquared).toBeLessThan(160);

    const firsts = Array.from({ length: 4000 }, () => randomString({ ...rules, length: 8, minNumeric: 2 })[0]!);
    const digits = firsts.filter((character) => /\d/.test(character)).length / 4000;
    expect(digits).toBeCloseTo((2 + (6 * 10) / 83) / 8, 1);
});

test("a shuffled list has the same elements, and each order comes up", () => {
    fc.assert(fc.property(fc.array(fc.string()), (list) => expect(shuffled(list).sort()).toEqual([...list].sort())));
    expect(new Set(Array.from({ length: 1000 }, () => shuffled(["a", "b", "c"]).join(""))).size).toBe(6);
});

test("a seed always gives the same numbers, another one others; without a seed they differ", () => {
    const numbers = (seed?: string) =>
        Array.from(
            { length: 20 },
            (
                (below) => () =>
                    below(1000)
            )(generator(seed)),
        );
    expect(numbers("a")).toEqual(numbers("a"));
    expect(numbers("a")).not.toEqual(numbers("b"));
    expect(numbers()).not.toEqual(numbers());
});

test("a chosen number is below its limit, up to 2^53", () => {
    const limits = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2 ** 53 - 1 }));
    fc.assert(
        fc.property(limits, (limit) => {
            const number = generator()(limit);
            expect(Number.isSafeInteger(number) && number >= 0 && number < limit).toBe(true);
        }),
    );
});

test("a UUID of version 7 is one, and later ones sort behind earlier ones", () => {
    const [early, late] = [uuid7(1_700_000_000_000), uuid7(1_700_000_000_001)];
    expect(early).toMatch(/^018bcfe5-6800-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(early < late).toBe(true);
});

test("a pet's name has as many words as are asked for, all of small letters", async () => {
    for (const count of [1, 2, 3, 5]) {
        const words = await petName(count);
        expect(words).toHaveLength(count);
        words.forEach((word) => expect(word).toMatch(/^[a-z]+$/));
    }
});
