# shellcheck shell=bash disable=SC2154
# Makes the PostgreSQL cluster on the data volume, or adopts the one that is there. The settings step starts it. One of an older
# version, which comes from a machine of an older release, is brought to this one's, and kept beside it.
# Removal stops it and takes its settings away; the data stays on the volume, to be adopted.
# Parameters: version, files (with lay_files).
if [ "$1" = remove ]; then
    end_unit "postgresql@$version-main.service" postgresql.service
    rm -rf "/etc/postgresql/$version/main"
    remove_empty_parents "/etc/postgresql/$version/main"
    unbind /var/lib/postgresql
    remove_files
    return
fi

lay_files
if ! mountpoint -q /var/lib/postgresql && own=$(find /var/lib/postgresql -mindepth 3 -maxdepth 3 -name PG_VERSION -print -quit) && [ -n "$own" ]; then
    fail "this machine has a PostgreSQL of its own, with the cluster ${own%/*}" \
        "Nothing was changed. Give a machine without one: a stack's PostgreSQL is its own."
fi
bind_from_volume postgresql /var/lib/postgresql
directory=/var/lib/postgresql/$version/main

# The number of the user postgres is another one on another machine.
if [ -n "$(find /var/lib/postgresql -mindepth 1 -maxdepth 2 ! -user postgres ! -name '.making-*' -print -quit)" ]; then
    chown -R postgres:postgres /var/lib/postgresql
    changed "gave the cluster to this machine's user postgres"
fi

# Written before initdb and removed after it, when no server has run on the cluster yet: what a power cut leaves in between is
# half a cluster that never held data, although it may look whole.
making=/var/lib/postgresql/.making-$version-main
if [ -e "$making" ]; then
    rm -rf "$directory" "/etc/postgresql/$version/main"
fi

# adopt VERSION: the settings were on the root disk of the machine before; pg_createcluster takes them from beside the data.
adopt() {
    local own=/var/lib/postgresql/$1/main
    lay() { install -o postgres -g postgres -m 640 "$1" "$own/$2"; }
    lay "/usr/share/postgresql/$1/postgresql.conf.sample" postgresql.conf
    lay /dev/stdin pg_hba.conf <<<$'local all postgres peer\nlocal all all peer'
    lay /dev/null pg_ident.conf
    rm -f "$own/postmaster.pid"
    pg_createcluster "$1" main
}

make_cluster() {
    pg_createcluster --encoding=UTF8 --locale=C.UTF-8 "$version" main -- --data-checksums
}

if [ ! -e "/etc/postgresql/$version/main/postgresql.conf" ]; then
    other=$(find /var/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/main/PG_VERSION' -printf '%h\n' | sort -V | tail -n 1)
    if [ -e "$directory" ]; then
        adopt "$version"
        changed "adopted the cluster $version/main"
    elif [ -n "$other" ]; then
        # shellcheck source=scripts/guest/postgresql/upgrade.sh
        source /usr/local/lib/science-stacks/postgresql/upgrade.sh
        upgrade_cluster "$(cat "$other/PG_VERSION")"
    else
        : >"$making"
        sync "$making"
        make_cluster
        rm "$making"
        # On the disk before the server's first write is.
        sync /var/lib/postgresql
        changed "made the cluster $version/main"
    fi
fi
