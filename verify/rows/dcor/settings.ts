import { QUEUES } from "../../../components/dcor/render";
import { hasOwnServer } from "../../../stacks/config/postgresql-elsewhere";
import { hasOwnSolr, isOwnRedis } from "../../../stacks/config/services";
import type { DcorContext } from "../../context";
import { count, ensure, type Row } from "../../row";

/** The guide's ckan-uwsgi.ini, line by line; where the stack has a setting for one, its value is the configuration's. */
function uwsgiSettings({ dcor }: DcorContext["config"]): Record<string, string> {
    return {
        "http11-socket": "127.0.0.1:8080",
        uid: "www-data",
        gid: "www-data",
        "wsgi-file": "/etc/ckan/default/wsgi.py",
        virtualenv: "/usr/lib/ckan/default",
        module: "wsgi:application",
        master: "true",
        pidfile: "/tmp/%n.pid",
        harakiri: String(dcor.harakiriSeconds),
        "harakiri-verbose": "true",
        "max-requests": "1000",
        "worker-reload-mercy": "30",
        vacuum: "true",
        callable: "application",
        "enable-threads": "false",
        "single-interpreter": "true",
        "die-on-term": "true",
        "need-app": "true",
        strict: "true",
        "post-buffering": "2097152",
        "post-buffering-bufsize": "2097152",
        "limit-post": String(dcor.maxBodyMiB * 2 ** 20),
        workers: String(dcor.workers),
        "lazy-apps": "true",
        "socket-timeout": "500",
        "disable-logging": "true",
        "log-4xx": "true",
        "log-5xx": "true",
        "log-ioerror": "true",
        "log-date": "%%Y-%%m-%%d %%H:%%M:%%S",
        "logformat-strftime": "true",
        logformat:
            "%(ftime) uWSGI %(addr) (%(proto) %(status)) %(method) %(uri) => %(size) bytes in %(msecs) msecs to %(uagent)",
        "threaded-logger": "true",
        "disable-write-exception": "true",
        "ignore-write-errors": "true",
        "ignore-sigpipe": "true",
    };
}

