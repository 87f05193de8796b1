# shellcheck shell=bash disable=SC2154
# A cluster of an older version, brought to this machine's: all of it is dumped into a new cluster, by this version's programs, and the
# first error ends it. (Debian's pg_upgradecluster goes on without what cannot be restored.) The old cluster is only read.
# Sourced by cluster.sh; reads version, directory, making.

# The release that a version of PostgreSQL comes with.
declare -A suites=([14]=jammy [15]=bookworm [16]=noble [17]=trixie)
change='' change_database=''
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh

# upgrade_cluster OLD
upgrade_cluster() {
    local old=$1 packages=()
    [ "$old" -lt "$version" ] || fail "the data volume holds a PostgreSQL $old cluster, and this machine has $version, which cannot read it" \
        "Nothing was changed. Give the machine the image that it had."
    if [ ! -x "/usr/lib/postgresql/$old/bin/postgres" ]; then
        mapfile -t packages < <(dpkg-query --show --showformat='${db:Status-Abbrev}${Package}\n' "postgresql-$version*" | sed -n "s/^ii *\(postgresql-\)$version/\1$old/p")
        install_old
    fi
    adopt "$old"
    # Before the new cluster is there, and gone when it is whole: half of one is made anew.
    : >"$making"
    sync "$making"
    why_not transfer
    [ -z "$reason" ] || give_up
    sync --file-system /var/lib/postgresql
    rm "$making"
    # No machine is to adopt it as it is: what the new one has been given since would be missing.
    mv "/var/lib/postgresql/$old/main" "/var/lib/postgresql/$old/main.before-$version"
    rm -rf "/etc/postgresql/$old/main"
    changed "brought the cluster from PostgreSQL $old to $version; the old one is /var/lib/postgresql/$old/main.before-$version, and can be removed"
    # With `purge`, Debian would ask whether the data should go, too.
    [ "${#packages[@]}" = 0 ] || apt-get --quiet --yes -o Dpkg::Use-Pty=0 remove --auto-remove "${packages[@]}"
}

# transfer: roles with their passwords, then each database with its owner, its settings and who may connect.
transfer() {
    local from=5432 to=5433 bin=/usr/lib/postgresql/$version/bin name
    cd /
    make_cluster
    pg_conftool "$old" main set port $from
    pg_conftool "$version" main set port $to
    pg_ctlcluster "$old" main start
    pg_ctlcluster "$version" main start
    as_postgres() { runuser -u postgres -- "$@"; }
    as_postgres "$bin/pg_dumpall" --port $from --globals-only | grep -Ev '^(CREATE|ALTER) ROLE postgres[; ]' |
        as_postgres psql -Xq -v ON_ERROR_STOP=1 --port $to postgres
    as_postgres psql -XAt --port $from -c "select datname from pg_database where datallowconn and not datistemplate and datname <> 'postgres'" postgres |
        while read -r name; do
            as_postgres "$bin/pg_dump" --port $from --format=custom --compress=0 --create "$name" |
                as_postgres "$bin/pg_restore" --port $to --create --exit-on-error --dbname=postgres
        done
    as_postgres "$bin/vacuumdb" --port $to --all --analyze-only --quiet
    pg_ctlcluster "$old" main stop
    pg_ctlcluster "$version" main stop
    pg_conftool "$version" main set port $from
}

# The old server comes from the release that had it, by the same mirrors, beside this release's.
install_old() {
    local suite=${suites[$old]:-} here said list=/etc/apt/sources.list.d/science-stacks-before.list
    here=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    [ -n "$suite" ] || fail "the data volume holds a PostgreSQL $old cluster, of which this project knows no server" "Nothing was changed."
    # shellcheck disable=SC2016 # They are apt's.
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u |
        awk -v here="$here" -v suite="$suite" 'index($2, here) == 1 { sub(here, suite, $2); print "deb", $0 }' >"$list"
    apt-get --quiet -o Acquire::Languages=none update
    # Nothing else is taken from there but what it needs.
    said=$(apt-get --quiet --yes --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 --target-release "$here" install "${packages[@]}" 2>&1) || {
        rm "$list"
        fail "the data volume holds a PostgreSQL $old cluster, and its server cannot be installed to read it" "$(tail -n 5 <<<"$said")" \
            "Nothing was changed. Give the machine the image that it had."
    }
    printf '%s\n' "$said"
    rm "$list"
}

give_up() {
    local cluster
    for cluster in "$old" "$version"; do
        ! pg_ctlcluster "$cluster" main status >/dev/null 2>&1 || pg_ctlcluster "$cluster" main stop
    done
    rm -rf "/etc/postgresql/$old/main" "/etc/postgresql/$version/main" "$directory" "$making"
    fail "the cluster of PostgreSQL $old cannot be brought to $version; it is on the volume as it was" "$reason" \
        "Set right what it says, or give the machine the image that it had: it goes on with PostgreSQL $old then."
}
