import { propertyChanges } from "../preview/changes";
import { previewEvents } from "../preview/engine";
import { nameOf, type PreviewEvents } from "../preview/events";
import type { Finding } from "./guest";

/** What the platform has otherwise than the state says, by a refresh that is only previewed. */
export async function lookAtCloud(stack: string): Promise<Finding[]> {
    const events = await previewEvents("refresh", stack, ["--preview-only"]);
    if (!events.finished) {
        throw new Error(`the refresh failed: ${events.messages.map(({ text }) => text).join("\n")}`);
    }
    return cloudFindings(events);
}

/** The outcomes of a refresh that are differences. */
export function cloudFindings({ outcomes }: PreviewEvents): Finding[] {
    return outcomes
        .filter(({ op, custom }) => custom && (op === "update" || op === "delete"))
        .map((step) => ({
            step: nameOf(step.urn),
            differences: step.op === "delete" ? [`${step.type} is gone`] : propertyChanges(step),
        }));
}
