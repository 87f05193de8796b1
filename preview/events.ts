/** What the engine tells while it previews, as far as a review needs it. */

/** The mark of a secret in an event; its content is already taken out by the engine. */
export const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Stands for a value that is known only after another resource has been made. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Properties = Record<string, unknown>;

/** One step of the engine: what happens to one resource. */
export interface Step {
    op: string;
    urn: string;
    type: string;
    /** Components and the stack itself are not custom: they are only names for what is below them. */
    custom: boolean;
    old?: Properties;
    new?: Properties;
    /** The properties that differ. */
    diffs: string[];
    /** The resource stays where it is when the stack forgets it. */
    retained: boolean;
}

export interface PolicyViolation {
    resource: string;
    policy: string;
    level: string;
    message: string;
}

export interface PreviewEvents {
    steps: Step[];
    /** What the steps ended with: of a refresh, only this says what was found. */
    outcomes: Step[];
    /** Errors and warnings, without colours. */
    messages: { severity: string; text: string }[];
    violations: PolicyViolation[];
    /** False when the preview was cut off or has failed. */
    finished: boolean;
}

interface StateMetadata {
    custom?: boolean;
    inputs?: Properties;
    outputs?: Properties;
    retainOnDelete?: boolean;
}

interface StepMetadata {
    op: string;
    urn: string;
    type: string;
    old?: StateMetadata | null;
    new?: StateMetadata | null;
    diffs?: string[];
}

interface EngineEvent {
    resourcePreEvent?: { metadata: StepMetadata };
    resOutputsEvent?: { metadata: StepMetadata };
    diagnosticEvent?: { prefix?: string; message: string; severity: string };
    policyEvent?: { resourceUrn?: string; policyName: string; enforcementLevel: string; message: string };
    summaryEvent?: { result?: string };
}

/**
 * Reads the events of `pulumi preview --json`, or refresh, with PULUMI_ENABLE_STREAMING_JSON_PREVIEW.
 * The engine's debug messages have secrets in plain text: they are dropped here, and the text itself must never be stored.
 */
export function readEvents(text: string): PreviewEvents {
    const read: PreviewEvents = { steps: [], outcomes: [], messages: [], violations: [], finished: false };
    for (const line of text.split("\n").filter((each) => each.startsWith("{"))) {
        const event = JSON.parse(line) as EngineEvent;
        const { resourcePreEvent, resOutputsEvent, diagnosticEvent, policyEvent, summaryEvent } = event;
        if (resourcePreEvent) {
            read.steps.push(readStep(resourcePreEvent.metadata));
        } else if (resOutputsEvent) {
            read.outcomes.push(readStep(resOutputsEvent.metadata));
        } else if (diagnosticEvent && ["error", "warning"].includes(diagnosticEvent.severity)) {
            const message = withoutColours(diagnosticEvent.message).trim();
            read.messages.push({ severity: diagnosticEvent.severity, text: message });
        } else if (policyEvent) {
            read.violations.push({
                resource: nameOf(policyEvent.resourceUrn ?? ""),
                policy: policyEvent.policyName,
                level: policyEvent.enforcementLevel,
                message: withoutColours(policyEvent.message).trim(),
            });
        } else if (summaryEvent) {
            read.finished = summaryEvent.result !== "failed";
        }
    }
    return read;
}

function readStep({ op, urn, type, old: before, new: after, diffs }: StepMetadata): Step {
    return {
        ...{ op, urn, type, diffs: diffs ?? [] },
        custom: (after ?? before)?.custom ?? false,
        old: before?.inputs,
        new: after?.inputs,
        retained: before?.retainOnDelete ?? false,
    };
}

/** The name of a resource: the end of its URN. */
export function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

export function isSecret(value: unknown): boolean {
    return typeof value === "object" && value !== null && SECRET_SIGNATURE in value;
}

/** Whether a value, or a part of it, is not known yet. */
export function isUnknown(value: unknown): boolean {
    return value !== undefined && JSON.stringify(value).includes(UNKNOWN);
}

function withoutColours(text: string): string {
    // Both the terminal's own codes and the engine's marks for them.
    return text.replaceAll(/\u001b\[[0-9;]*m|<\{%[^%]*%\}>/g, "");
}
