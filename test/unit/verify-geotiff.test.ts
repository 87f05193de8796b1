import { PNG } from "pngjs";
import { coverageDifference, FIXTURE, fixtureColour, makeFixture, pictureDifference } from "../../verify/geotiff";
import { getCoverage, getMap } from "../../verify/ows";

function picture(variant: number, change?: (png: PNG) => void): Buffer {
    const png = new PNG({ width: FIXTURE.width, height: FIXTURE.height });
    for (let y = 0; y < png.height; y++) {
        for (let x = 0; x < png.width; x++) {
            png.data.set([...fixtureColour(x, y, variant), 255], (y * png.width + x) * 4);
        }
    }
    change?.(png);
    return PNG.sync.write(png);
}

test("a coverage with all values of the fixture in their places is found right", async () => {
    expect(await coverageDifference(makeFixture(10), 10)).toBeUndefined();
});

test("a coverage of other values is found wrong, with the first place", async () => {
    expect(await coverageDifference(makeFixture(10), 0)).toMatch(
        /^2048 of 2048 pixels differ; at 0,0 there is 0,10,250 instead of 0,0,250$/,
    );
});

test("a picture is compared in the middle of each block, so that an edge may lie half a pixel off", () => {
    expect(pictureDifference(picture(0, (png) => png.data.fill(0, 0, 4 * FIXTURE.width)))).toBeUndefined();
    expect(pictureDifference(picture(0, (png) => png.data.fill(0)))).toMatch(/^32 of 32 pixels differ/);
    expect(pictureDifference(picture(10))).toMatch(/pixels differ/);
});

test("every block has a colour of its own, in both variants", () => {
    const colours = [0, 10].flatMap((variant) =>
        Array.from({ length: 32 }, (_, block) =>
            fixtureColour((block % 8) * 8, Math.floor(block / 8) * 8, variant).join(),
        ),
    );
    expect(new Set(colours).size).toBe(64);
    expect(
        colours
            .join()
            .split(",")
            .every((value) => Number(value) >= 0 && Number(value) <= 255),
    ).toBe(true);
});

test("requests ask for the fixture's own pixels, latitude first as WMS 1.3.0 has it", () => {
    const map = new URL(getMap("https://10.77.0.10/instance00/ows", "picture"));
    expect(map.searchParams.get("bbox")).toBe("34,10,50,42");
    expect(map.searchParams.get("layers")).toBe("picture");
    expect(new URL(getCoverage("https://10.77.0.10/instance00/ows", "a&b")).searchParams.get("coverageId")).toBe("a&b");
});
