import { FIXTURE } from "./geotiff";

/** Requests of OGC's services to one instance. @param ows its address, e.g. `https://10.77.0.10/instance00/ows` */
export function wmsCapabilities(ows: string): string {
    return query(ows, { service: "WMS", version: "1.3.0", request: "GetCapabilities" });
}

export function wcsCapabilities(ows: string): string {
    return query(ows, { service: "WCS", version: "2.0.1", request: "GetCapabilities" });
}

/** A picture of all of the fixture, a pixel for each of its pixels. */
export function getMap(ows: string, layer: string): string {
    const { south, west, north, east } = FIXTURE.extent;
    return query(ows, {
        ...{ service: "WMS", version: "1.3.0", request: "GetMap", layers: layer, styles: "", format: "image/png" },
        ...{ crs: "EPSG:4326", bbox: [south, west, north, east].join(), width: FIXTURE.width, height: FIXTURE.height },
    });
}

export function getCoverage(ows: string, coverageId: string): string {
    return query(ows, { service: "WCS", version: "2.0.1", request: "GetCoverage", coverageId, format: "image/tiff" });
}

function query(ows: string, parameters: Record<string, string | number>): string {
    const url = new URL(ows);
    Object.entries(parameters).forEach(([key, value]) => url.searchParams.set(key, String(value)));
    return url.href;
}
