import { fromArrayBuffer, writeArrayBuffer } from "geotiff";
import { PNG } from "pngjs";

/**
 * A picture of known pixels: 8 x 4 blocks of 8 x 8 pixels, each block of a colour of its own, none of them black.
 * In blocks, since MapServer may draw an edge half a pixel off: the middle of a block is exact.
 */
export const FIXTURE = {
    width: 64,
    height: 32,
    block: 8,
    /** Degrees on WGS 84; the pixels are half a degree wide. */
    extent: { west: 10, south: 34, east: 42, north: 50 },
};

const BANDS = 3;

export type Pixel = readonly [red: number, green: number, blue: number];

/** The colour of the fixture at a pixel. @param variant another number gives other colours */
export function fixtureColour(x: number, y: number, variant = 0): Pixel {
    const [column, row] = [Math.floor(x / FIXTURE.block), Math.floor(y / FIXTURE.block)];
    return [30 * column, 60 * row + variant, 250 - 20 * (column + row)];
}

/** The fixture as a GeoTIFF file. */
export function makeFixture(variant = 0): Buffer {
    const { width, height, extent } = FIXTURE;
    const values = new Uint8Array(width * height * BANDS);
    for (const [x, y] of pixels()) {
        values.set(fixtureColour(x, y, variant), (y * width + x) * BANDS);
    }
    const file: unknown = writeArrayBuffer(values, {
        width,
        height,
        SamplesPerPixel: [BANDS],
        BitsPerSample: Array<number>(BANDS).fill(8),
        SampleFormat: Array<number>(BANDS).fill(1),
        PhotometricInterpretation: 2,
        ModelTiepoint: [0, 0, 0, extent.west, extent.north, 0],
        ModelPixelScale: [(extent.east - extent.west) / width, (extent.north - extent.south) / height, 0],
        GTModelTypeGeoKey: 2,
        GTRasterTypeGeoKey: 1,
        GeographicTypeGeoKey: 4326,
    });
    return Buffer.from(file as ArrayBuffer);
}

/** What is wrong with a coverage that should have each value of the fixture, in the fixture's place; undefined when nothing is. */
export async function coverageDifference(file: Buffer, variant = 0): Promise<string | undefined> {
    const image = await (await fromArrayBuffer(new Uint8Array(file).buffer)).getImage();
    const { width, height, extent } = FIXTURE;
    if (image.getWidth() !== width || image.getHeight() !== height) {
        return `it is ${image.getWidth()} x ${image.getHeight()} pixels instead of ${width} x ${height}`;
    }
    const box = image.getBoundingBox();
    if (box.join() !== [extent.west, extent.south, extent.east, extent.north].join()) {
        return `it lies at ${box.join(", ")}`;
    }
    const bands = (await image.readRasters()) as unknown as Uint8Array[];
    return difference(pixels(), (x, y) => bands.map((band) => band[y * width + x] ?? NaN), variant);
}

/** What is wrong with a picture of all of the fixture in its own size, looked at in the middle of each block. */
export function pictureDifference(file: Buffer, variant = 0): string | undefined {
    const picture = PNG.sync.read(file);
    const { width, height, block } = FIXTURE;
    if (picture.width !== width || picture.height !== height) {
        return `it is ${picture.width} x ${picture.height} pixels instead of ${width} x ${height}`;
    }
    const middles = pixels().filter(([x, y]) => x % block === block / 2 && y % block === block / 2);
    const at = (x: number, y: number) => [...picture.data.subarray((y * width + x) * 4, (y * width + x) * 4 + BANDS)];
    return difference(middles, at, variant);
}

function difference(
    places: [number, number][],
    at: (x: number, y: number) => number[],
    variant: number,
): string | undefined {
    const wrong = places.filter(([x, y]) => at(x, y).join() !== fixtureColour(x, y, variant).join());
    const [first] = wrong;
    return first === undefined
        ? undefined
        : `${wrong.length} of ${places.length} pixels differ; at ${first.join()} there is ${at(...first).join()} instead of ${fixtureColour(...first, variant).join()}`;
}

function pixels(): [number, number][] {
    const { width, height } = FIXTURE;
    return Array.from({ length: width * height }, (_, index) => [index % width, Math.floor(index / width)]);
}
