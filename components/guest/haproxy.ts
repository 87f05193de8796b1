import { hardening } from "./hardening";
import type { PackageSet } from "./packages";
import { renderTemplate } from "./template";

export const HAPROXY_UNIT = "haproxy.service";
/** Where root asks HAProxy what it sees. */
export const HAPROXY_SOCKET = "/run/haproxy/science-stacks.sock";
/** Debian's own file stays as it is, and is not used. */
export const HAPROXY_CONFIGURATION = "/etc/haproxy/science-stacks.cfg";

/** HAProxy from Debian, which is not started before it has the stack's configuration; python3 asks what it sees. */
export const HAPROXY_PACKAGES: PackageSet = {
    packages: ["haproxy", "python3"],
    files: {
        [`/etc/systemd/system/${HAPROXY_UNIT}.d/balancer.conf`]: {
            content: renderTemplate("haproxy/templates/balancer.conf.eta", { configuration: HAPROXY_CONFIGURATION }),
        },
        ...hardening(HAPROXY_UNIT),
    },
};
