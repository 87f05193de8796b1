import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { assignments } from "./shell";

export interface ArchiveArgs {
    machine: Machine;
    /** Name of the script in `scripts/host` whose `deliver` makes the file, or downloads it, and brings it to the machine. */
    script: string;
    /** The directory that says what the file is made of: when it changes, the file is made and brought anew. */
    recipe: string;
    /** What the script reads besides the connection. Never secrets. */
    parameters: Record<string, string>;
}

const project = resolve(__dirname, "..", "..");

/**
 * A file that no package has, for a machine: downloaded from where it is published, or made on the machine that Pulumi runs
 * on, once, and kept in the user's cache; brought to the machine over SSH.
 */
export class Archive extends command.local.Command {
    /** Its path in the guest; another one when it is another file. */
    public readonly path: pulumi.Output<string>;

    constructor(name: string, args: ArchiveArgs, opts: pulumi.CustomResourceOptions) {
        const { machine, script, recipe, parameters } = args;
        const stdin = pulumi
            .output(machine.connection)
            .apply((connection) => assignments({ ...parameters, connection: JSON.stringify(connection) }));
        super(
            name,
            {
                // Relative to the program's working directory, so that the state is the same from every checkout.
                dir: relative(process.cwd(), project) || ".",
                create: `bash scripts/host/${script} deliver`,
                // The key of the connection is among it.
                stdin: pulumi.secret(stdin),
                triggers: [machine.identity, digest(recipe), JSON.stringify(parameters)],
                logging: command.local.Logging.Stderr,
                addPreviousOutputInEnv: false,
            },
            pulumi.mergeOptions(opts, {
                dependsOn: machine.ready,
                customTimeouts: { create: "60m", update: "60m" },
            }),
        );
        // The path says nothing about the key.
        this.path = pulumi.unsecret(this.stdout).apply((printed) => printed.trim());
    }
}

/** Of all files of a directory. */
function digest(directory: string): string {
    const hash = createHash("sha256");
    const paths = readdirSync(join(project, directory), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    for (const path of paths.sort()) {
        hash.update(`${relative(project, path)}\0`).update(readFileSync(path));
    }
    return hash.digest("hex").slice(0, 16);
}
