import { testsReport } from "../../verify/rows/dcor/installation";

const suite = (tests: number, failures: number, errors: number, skipped: number) =>
    `<testsuite name="pytest" errors="${errors}" failures="${failures}" skipped="${skipped}" tests="${tests}" time="2.3">`;

test("the results of the extensions' own tests are added up over all of them", () => {
    expect(testsReport([suite(10, 2, 1, 0), suite(5, 0, 0, 2)].join("\n"))).toBe(
        "of their 15 tests, 10 passed when dcor-test ran last, 3 failed, 2 were skipped",
    );
});

test("tests that nobody has run are not said to have passed", () => {
    expect(testsReport("")).toContain("has not been run");
});
