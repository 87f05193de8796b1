import { execute } from "../verify/processes";
import { readEvents, type PreviewEvents } from "./events";

/**
 * Runs `pulumi preview` or `pulumi refresh --preview-only` and gives what it told. The engine's own messages in its stream
 * hold secrets: it stays in this process's memory.
 */
export async function previewEvents(
    command: "preview" | "refresh",
    stack: string,
    args: string[],
): Promise<PreviewEvents> {
    const { status, stdout, stderr } = await execute(
        "pulumi",
        [command, "--json", "--non-interactive", "--suppress-outputs", "--stack", stack, ...args],
        { env: { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" } },
    );
    const events = readEvents(stdout);
    events.finished &&= status === 0;
    if (!events.finished && events.messages.length + events.violations.length === 0) {
        events.messages.push({ severity: "error", text: stderr.trim() });
    }
    return events;
}
