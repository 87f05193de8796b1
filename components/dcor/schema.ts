import { InstallStep } from "../guest/install-step";
import type { Packages } from "../guest/packages";
import type { StepProgram } from "../guest/program";
import { indexParameters, type PackageIndex } from "../guest/python";
import type { Machine } from "../machine/machine";
import { requirements, type CkanVersion } from "./software";

/** Where a machine without CKAN has CKAN's schema for Solr. */
export const schemaPath = (version: CkanVersion) => `/opt/science-stacks/ckan-${version}-schema.xml`;

/** The program of the step that brings it there. */
export function schemaProgram(version: CkanVersion, index: PackageIndex = {}): StepProgram {
    const [ckan = ""] = /^ckan==[^]*?\n(?=\S)/m.exec(requirements(version)) ?? [];
    return {
        script: "dcor/schema.sh",
        parameters: { schema: schemaPath(version), ...indexParameters(index) },
        files: { "/usr/local/lib/science-stacks/dcor/ckan.txt": { content: ckan } },
    };
}

/** CKAN's schema on a machine that has Solr, and no CKAN. @param place with the packages of `Solr.packagesForMachines` */
export function ckanSchema(
    name: string,
    { machine, packages }: { machine: Machine; packages: Packages },
    version: CkanVersion,
    index: PackageIndex,
): InstallStep {
    const program = schemaProgram(version, index);
    return new InstallStep(name, { machine, program, removable: true }, { dependsOn: packages });
}
