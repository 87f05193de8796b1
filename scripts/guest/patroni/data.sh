# shellcheck shell=bash disable=SC2154
# Patroni of a database cluster, first part: PostgreSQL's directory on the data volume, and Patroni's settings; and it is started
# where there is data, which is adopted. Its last part, running.sh, starts the others: who has no data asks those with some.
# Removal stops it and PostgreSQL; the data stays on the volume.
# Parameters: version, stack, files (settings, with lay_files), notify (reload of Patroni, which is left to running.sh).
home=/var/lib/postgresql
directory=$home/$version/main
making=$home/.making-$version-main
if [ "$1" = remove ]; then
    # shellcheck disable=SC2034
    notify=()
    end_unit patroni.service
    remove_files
    unbind "$home"
    return
fi
if ! mountpoint -q "$home" && own=$(find "$home" -mindepth 3 -maxdepth 3 -name PG_VERSION -print -quit) && [ -n "$own" ]; then
    fail "this machine has a PostgreSQL of its own, with the cluster ${own%/*}" \
        "Nothing was changed. Give a machine without one: a stack's PostgreSQL is its own."
fi
bind_from_volume postgresql "$home"
other=$(find "$home" -mindepth 3 -maxdepth 3 -path '*/main/PG_VERSION' ! -path "$directory/*" -printf '%h\n' | head -n 1)
[ -z "$other" ] || fail "the volume holds the cluster $other, and this machine runs PostgreSQL $version" \
    "Nothing was changed. Give the machine the image that it had."
if [ -n "$(find "$home" -mindepth 0 -maxdepth 2 ! -user postgres ! -name '.making-*' -print -quit)" ]; then
    # The number of the user is another one on another machine.
    chown -R postgres:postgres "$home"
    changed "gave the cluster to this machine's user postgres"
fi
lay_files

# What a run that was cut off began nobody has used: of a cluster that was being made, nothing is left in etcd either.
if [ -e "$making" ] && ! looking; then
    systemctl stop patroni.service
    # Patroni may have gone without its server.
    [ ! -s "$directory/postmaster.pid" ] ||
        runuser -u postgres -- "/usr/lib/postgresql/$version/bin/pg_ctl" stop --silent --mode immediate --pgdata "$directory" || :
    if [ "$(<"$making")" = cluster ]; then
        # shellcheck source=/dev/null
        source /usr/local/lib/science-stacks/etcd.sh
        kept rm --recursive "/science-stacks/$stack" || echo "nothing was kept there"
    fi
    rm -rf "$directory" "$making"
    changed "took away what a run that was cut off had begun in $directory"
fi
[ -s "$directory/PG_VERSION" ] || return 0
if looking; then
    systemctl is-active --quiet patroni.service || differs "patroni.service does not run"
    return
fi
systemctl is-active --quiet patroni.service || start_with start patroni.service
