import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a program below `verify/guest`, for the machine. */
export function guestProgram(name: string): string {
    return readFileSync(join(__dirname, "guest", name), "utf8");
}