/** What keeps it running. */
export const settingRows: Row<DcorContext>[] = [
    {
        id: "D13",
        title: "uWSGI with the guide's ckan-uwsgi.ini, every setting of it",
        async check({ machine, config }) {
            const text = await machine.run("cat /etc/ckan/default/ckan-uwsgi.ini");
            const found = new Map(
                [...text.matchAll(/^([\w-]+) = (.*)$/gm)].map(([, key = "", value = ""]) => [key, value]),
            );
            const wanted = Object.entries(uwsgiSettings(config));
            const wrong = wanted.filter(([key, value]) => found.get(key) !== value);
            ensure(wrong.length === 0, wrong.map(([key]) => `${key} is ${found.get(key) ?? "not set"}`).join("; "));
            const running = await machine.run(`
                master=$(supervisorctl pid ckan-uwsgi)
                stat -c %Y /etc/ckan/default/ckan-uwsgi.ini
                date +%s -d "$(ps -o lstart= -p "$master")"
                pgrep --parent "$master" | wc -l
                ss -Hltn 'sport = :8080' | awk '{print $4}'
            `);
            const [written, started, workers, listening] = running.split("\n");
            ensure(Number(written) <= Number(started), "uWSGI runs with an older file");
            ensure(Number(workers) === config.dcor.workers, `${workers} workers run, not ${config.dcor.workers}`);
            ensure(listening === "127.0.0.1:8080", `uWSGI listens on ${listening}`);
            return `${count(wanted.length, "setting")} of the guide; ${workers} workers run with them`;
        },
    },
    {
        id: "D14",
        title: "Unattended upgrades with apt-listchanges, optional mail; needrestart restarts by itself",
        async check({ machine, config }) {
            const seen = await machine.facts(`
                fact packages "$(dpkg-query -W -f '\${Package}=\${db:Status-Status} ' unattended-upgrades apt-listchanges needrestart)"
                fact apt "$(apt-config dump | sed -n 's/^\\(APT::Periodic::U[^ ]*\\|Unattended-Upgrade::Mail\\) "\\(.*\\)";/\\1=\\2/p' | sort | paste -sd' ')"
                fact timers "$(systemctl is-active apt-daily.timer apt-daily-upgrade.timer | paste -sd' ')"
                fact origins "$(apt-config dump Unattended-Upgrade::Origins-Pattern | grep -c 'label=Debian-Security' || true)"
                fact restart "$(perl -e 'our %nrconf; eval do { local (@ARGV, $/) = "/etc/needrestart/needrestart.conf"; <> }; die $@ if $@; print $nrconf{restart}')"
                fact dry "$(unattended-upgrade --dry-run >/dev/null 2>&1 && echo runs || echo fails)"
            `);
            for (const name of ["unattended-upgrades", "apt-listchanges", "needrestart"]) {
                ensure(seen["packages"]?.includes(`${name}=installed`), `${name} is not installed`);
            }
            ensure(
                /Update-Package-Lists=1/.test(seen["apt"] ?? "") && /Unattended-Upgrade=1/.test(seen["apt"] ?? ""),
                `apt is set up with ${seen["apt"]}`,
            );
            ensure(seen["timers"] === "active active", `apt's timers are ${seen["timers"]}`);
            ensure(Number(seen["origins"]) > 0, "Debian's security updates are not among them");
            ensure(seen["restart"] === "a", `needrestart reads ${seen["restart"]} for restart, not a`);
            ensure(seen["dry"] === "runs", "unattended-upgrade fails (--dry-run)");
            const { mailTo } = config.upgrades;
            ensure(mailTo === undefined || seen["apt"]?.includes(mailTo), `nobody tells ${mailTo}`);
            return `security updates each day, tried now without installing; needrestart reads restart = 'a'; ${mailTo ? `mail to ${mailTo}` : "no mail asked for"}`;
        },
    },
    {
        id: "D15",
        title: "supervisor: startsecs=60, no stopsignal=QUIT",
        async check({ machine }) {
            const files = await machine.run("cat /etc/supervisor/conf.d/*.conf");
            const programs = [...files.matchAll(/^\[program:(.+)\]$/gm)].map(([, name]) => name);
            for (const name of ["ckan-uwsgi", ...QUEUES.map((queue) => `ckan-worker-${queue}`)]) {
                ensure(programs.includes(name), `supervisor has no program ${name}`);
            }
            ensure(!/stopsignal\s*=\s*QUIT/i.test(files), "stopsignal=QUIT is set");
            const seconds = [...files.matchAll(/^startsecs=(.*)$/gm)].map(([, value]) => value);
            ensure(
                seconds.length === programs.length && seconds.every((value) => value === "60"),
                `startsecs is ${seconds.join(", ")}`,
            );
            const known = await machine.run("supervisorctl avail");
            const unread = programs.filter((name) => !new RegExp(`^${name} +in use`, "m").test(known));
            ensure(unread.length === 0, `supervisor runs without ${unread.join(", ")}`);
            return `${programs.join(", ")}: startsecs=60, stopped by SIGTERM`;
        },
    },
    {
        id: "D16",
        title: "supervisor waits for its services and comes back always after 20 s; Solr after 10 s, waited for by asking it",
        async check({ machine, searchMachine, searchMembers: [member], config }) {
            const waitsFor = [
                ...(hasOwnSolr(config) ? ["solr.service"] : []),
                ...(isOwnRedis(config) ? ["redis-server.service"] : []),
                ...(config.redis.machines || config.solr.machines ? ["haproxy.service"] : []),
                ...(hasOwnServer(config) ? ["postgresql@"] : []),
            ];
            const show = (unit: string, on = machine) =>
                on.run(`systemctl show --property=Restart,RestartUSec,Wants,After,ExecStartPre,ExecStartPost ${unit}`);
            const supervisor = await show("supervisor");
            ensure(
                /^Restart=always$/m.test(supervisor) && /^RestartUSec=20s$/m.test(supervisor),
                "supervisor does not come back after 20 s",
            );
            for (const unit of waitsFor) {
                for (const property of ["Wants", "After", "ExecStartPre"]) {
                    const line = new RegExp(`^${property}=.*${unit}`, "m");
                    ensure(line.test(supervisor), `${property} of supervisor does not name ${unit}`);
                }
            }
            if (config.solr.url === undefined) {
                const solr = await show("solr", (searchMachine ?? member)?.ssh);
                ensure(
                    /^Restart=on-failure$/m.test(solr) && /^RestartUSec=10s$/m.test(solr),
                    "Solr does not come back after 10 s",
                );
                ensure(!/sleep/.test(solr), "Solr's start is waited for by sleeping");
                ensure(/^ExecStartPost=.*(8983|answers)/m.test(solr), "nobody asks Solr whether it has started");
            }
            const warnings = await machine.run(
                "systemd-analyze verify supervisor.service 2>&1 | grep -i supervisor || true",
            );
            ensure(warnings === "", `systemd says of the unit: ${warnings}`);
            const units = waitsFor.map((unit) => unit.replace(/(@|\.service)$/, "")).join(", ");
            return `supervisor waits for ${units || "no service, since none is on its machine"}; that each comes back is shown by the end-to-end tests`;
        },
    },
];
