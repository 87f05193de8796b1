import { readArguments, UsageError } from "../../bench/arguments";
import { PRODUCTS } from "../../bench/products";
import { eoxserverVersion } from "../../components/eoxserver/software";
import { percentile99 } from "../../bench/requests";
import { median, spread, table, targetRow, withSection } from "../../bench/figures";

describe("the command line of the bench", () => {
    test("a product alone is measured three times", () => {
        expect(readArguments(["omero-web"])).toEqual({ product: "omero-web", rounds: 3, instances: false });
    });

    test("rounds and instances are taken as they are given", () => {
        expect(readArguments(["eoxserver", "--rounds", "5"])).toMatchObject({ rounds: 5 });
        expect(readArguments(["eoxserver", "--instances"])).toMatchObject({ instances: true });
    });

    test.each([
        [[], /name one/],
        [["eoxserver", "omero-web"], /name one/],
        [["postgresql"], /"postgresql" has no bench: there is eoxserver, omero-web/],
        [["eoxserver", "--rounds", "0"], /a number from 1 to 20/],
        [["eoxserver", "--rounds", "21"], /a number from 1 to 20/],
        [["eoxserver", "--rounds", "2.5"], /a number from 1 to 20/],
        [["omero-web", "--instances"], /--instances is for eoxserver/],
        [["eoxserver", "--instances", "--rounds", "2"], /has no rounds/],
        [["eoxserver", "--fast"], /--fast/],
    ])("%j is refused, and the message says why", (words, message) => {
        expect(() => readArguments(words)).toThrow(UsageError);
        expect(() => readArguments(words)).toThrow(message);
    });
});

test("the floor and the playbook of EOxServer install the packages that its stack installs", () => {
    expect(PRODUCTS.eoxserver.inputs()["requirements.txt"]).toContain(`eoxserver==${eoxserverVersion()} `);
});

describe("the figures of the bench", () => {
    test("the median is the middle one, or lies between the two in the middle", () => {
        expect(median([9, 1, 5])).toBe(5);
        expect(median([4, 1, 9, 6])).toBe(5);
        expect(() => median([])).toThrow("nothing was measured");
    });

    test("a measurement is shown with its least and its most", () => {
        expect(spread([70.26, 58, 61.2])).toBe("61.2 (58.0 to 70.3) s");
    });

    test("a ratio is one of medians, and reaches its target or misses it", () => {
        const target = { what: "fresh", ours: [60, 1, 100], other: [50, 50, 50], most: 1.2 };
        expect(targetRow(target)).toEqual(["fresh", "1.20", "at most 1.2", "reached"]);
        expect(targetRow({ ...target, most: 1.15 })).toEqual(["fresh", "1.20", "at most 1.15", "missed"]);
    });

    test("99 of a hundred times are within the percentile", () => {
        expect(percentile99(Array.from({ length: 200 }, (_, index) => 200 - index))).toBe(198);
        expect(percentile99([7])).toBe(7);
    });

    test("a table is one that the formatter leaves as it is", () => {
        expect(table(["", "fresh"], [["ours", "1.0 s"]])).toBe(
            ["|      | fresh |", "| ---- | ----- |", "| ours | 1.0 s |"].join("\n"),
        );
    });

    test("a run replaces the section of its product, and no other", () => {
        const first = withSection("# Measured\n\nHead.\n", "EOxServer", "one");
        const both = withSection(first, "OMERO.web", "two");
        expect(both).toBe("# Measured\n\nHead.\n\n## EOxServer\n\none\n\n## OMERO.web\n\ntwo\n");
        expect(withSection(both, "EOxServer", "three\n")).toBe(
            "# Measured\n\nHead.\n\n## EOxServer\n\nthree\n\n## OMERO.web\n\ntwo\n",
        );
    });
});
