# shellcheck shell=bash disable=SC2154
# Patroni of a database cluster, last part, on one member after the other: PostgreSQL runs as leader, or has all that its leader
# writes. Who has no data gets a copy of the leader's; the first makes the cluster, where nobody has one. Changed settings are
# taken up; where that takes a restart of PostgreSQL, it is made here.
# Parameters: name (of the member), stack, version, keeps_settings (yes: what the members keep together is looked at here),
# revision (of the first part), notify (reload of Patroni).
[ "$1" != remove ] || return 0
directory=/var/lib/postgresql/$version/main
making=/var/lib/postgresql/.making-$version-main
library=/usr/local/lib/science-stacks/patroni
mark=$pending_directory/patroni.service:reload

# standing: "leader", or what a standby gets of its leader: "streaming".
standing() {
    (cd / && runuser -u postgres -- psql -wXAtq -d postgres -c \
        "SELECT CASE WHEN pg_is_in_recovery() THEN (SELECT status FROM pg_stat_wal_receiver) ELSE 'leader' END" 2>/dev/null)
}
stands() {
    [[ $(standing) =~ ^(leader|streaming)$ ]]
}
wait_until_it_stands() {
    local deadline=$((SECONDS + $1))
    until stands; do
        [ "$SECONDS" -lt "$deadline" ] || fail "PostgreSQL of $name is neither leader nor gets what its leader writes, after $1 s" \
            "$(cd / && patronictl -c /etc/patroni/config.yml list 2>&1 | head -n 12)" \
            "A standby that is too far behind is made anew by: patronictl -c /etc/patroni/config.yml reinit $stack $name" \
            "$(journalctl --quiet --unit patroni.service --output cat --lines 8 --no-pager)"
        sleep 0.5
    done
}

if looking; then
    stands || differs "PostgreSQL is neither leader nor gets what its leader writes"
    [ "$keeps_settings" = no ] || [ -z "$(python3 "$library/member.py" settings --look "$library/cluster.json")" ] ||
        differs "the settings that the members keep together were edited"
    settle
    enable_unit patroni.service
    return
fi

# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/etcd.sh
if [ ! -s "$directory/PG_VERSION" ]; then
    # On the disk before anything that is begun.
    if said=$(kept get --quorum "/science-stacks/$stack/initialize" 2>&1); then
        echo standby >"$making"
    elif [[ $said == *"Key not found"* ]]; then
        echo cluster >"$making"
    else
        fail "etcd does not say whether there is a cluster of PostgreSQL" "$said"
    fi
    sync "$making"
    rm -f "$mark"
fi
systemctl is-active --quiet patroni.service || start_with start patroni.service
# A copy of a large database takes its time.
wait_until_it_stands 1500
if [ -e "$making" ]; then
    python3 "$library/member.py" ready
    sync --file-system /var/lib/postgresql
    made=$(<"$making")
    rm "$making"
    changed "made the $made in $directory"
fi
enable_unit patroni.service

reloaded=
[ ! -e "$mark" ] || reloaded=yes
settle
report=
[ "$keeps_settings" = no ] || report=$(python3 "$library/member.py" settings "$library/cluster.json")
if [ -n "$reloaded$report" ]; then
    # Certificates are read anew by this alone.
    (cd / && runuser -u postgres -- psql -wXAtq -d postgres -c "SELECT pg_reload_conf()" >/dev/null)
    report+=$'\n'$(python3 "$library/member.py" restart)
    wait_until_it_stands 120
fi
while read -r line; do
    [ -z "$line" ] || changed "$line"
done <<<"$report"
