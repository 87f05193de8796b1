import type { EoxServerContext as Context } from "../../context";
import { coverageDifference, pictureDifference } from "../../geotiff";
import { getCoverage, getMap, wmsCapabilities } from "../../ows";
import { ensure } from "../../row";
import { onEachApplication } from "../common/applications";
import { names, sampleOf, type Instance } from "./instance";
import { factsOf, operatorOf } from "./operator";

/**
 * Has a picture registered in the first and the last instance, gets both back through WMS and WCS, and has them taken away again.
 * They are not in the capabilities: what is registered is not shown there until it is made visible.
 */
export async function checkData(context: Context): Promise<string> {
    const sample = sampleOf(context);
    const buckets = await checkStorages(context, sample);
    const comparisons = await Promise.allSettled(sample.map((instance) => compare(context, instance)));
    await Promise.all(sample.map((instance) => operatorOf(context, instance).deregister()));
    const failed = comparisons.find((each) => each.status === "rejected");
    if (failed) {
        throw failed.reason;
    }

    for (const instance of sample) {
        const { status } = await context.web.request(
            getCoverage(instance.ows, await operatorOf(context, instance).registered),
        );
        ensure(status === 404, `${instance.name} still gives the coverage that was taken away (status ${status})`);
    }
    const different = sample.length > 1 ? ", each its own picture" : "";
    return `a GeoTIFF registered in ${names(sample)} came back through GetMap and GetCoverage pixel for pixel${different}, and was taken away again${buckets}`;
}

/** Each bucket of the stack's is a storage of each instance, which can list it. */
async function checkStorages(context: Context, sample: Instance[]): Promise<string> {
    const wanted = Object.keys(context.config.storages ?? {});
    await onEachApplication(context, async (each) => {
        for (const instance of sample) {
            const { storages } = await factsOf(each, instance);
            const missing = wanted.filter((name) => !storages[name]);
            ensure(missing.length === 0, `${instance.name} cannot list the buckets of ${missing.join(", ")}`);
        }
        return "";
    });
    return wanted.length > 0 ? `; the buckets of ${wanted.join(", ")} can be listed` : "";
}

async function compare(context: Context, instance: Instance): Promise<void> {
    const { web } = context;
    const { name, ows } = instance;
    const operator = operatorOf(context, instance);
    const coverageId = await operator.registered;
    const [map, coverage] = await Promise.all([
        web.get(getMap(ows, coverageId)),
        web.get(getCoverage(ows, coverageId)),
    ]);

    const type = map.headers["content-type"];
    ensure(type === "image/png", `GetMap of ${name} gives ${type}: ${map.text.slice(0, 300)}`);
    const wrongMap = pictureDifference(map.body, operator.variant);
    ensure(wrongMap === undefined, `the picture that GetMap of ${name} gives is wrong: ${wrongMap}`);
    const wrongCoverage = await coverageDifference(coverage.body, operator.variant);
    ensure(wrongCoverage === undefined, `the values that GetCoverage of ${name} gives are wrong: ${wrongCoverage}`);
    const { text } = await web.get(wmsCapabilities(ows));
    ensure(!text.includes(coverageId), `the coverage is in the capabilities of ${name}, where users see it`);
}
