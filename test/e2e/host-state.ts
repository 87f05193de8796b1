import type { Guest } from "../guest/guest";

/** What a host has that no Debian package has brought with it, a line each. */
export type State = Set<string>;

/** Files that packages write when they are installed, or as they run: they are theirs, and in no list of dpkg. */
const OF_PACKAGES = [
    "/etc/(alternatives|rc[0-9S]\\.d|fonts/conf\\.d|mysql|postgresql-common|python3|apache2/(conf|mods|sites)-enabled|nginx/(modules|sites)-enabled)/",
    "/etc/(\\.java|ssl/certs/java)(/|$)",
    "/etc/(inputrc|locale\\.gen|odbcinst\\.ini|apt/(apt\\.conf\\.d/(02autoremove.*|20auto-upgrades|50unattended-upgrades)|listchanges\\.conf)|systemd/system/[^/]*\\.wants/.*|python3)$",
    "/etc/ssl/(certs/([0-9a-f]{8}\\.0|ssl-cert-snakeoil\\.pem)|private/ssl-cert-snakeoil\\.key)$",
    "/usr/local/(lib/python3|share/fonts)",
    "/var/(backups|cache|log|lib/(apache2|apt|dpkg|logrotate|nginx|python|redis|systemd|ucf)|www(/html(/index.*)?)?$)",
    "/(srv/(science|omero|scratch)|root/\\.ssh|home/[a-z]+)(/|$)",
];

export function stateOf(host: Guest): State {
    const printed = host.run(`
        find /etc /opt /srv /home /root /usr/local /var /data -xdev 2>/dev/null | sort |
            comm -23 - <(cat /var/lib/dpkg/info/*.list | sort -u) | grep -Ev '^(${OF_PACKAGES.join("|")})'
        find /var/log /var/lib /run /usr/local/lib /etc -maxdepth 1 -name 'science-stacks*'
        dpkg --verify | grep -v /usr/share/
        systemctl list-unit-files --plain --no-legend --state=enabled | cut -d' ' -f1 | grep -Ev '^(apache-htcacheclean|logrotate)'
        systemctl list-units --plain --no-legend --type=service,mount,socket --state=active,failed | cut -d' ' -f1 |
            grep -Ev '^(user|run-user|logrotate|apt-daily|systemd-|dpkg|apache-htcacheclean)'
        ! command -v nft >/dev/null || nft list ruleset
        getent passwd | cut -d: -f1 | grep -Ev '^(postgres|redis)$' | sort
    `);
    return new Set(printed.split("\n"));
}

/** What a host has and had not, and what it had and has not. */
export function changesOf(host: Guest, before: State): string[] {
    const after = stateOf(host);
    return [
        ...[...before].filter((line) => !after.has(line)).map((line) => `< ${line}`),
        ...[...after].filter((line) => !before.has(line)).map((line) => `> ${line}`),
    ];
}
