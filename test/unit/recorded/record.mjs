/**
 * Makes a recording of a preview from the engine's events:
 *   PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true npm run --silent pulumi -- preview --json --suppress-outputs --stack STACK | node record.mjs > FILE
 * Left out: what does not change, and the engine's debug messages, which hold secrets.
 */
import { text } from "node:stream/consumers";

for (const line of (await text(process.stdin)).split("\n").filter((each) => each.startsWith("{"))) {
    const event = JSON.parse(line);
    delete event.timestamp;
    const { diagnosticEvent, resourcePreEvent, policyEvent, summaryEvent } = event;
    const metadata = resourcePreEvent?.metadata;
    for (const side of [metadata?.old, metadata?.new]) {
        delete side?.outputs;
    }
    const changes = metadata !== undefined && metadata.op !== "same";
    const said = diagnosticEvent !== undefined && diagnosticEvent.severity !== "debug";
    if (changes || said || policyEvent || summaryEvent) {
        console.log(JSON.stringify(event));
    }
}
