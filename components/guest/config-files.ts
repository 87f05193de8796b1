import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { InstallStep } from "./install-step";
import type { GuestFile } from "./program";

export interface ConfigFilesArgs {
    machine: Machine;
    /** The files by their absolute path; a file that is taken out of the list is taken off the machine. */
    files: pulumi.Input<Record<string, pulumi.Input<GuestFile>>>;
    /** What belongs to the files: `UNIT:reload` or `UNIT:restart`, done once when one of them changed. @default none */
    notify?: string[];
    /** Units that run, now and after each boot, once the files are there. @default none */
    enable?: string[];
    /** A command that fails when the files are wrong; they are put back as they were, and nothing is restarted. @default none */
    validate?: string;
    /** A directory in which other steps have files for the same units: those go on until the last file is taken off. @default they have none */
    shared?: string;
    /** Differs when something else differs that the units are to take up. @default nothing does */
    revision?: string;
}

/** Files of configuration, with what follows from a change of them. A preview shows the lines that change. */
export class ConfigFiles extends InstallStep {
    constructor(name: string, args: ConfigFilesArgs, opts: pulumi.CustomResourceOptions) {
        const { machine, files, notify = [], enable = [], validate = "", shared, revision } = args;
        const program = pulumi.output(files).apply((known) => ({
            script: "files/apply.sh",
            parameters: { manifest: name, enable, validate, ...(shared && { shared }), ...(revision && { revision }) },
            files: known,
            notify,
        }));
        super(name, { machine, program, removable: true }, opts);
    }
}

/**
 * Files that hold secrets: passwords in `/etc/science-stacks/secrets`, private keys where their service expects them.
 * Their text is secret in the state and in previews; `revision` says that it changed, and nothing about it.
 */
export class SecretFiles extends ConfigFiles {
    public override readonly revision: pulumi.Output<string>;

    constructor(name: string, args: ConfigFilesArgs, opts: pulumi.CustomResourceOptions) {
        super(name, { ...args, files: pulumi.secret(args.files) }, opts);

        // Keyed, so that nobody who reads the state can try passwords against it.
        const { markKey, connection } = args.machine;
        const key = markKey ?? pulumi.output(connection).apply(({ privateKey, host }) => privateKey ?? host);
        this.revision = pulumi.unsecret(
            pulumi
                .all([key, args.files])
                .apply(([secret, files]) =>
                    createHmac("sha256", secret).update(JSON.stringify(files)).digest("hex").slice(0, 12),
                ),
        );
    }
}

/** A certificate or a key as a file. @param access @default everyone may read it */
export function pemFile(
    pem: pulumi.Input<string>,
    access: Pick<GuestFile, "owner" | "mode"> = {},
): pulumi.Output<GuestFile> {
    return pulumi.output(pem).apply((text) => ({ content: `${text.trimEnd()}\n`, ...access }));
}

/** Where a password lies in the guest: readable by root alone. */
export function secretPath(name: string): string {
    return `/etc/science-stacks/secrets/${name}`;
}

/** A password as a file, for the script function `secret NAME`. */
export function secretFile(password: pulumi.Input<string>): pulumi.Output<GuestFile> {
    return pulumi.output(password).apply((text) => ({ content: `${text}\n`, mode: "600" }));
}
