import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { keysOf } from "./configuration";
import { expiryOf } from "./name";

const stacks = join(__dirname, "..", "stacks");
/** The configurations of the stacks that stand by: made, with an identity of their own, and powered off; of each backend by itself. */
const backend = createHash("sha256")
    .update(process.env["PULUMI_BACKEND_URL"] ?? "")
    .digest("hex");
const aside = join(stacks, "standby", backend.slice(0, 12));

export const configurationOf = (stack: string) => join(stacks, `Pulumi.${stack}.yaml`);

/** Puts a stack aside, for whoever takes it first. */
export function putAside(stack: string): void {
    mkdirSync(aside, { recursive: true });
    renameSync(configurationOf(stack), join(aside, `${stack}.yaml`));
}

/** The stacks that stand by, with the snapshot that each of them began with. */
export function standingBy(): { stack: string; snapshot: unknown }[] {
    const files = existsSync(aside) ? readdirSync(aside).filter((file) => file.endsWith(".yaml")) : [];
    return files.map((file) => ({
        stack: file.replace(/\.yaml$/, ""),
        snapshot: (keysOf(readFileSync(join(aside, file), "utf8"))["machine"] as Record<string, unknown>)["snapshot"],
    }));
}

/** Takes a stack that began with this snapshot, until then; undefined when none stands by. Nobody else gets the same one. */
export function take(snapshot: string, until: Date): string | undefined {
    return standingBy()
        .filter((each) => each.snapshot === snapshot)
        .map(({ stack }) => stack)
        .find(
            (stack) =>
                takeBack(stack) && (appendFileSync(configurationOf(stack), `${UNTIL}${until.toISOString()}\n`), true),
        );
}

/** True for who puts a stack's configuration back to where it is used; false when somebody else was faster. */
export function takeBack(stack: string): boolean {
    try {
        renameSync(join(aside, `${stack}.yaml`), configurationOf(stack));
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return false;
        }
        throw error;
    }
}

/** A line of the configuration of a stack that stood by: its name has the time until which it would have. */
const UNTIL = "# Taken until ";

/** When a stack's time is over; undefined for one that is not ephemeral. */
export function endOf(stack: string): Date | undefined {
    const named = expiryOf(stack);
    const file = configurationOf(stack);
    // The files of others come and go meanwhile: they are not read.
    if (named === undefined || !existsSync(file)) {
        return named;
    }
    const taken = new RegExp(`^${UNTIL}(.+)$`, "m").exec(readFileSync(file, "utf8"))?.[1];
    return taken === undefined ? named : new Date(taken);
}
