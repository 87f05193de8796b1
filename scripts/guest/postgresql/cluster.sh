# shellcheck shell=bash disable=SC2154
# Makes the PostgreSQL cluster on the data volume, or adopts the one that is there. The settings step starts it.
# Removal stops it and takes its settings away; the data stays on the volume, to be adopted.
# Parameters: version.
if [ "$1" = remove ]; then
    end_unit "postgresql@$version-main.service" postgresql.service
    rm -rf "/etc/postgresql/$version/main"
    remove_empty_parents "/etc/postgresql/$version/main"
    unbind /var/lib/postgresql
    return
fi

if ! mountpoint -q /var/lib/postgresql && own=$(find /var/lib/postgresql -mindepth 3 -maxdepth 3 -name PG_VERSION -print -quit) && [ -n "$own" ]; then
    fail "this machine has a PostgreSQL of its own, with the cluster ${own%/*}" \
        "Nothing was changed. Give a machine without one: a stack's PostgreSQL is its own."
fi
bind_from_volume postgresql /var/lib/postgresql
directory=/var/lib/postgresql/$version/main

other=$(find /var/lib/postgresql -mindepth 3 -maxdepth 3 -name PG_VERSION ! -path "$directory/*" -printf '%h\n' | head -n 1)
if [ -n "$other" ] && [ ! -s "$directory/PG_VERSION" ]; then
    fail "the data volume holds a PostgreSQL $(cat "$other/PG_VERSION") cluster, this stack runs $version" \
        "Nothing was changed. Upgrade it first: pg_upgradecluster in a machine that has both versions."
fi

# The number of the user postgres is another one on another machine.
if [ -e "$directory" ] && [ "$(stat -c %U "$directory")" != postgres ]; then
    chown -R postgres:postgres /var/lib/postgresql
    changed "gave the cluster to this machine's user postgres"
fi

# Written before initdb and removed after it, when no server has run on the cluster yet: what a power cut leaves in between is
# half a cluster that never held data, although it may look whole.
making=/var/lib/postgresql/.making-$version-main
if [ -e "$making" ]; then
    rm -rf "$directory" "/etc/postgresql/$version/main"
fi

if [ ! -e "/etc/postgresql/$version/main/postgresql.conf" ]; then
    if [ -e "$directory" ]; then
        # The settings were on the root disk of the machine before; pg_createcluster takes them from beside the data.
        lay() { install -o postgres -g postgres -m 640 "$1" "$directory/$2"; }
        lay "/usr/share/postgresql/$version/postgresql.conf.sample" postgresql.conf
        lay /dev/stdin pg_hba.conf <<<$'local all postgres peer\nlocal all all peer'
        lay /dev/null pg_ident.conf
        rm -f "$directory/postmaster.pid"
        pg_createcluster "$version" main
        changed "adopted the cluster $version/main"
    else
        : >"$making"
        sync "$making"
        pg_createcluster --encoding=UTF8 --locale=C.UTF-8 "$version" main -- --data-checksums
        rm "$making"
        # On the disk before the server's first write is.
        sync /var/lib/postgresql
        changed "made the cluster $version/main"
    fi
fi
