import type { OmeroWebContext } from "../../context";
import { ensure, NotHere, type Row } from "../../row";
import { properties } from "./properties";

/** What runs. */
export const serviceRows: Row<OmeroWebContext>[] = [
    {
        id: "O09",
        title: "Gunicorn: (2 x cores) + 1 workers unless given, wsgi_args",
        async check({ machine, config }) {
            const seen = await machine.facts(`
                fact cores "$(nproc)"
                fact command "$(ps -u omero-web -o args= | grep -m1 'bin/gunicorn' )"
                fact master "$(cat /opt/omero/web/omero-web/var/django.pid)"
                fact running "$(pgrep --parent "$(cat /opt/omero/web/omero-web/var/django.pid)" | wc -l)"
            `);
            const workers = config.omeroWeb.workers ?? 2 * Number(seen["cores"]) + 1;
            ensure(seen["command"]?.includes(`--workers ${workers} `), `Gunicorn runs as ${seen["command"]}`);
            ensure(Number(seen["running"]) === workers, `${seen["running"]} workers run, not ${workers}`);
            const asynchronous = seen["command"]?.includes("--worker-class gevent ");
            ensure(
                asynchronous === (config.omeroWeb.workerProfile === "downloads"),
                `the workers are not those of the profile ${config.omeroWeb.workerProfile}: ${seen["command"]}`,
            );
            const args = config.omeroWeb.wsgiArgs;
            ensure(args === undefined || seen["command"]?.includes(args), `Gunicorn has not got ${args}`);
            return `${workers} ${asynchronous ? "asynchronous (gevent) " : ""}workers run${args === undefined ? "" : `, with ${args}`} (${seen["cores"]} processors)`;
        },
    },
    {
        id: "O12",
        title: "systemd unit, at boot; one master process, the pid file its own",
        async check({ machine }) {
            const seen = await machine.facts(`
                fact state "$(systemctl is-enabled omero-web) $(systemctl is-active omero-web)"
                fact restart "$(systemctl show --property=Restart --value omero-web)"
                fact strays "$(ps -u omero-web -o args=,cgroup= | grep bin/gunicorn | grep -vc omero-web.service || true)"
                fact master "$(ps -o args= -p "$(cat /opt/omero/web/omero-web/var/django.pid)" | grep -c gunicorn)"
                fact warnings "$(systemd-analyze verify omero-web.service 2>&1 | grep omero-web || true)"
            `);
            ensure(seen["state"] === "enabled active", `omero-web is ${seen["state"]}`);
            ensure(seen["restart"] === "always", `it is restarted ${seen["restart"]}`);
            ensure(seen["strays"] === "0", `${seen["strays"]} processes of omero-web are not the unit's`);
            ensure(seen["master"] === "1", "the pid file is not of a running Gunicorn");
            ensure(!seen["warnings"], `systemd says of the unit: ${seen["warnings"]}`);
            return "at boot and running, all processes its own; that a stop leaves none is shown by the end-to-end tests";
        },
    },
    {
        id: "O14",
        title: "Session expiry and age; clearsessions daily",
        async check(context) {
            const { sessionCookieAgeSeconds, sessionExpireAtBrowserClose } = context.config.omeroWeb;
            const values = await properties(context);
            ensure(
                values.get("omero.web.session_cookie_age") === String(sessionCookieAgeSeconds) &&
                    values.get("omero.web.session_expire_at_browser_close") === String(sessionExpireAtBrowserClose),
                "expiry and age are not as configured",
            );
            const next = await context.machine.run(
                "systemctl show --property=NextElapseUSecRealtime --value omero-web-clearsessions.timer; systemctl start omero-web-clearsessions.service; systemctl show --property=Result --value omero-web-clearsessions.service",
            );
            const [when, result] = next.split("\n");
            ensure(when && when !== "n/a", "the timer is not set");
            ensure(result === "success", `clearsessions ended with ${result}`);
            return `${sessionCookieAgeSeconds} s, ended with the browser: ${sessionExpireAtBrowserClose}; clearsessions ran now, and runs next at ${when}`;
        },
    },
    {
        id: "O15",
        title: "SELinux booleans and port, on a host that enforces it",
        async check({ machine, config }) {
            const mode = await machine.run("command -v getenforce >/dev/null && getenforce || echo none");
            if (mode === "none" || mode === "Disabled") {
                const store = await machine.run("[ ! -e /etc/selinux/config ] && echo untouched || echo there");
                throw new NotHere(
                    `this machine has no SELinux (${store}): it is left alone; the rules are unit-tested`,
                );
            }
            const seen = await machine.run(
                `getsebool httpd_can_network_connect httpd_read_user_content httpd_enable_homedirs; semanage port -l | grep '^http_port_t'`,
            );
            ensure(!/--> off/.test(seen), seen);
            ensure(seen.includes(String(config.omeroWeb.applicationServer.port)), "the port is not nginx's");
            return `SELinux is ${mode}: booleans and port are set`;
        },
    },
];
