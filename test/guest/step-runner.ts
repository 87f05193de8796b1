import { programText, RUN_STEP, runnerText, type StepProgram } from "../../components/guest/program";
import { Guest, type GuestOptions, type Result } from "./guest";

export { RUN_STEP as RUNNER };

/** A guest that has the step runner, as `Ready` leaves it. */
export function guestWithRunner(label: string, options?: GuestOptions): Guest {
    const guest = Guest.create(label, options);
    giveRunner(guest);
    return guest;
}

/** For a guest that was made anew. */
export function giveRunner(guest: Guest): void {
    guest.run(`bash -euo pipefail -c 'program=$(cat); eval "$program"'`, runnerText());
}

/** Runs a step in a guest as Pulumi does, and tells how it ended. */
export function runStep(guest: Guest, name: string, program: StepProgram, action = "apply"): Result {
    return runStepText(guest, name, programText(program), { action, timeoutSeconds: 600 });
}

/** The same, for a step whose text is given. */
export function runStepText(
    guest: Guest,
    name: string,
    text: string,
    { action = "apply", timeoutSeconds = 60 } = {},
): Result {
    return guest.exec(`${RUN_STEP} ${name} ${action} ${timeoutSeconds}`, text);
}
