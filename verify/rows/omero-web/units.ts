/** What of systemd is there after a boot where OMERO.web itself is. */
export const APPLICATION_UNITS = [
    "omero-web.service",
    "omero-web-clearsessions.timer",
    "opt-omero-web-omero\\\\x2dweb.mount",
];
