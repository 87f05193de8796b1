import type { GuestFile } from "./program";
import { guestScript } from "./shell";

/** The program by which a unit is active when its service answers: `ExecStartPost=/usr/local/lib/science-stacks/answers URL`. */
export const ANSWERS: Record<string, GuestFile> = {
    "/usr/local/lib/science-stacks/answers": { content: guestScript("services/answers.sh"), mode: "755" },
};
