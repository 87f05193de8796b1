import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments, UsageError } from "../../bench/arguments";
import { dcorFiles } from "../../bench/dcor/files";
import { footprintReport, readFootprint } from "../../bench/footprint";
import { PRODUCTS } from "../../bench/products";
import { Dcor } from "../../components/dcor/dcor";
import { DcorSite } from "../../components/dcor/site";
import { VERSIONS } from "../../components/eoxserver/software";
import { Minio } from "../../components/guest/minio";
import { PostgreSql } from "../../components/guest/postgresql";
import { Redis } from "../../components/guest/redis";
import { Solr } from "../../components/guest/solr";
import { UnattendedUpgrades } from "../../components/guest/unattended-upgrades";
import { percentile99 } from "../../bench/requests";
import { median, spread, table, targetRow, withSection } from "../../bench/figures";

describe("the command line of the bench", () => {
    test("a product alone is measured three times", () => {
        expect(readArguments(["omero-web"])).toEqual({ product: "omero-web", rounds: 3 });
    });

    test("rounds and instances are taken as they are given", () => {
        expect(readArguments(["eoxserver", "--rounds", "5"])).toMatchObject({ rounds: 5 });
        expect(readArguments(["eoxserver", "--instances"])).toMatchObject({ grows: "instances" });
        expect(readArguments(["omero-web", "--machines"])).toMatchObject({ grows: "machines" });
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
        [["dcor", "--machines"], /--machines is for omero-web/],
        [["eoxserver", "--fast"], /--fast/],
    ])("%j is refused, and the message says why", (words, message) => {
        expect(() => readArguments(words)).toThrow(UsageError);
        expect(() => readArguments(words)).toThrow(message);
    });
});

test("the floor and the playbook of EOxServer install the packages that its stack installs", () => {
    expect(PRODUCTS.eoxserver.inputs()["requirements.txt"]).toContain(`eoxserver==${VERSIONS[0]} `);
});

describe("the ways of DCOR", () => {
    const text = (name: string) => readFileSync(join(__dirname, "..", "..", "bench", "dcor", name), "utf8");
    const sets = [
        ...[PostgreSql.packages("debian-12"), Redis.packages, Solr.packages, Minio.packages],
        ...[Dcor.buildPackages, Dcor.packages, DcorSite.packages, UnattendedUpgrades.packages({})],
    ];
    const wanted = new Set(sets.flatMap(({ packages }) => packages));

    test("the floor installs the packages that the stack installs, and no others", () => {
        const [, named = ""] = /install ((?:.*\\\n)*.*)/.exec(text("floor.sh"))!;
        expect(new Set(named.split(/[\s\\]+/))).toEqual(wanted);
    });

    test("the playbook lays each file that it names, and names each that the stack lays but for its own scripts", () => {
        const files = Object.keys(dcorFiles("192.0.2.10", {}));
        const playbook = text("playbook.yml").replaceAll("{{ library }}", "/usr/local/lib/dcor");
        const unnamed = files.filter((path) => !playbook.includes(path) && !path.startsWith("/usr/local/lib/dcor/"));
        expect(unnamed).toEqual([]);
        const named = [...playbook.matchAll(/^ {12}- (\/\S+)$/gm)].map(([, path]) => path!);
        const laid = named.filter((path) => /\.(service|timer|conf|ini|py|xml|txt)$|logrotate/.test(path));
        expect(laid.filter((path) => !files.includes(path))).toEqual([]);
    });
});

test("memory and disk of a machine are read as they are printed, or not at all", () => {
    expect(readFootprint("1995\n2360\n")).toEqual({ memoryMiB: 1995, diskMiB: 2360 });
    expect(() => readFootprint("1995\n")).toThrow("cannot be read");
    expect(footprintReport({ ours: [{ memoryMiB: 10, diskMiB: 20 }] })).toContain("| ours | 10 MiB | 20 MiB |");
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
