import type * as pulumi from "@pulumi/pulumi";
import { InstallStep } from "../guest/install-step";
import { databaseProgram } from "../guest/postgresql-database";
import { LOCAL_ADMINISTRATOR } from "../guest/postgresql-server";
import { indexParameters, lockFile, type PackageIndex } from "../guest/python";
import { guestScript } from "../guest/shell";
import { SUPERVISOR_UNIT } from "../guest/supervisor";
import { renderTemplate } from "../guest/template";
import type { Machine } from "../machine/machine";
import { DATABASE_SECRET, DATABASE_USER } from "./database";
import { ENVIRONMENT_WORDS } from "./render";
import { PLUGINS, VENV, type CkanVersion } from "./software";

export interface DcorDevelopmentArgs {
    machine: Machine;
    version: CkanVersion;
    /** Directory of the software, which is changed: one of its own. */
    environment: string;
    /** CKAN runs, with this configuration. */
    answering: InstallStep;
    index?: PackageIndex;
}

/**
 * The extensions loaded from their sources in `/dcor-repos`, and what their own tests need; `dcor-test` runs them.
 * Guide: "Testing". Where GitHub answers that is `dcor develop`; else the sources are those on PyPI.
 */
export function dcorDevelopment(
    name: string,
    { machine, version, environment, answering, index = {} }: DcorDevelopmentArgs,
    opts: pulumi.CustomResourceOptions = {},
): InstallStep {
    const database = new InstallStep(
        `${name}-database`,
        {
            machine,
            program: databaseProgram({
                database: "ckan_test",
                role: DATABASE_USER,
                server: { administrator: LOCAL_ADMINISTRATOR },
                secretName: DATABASE_SECRET,
                deleteData: true,
            }),
            removable: true,
        },
        { ...opts, dependsOn: answering },
    );
    const library = "/usr/local/lib/science-stacks/dcor";
    return new InstallStep(
        `${name}-sources`,
        {
            machine,
            program: answering.revision.apply((configuration) => ({
                script: "dcor/develop.sh",
                parameters: { environment, plugins: [...PLUGINS], configuration, ...indexParameters(index) },
                files: {
                    [`${library}/requirements-development.txt`]: {
                        content: lockFile("dcor", `${version}-development`),
                    },
                    [`${library}/sources.txt`]: { content: lockFile("dcor", `${version}-sources`) },
                    [`${library}/test-configuration.py`]: { content: guestScript("dcor/test-configuration.py") },
                    "/usr/local/bin/dcor-test": {
                        content: renderTemplate("dcor/templates/dcor-test.sh.eta", {
                            environment: ENVIRONMENT_WORDS,
                            venv: VENV,
                        }),
                        mode: "755",
                    },
                },
                notify: [`${SUPERVISOR_UNIT}:restart`],
            })),
            removable: true,
        },
        { ...opts, dependsOn: [answering, database] },
    );
}
