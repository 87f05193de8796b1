import { hardening, STARTED_BY_ROOT } from "./hardening";
import type { PackageSet } from "./packages";
import type { GuestFile } from "./program";
import { renderTemplate } from "./template";

export const SUPERVISOR_UNIT = "supervisor.service";

export interface SupervisedProgram {
    /** Its command line. */
    command: string;
    /** Who runs it. @default root, for a program that changes to a user of its own */
    user?: string;
    environment: Readonly<Record<string, string>>;
    directory?: string;
    /** Where its output goes: `<log>.stdout.log` and `<log>.stderr.log`. logrotate keeps them small, not supervisor. */
    log: string;
    /** It has started when it runs this long, in seconds. @default 60, the guide's */
    startSeconds?: number;
    /** It has this long to finish its work when it is stopped, in seconds. @default 600, CKAN's */
    stopSeconds?: number;
}

/** The file of a program that supervisor runs. It is stopped by SIGTERM: the guide warns of `stopsignal=QUIT`. */
export function programFile(name: string, program: SupervisedProgram): Record<string, GuestFile> {
    const values = { name, user: "", directory: "/", startSeconds: 60, stopSeconds: 600, ...program };
    return {
        [`/etc/supervisor/conf.d/${name}.conf`]: {
            content: renderTemplate("supervisor/templates/program.conf.eta", values),
        },
    };
}

/**
 * What makes supervisor wait for other services, and come back always. The guide has `ExecStartPre` among the [Unit]
 * lines, where systemd ignores it. Each service is asked for by itself: `is-active` with several is content with one.
 * @param waitsFor their units; one that several have need of may be among them more than once
 */
export function supervisorDropIn(waitsFor: readonly string[], mounts: readonly string[]): Record<string, GuestFile> {
    return {
        [`/etc/systemd/system/${SUPERVISOR_UNIT}.d/science-stacks.conf`]: {
            content: renderTemplate("supervisor/templates/drop-in.conf.eta", {
                waitsFor: [...new Set(waitsFor)],
                mounts,
            }),
        },
    };
}

export const SUPERVISOR_PACKAGES: PackageSet = {
    packages: ["supervisor"],
    files: hardening(SUPERVISOR_UNIT, STARTED_BY_ROOT),
};
