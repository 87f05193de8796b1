import { createHash } from "node:crypto";
import { assignments, guestScript, hereDocument, quote, type Parameter } from "./shell";

/** A file in the guest. */
export interface GuestFile {
    /** Its whole text; ends with a newline. */
    content: string;
    /** @default "root:root" */
    owner?: string;
    /** @default "644" */
    mode?: string;
}

/** What one step does in the guest, all of it known before it starts. */
export interface StepProgram {
    /** Path of the script below `scripts/guest`. */
    script: string;
    /** Shell variables that the script reads. Never secrets: a preview shows them. */
    parameters?: Record<string, Parameter>;
    /** Files that are laid before the script runs, by their absolute path. */
    files?: Record<string, GuestFile>;
    /** What the files belong to: `UNIT:reload` or `UNIT:restart`. The script ends with `settle` to do it. */
    notify?: string[];
}

/** The step runner, as it is in each guest. */
export const RUN_STEP = "/usr/local/lib/science-stacks/run-step";
/** The time after which a step is stopped and has failed, where nothing else is said. */
export const STEP_SECONDS = 1800;

/** The command that runs a step in the guest; the step's text is its standard input. */
export function stepCommand(name: string, action: "apply" | "remove", timeoutSeconds = STEP_SECONDS): string {
    return `${RUN_STEP} ${quote(name)} ${action} ${timeoutSeconds}`;
}

/** The line by which the guest knows that all of a program has arrived. */
const LAST_LINE = "# end of step\n";

/** The text of a step: variables, files, then the script. A preview shows its changes line by line. */
export function programText(program: StepProgram): string {
    const files = Object.entries(program.files ?? {});
    const variables = assignments({
        ...program.parameters,
        notify: program.notify ?? [],
        files: files.map(([path]) => path),
    });
    const layFiles = `lay_files() {\n${files.map(([path, file]) => layFile(path, file)).join("")}:\n}\n`;

    return variables + layFiles + guestScript(program.script) + LAST_LINE;
}

function layFile(path: string, { content, owner = "root:root", mode = "644" }: GuestFile): string {
    return hereDocument(`write_file ${quote(path)} ${quote(owner)} ${quote(mode)}`, content);
}

/** What several steps source or read, by its name in the guest: no step has it, or one that goes would take it from the others. */
const LIBRARY = {
    "apt.sh": "packages/apt.sh",
    "solr-software.sh": "solr/software.sh",
    "way-back.sh": "upgrade/way-back.sh",
    // What makes a virtual environment: the functions, uv, and what builds packages, by their hashes.
    "python/venv.sh": "python/venv.sh",
    "python/uv.txt": "python/requirements/uv.txt",
    "python/build.txt": "python/requirements/build.txt",
    "postgresql/database.py": "postgresql/database.py",
};
const PROGRAMS = {
    "run-step": "runner/run-step.sh",
    "check-step": "runner/check-step.sh",
    "execute-program": "runner/execute-program.sh",
    "looking/systemctl": "runner/looking-systemctl.sh",
    // By which a unit is active when its service answers: `ExecStartPost=/usr/local/lib/science-stacks/answers URL`.
    answers: "services/answers.sh",
};

let runner: string | undefined;

/** The text that installs the step runner itself: the same for all machines. */
export function runnerText(): string {
    return (runner ??= makeRunnerText());
}

function makeRunnerText(): string {
    const file = (name: string, script: string, mode: string) =>
        layFile(`/usr/local/lib/science-stacks/${name}`, { content: guestScript(script), mode });

    return [
        // The text of it is here once, for what is done now and for the file.
        `library=$(\n${hereDocument("cat", guestScript("runner/lib.sh"))})\neval "$library"\n`,
        'write_file /usr/local/lib/science-stacks/lib.sh root:root 644 <<<"$library"\n',
        ...Object.entries(LIBRARY).map(([name, script]) => file(name, script, "644")),
        ...Object.entries(PROGRAMS).map(([name, script]) => file(name, script, "755")),
        "remember_units\n",
    ].join("");
}

/** A short mark that differs when the text differs. */
export function revisionOf(text: string): string {
    return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
