import type { GuestFile } from "./program";
import { renderTemplate } from "./template";

export interface Hardening {
    /** What root may do in it, as capabilities(7) names it. @default nothing: it runs as a user of its own */
    capabilities?: readonly string[];
    /** What of the file system it cannot write to: all but its unit's ReadWritePaths, or /usr, /boot and /etc. @default "strict" */
    system?: "strict" | "full";
    /** Whether it sees /root and /home. @default false */
    home?: boolean;
    /** Sockets that it may open besides those of files. @default IPv4 and IPv6 */
    addressFamilies?: readonly string[];
}

/** What every service that becomes another user needs, and reads keys and writes logs that are not root's. */
const BECOMES_ANOTHER_USER = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"];

/** A service that is started by root, and leaves its work to processes of another user. */
export const STARTED_BY_ROOT: Hardening = { capabilities: BECOMES_ANOTHER_USER, system: "full" };

/** The same, on the ports of the web. */
export const WEB_SERVER: Hardening = {
    capabilities: [...BECOMES_ANOTHER_USER, "CAP_NET_BIND_SERVICE"],
    system: "full",
};

/**
 * What systemd keeps from a service, as a drop-in of its unit: a program that is taken over from outside finds a machine that
 * it can hardly read, and not change. What `systemd-analyze security` says of it then is held by test/e2e/scan.ts.
 * @param unit e.g. `solr.service`; of a template, as `postgresql@.service`, for all its instances
 */
export function hardening(unit: string, options: Hardening = {}): Record<string, GuestFile> {
    const values = {
        capabilities: [],
        system: "strict",
        home: false,
        addressFamilies: ["AF_INET", "AF_INET6"],
        ...options,
    };
    return {
        [`/etc/systemd/system/${unit}.d/hardening.conf`]: {
            content: renderTemplate("systemd/templates/hardening.conf.eta", values),
        },
    };
}
