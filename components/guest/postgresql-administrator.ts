import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { SecretFiles, secretFile, secretPath } from "./config-files";
import { InstallStep } from "./install-step";
import { PostgreSql, type PostgreSqlImage } from "./postgresql";
import { LOCAL_ADMINISTRATOR } from "./postgresql-server";
import { guestScript } from "./shell";

export interface AdministratorArgs {
    /** Where the server runs. */
    machine: Machine;
    /** The release that runs on the machine. */
    image: PostgreSqlImage;
    password: pulumi.Output<string>;
    /** Extensions of the databases that it makes. */
    extensions: readonly string[];
    /** Whether it dumps databases and restores them, with the tables that extensions have in them, which are the superuser's. @default false */
    backsUp?: boolean;
    /** What must be there before: the server, and of a cluster all of them. */
    after: readonly pulumi.Resource[];
}

/** Who makes databases and users for the products; the name is that of a role of the server. */
export const ADMINISTRATOR = "administrator";
const SECRET = "postgresql-administrator";
const LIBRARY = "/usr/local/lib/science-stacks/postgresql";

/**
 * The step after which the administrator of a server comes in there that other machines of the stack use: a role that may make
 * databases and users, and is no superuser. @param name of the steps: `<name>-secrets` and `<name>-administrator`
 */
export function createAdministrator(
    name: string,
    { machine, image, password, extensions, backsUp = false, after }: AdministratorArgs,
    child: { parent: pulumi.Resource },
): InstallStep {
    const secret = new SecretFiles(
        `${name}-secrets`,
        { machine, files: { [secretPath(SECRET)]: secretFile(password) } },
        child,
    );
    return new InstallStep(
        `${name}-administrator`,
        {
            machine,
            program: secret.revision.apply((secrets_revision) => ({
                script: "postgresql/administrator.sh",
                parameters: {
                    role: ADMINISTRATOR,
                    secret_name: SECRET,
                    connection: LOCAL_ADMINISTRATOR.environment,
                    extensions,
                    directory: PostgreSql.extensionsOf(image),
                    groups: backsUp ? ["pg_read_all_data", "pg_write_all_data"] : [],
                    secrets_revision,
                },
                files: { [`${LIBRARY}/administrator.py`]: { content: guestScript("postgresql/administrator.py") } },
            })),
            removable: true,
        },
        { ...child, dependsOn: [secret, ...after] },
    );
}
