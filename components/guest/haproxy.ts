import { hardening } from "./hardening";
import type { PackageSet } from "./packages";
import { revisionOf } from "./program";
import { renderTemplate } from "./template";

export const HAPROXY_UNIT = "haproxy.service";
/** Where root asks HAProxy what it sees. */
export const HAPROXY_SOCKET = "/run/haproxy/science-stacks.sock";
/** What is so of all of it. Debian's own file stays as it is, and is not used. */
const GLOBAL = "/etc/haproxy/science-stacks-global.cfg";
/** Where each that uses HAProxy on a machine has a file of its own, with defaults of its own. */
const PARTS = "/etc/haproxy/science-stacks.d";

/** The file of one of them. */
export const haproxyPart = (name: string): string => `${PARTS}/${name}.cfg`;

/** HAProxy from Debian, which is not started before it has something to do; python3 asks what it sees. */
export const HAPROXY_PACKAGES = {
    packages: ["haproxy", "python3"],
    files: {
        [GLOBAL]: { content: renderTemplate("haproxy/templates/global.cfg.eta", { socket: HAPROXY_SOCKET }) },
        [`/etc/systemd/system/${HAPROXY_UNIT}.d/balancer.conf`]: {
            content: renderTemplate("haproxy/templates/balancer.conf.eta", { global: GLOBAL, parts: PARTS }),
        },
        ...hardening(HAPROXY_UNIT),
    },
    // A reload keeps the command line: one that ran with the stack's only file before it had a directory would look for that file.
    notify: [`${HAPROXY_UNIT}:restart`],
} satisfies PackageSet;

/** How HAProxy takes up such a file, and goes on with those of others when it goes. */
export const HAPROXY_TAKES_UP = {
    // What it says is the error that users read.
    validate: `haproxy -c -f ${GLOBAL} -f ${PARTS}`,
    notify: [`${HAPROXY_UNIT}:reload`],
    enable: [HAPROXY_UNIT],
    shared: PARTS,
    // What is so of all of it is laid with the package, and taken up with a file.
    revision: revisionOf(JSON.stringify(HAPROXY_PACKAGES)),
};
