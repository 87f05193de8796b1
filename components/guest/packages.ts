import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { InstallStep } from "./install-step";
import type { GuestFile, StepProgram } from "./program";

/** What a component needs from Debian. */
export interface PackageSet {
    packages: readonly string[];
    /** Files that must be there before the packages are configured, by path. */
    files?: Record<string, GuestFile>;
    /** What the files belong to, `UNIT:restart`: done by the next step of the unit's own, once the package is there. @default none */
    notify?: readonly string[];
}

export interface PackagesArgs {
    machine: Machine;
    /** What each component of the machine needs. */
    sets: readonly PackageSet[];
    /** The machine has a later step for packages, which looks whether they all are as Debian made them. @default false */
    isFirst?: boolean;
}

/** The program that installs packages, all at once. */
export function installProgram({ packages, files, notify = [] }: PackageSet, isFirst = false): StepProgram {
    const parameters = { packages, looks_at_all: isFirst ? "no" : "yes" };
    return { script: "packages/install.sh", parameters, files, notify: [...notify] };
}

/** What several components need. */
export const together = (sets: readonly PackageSet[]): PackageSet => ({
    packages: [...new Set(sets.flatMap((set) => set.packages))].sort(),
    files: Object.assign({}, ...sets.map((set) => set.files)) as Record<string, GuestFile>,
    notify: [...new Set(sets.flatMap((set) => set.notify ?? []))],
});

/** All Debian packages of a machine, in one transaction: apt's lock and dpkg's triggers are paid for once. */
export class Packages extends InstallStep {
    constructor(name: string, { machine, sets, isFirst }: PackagesArgs, opts: pulumi.CustomResourceOptions = {}) {
        super(name, { machine, program: installProgram(together(sets), isFirst), removable: true }, opts);
    }
}
