# shellcheck shell=bash disable=SC2154
# One of several machines of Redis, last part, on one member after the other: it is master, or has what its master writes. Changed
# settings are taken up, by the replicas first; a master hands over to one of them before, and nothing that it has taken is lost.
# Parameters: name (of the member), port, quorum, masters (yes: this is the turn of the one that is master, too), revision (of the
# first part), notify (restart of Redis and Sentinel).
[ "$1" != remove ] || return 0
# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/redis.sh

in_order() {
    [ -n "$(role)" ] && sentinel ckquorum >/dev/null 2>&1
}
wait_until_in_order() {
    local deadline=$((SECONDS + $1))
    until in_order; do
        [ "$SECONDS" -lt "$deadline" ] || fail "Redis of $name is neither master with a replica, nor has what its master writes, after $1 s" \
            "$(own info replication 2>&1 | head -n 12)" "$(sentinel ckquorum 2>&1)" \
            "$(tail -n 6 /var/log/redis/redis-server.log)"
        sleep 0.3
    done
}

# others_known: the addresses by which Sentinel has the other members, and their Sentinels.
others_known() {
    {
        master_by "$address"
        sentinel replicas
        sentinel sentinels
    } |
        awk 'NR == 1 { print } previous == "ip" { print } { previous = $0 }' | sort -u
}
# strangers: those of them that are no members any more. Sentinel forgets nobody by itself.
strangers() {
    comm -23 <(others_known) <(printf '%s\n' "${addresses[@]}" | sort) | paste -sd ' '
}
wanted_quorum() {
    [ "$(sentinel master | awk 'previous == "quorum" { print } { previous = $0 }')" = "$quorum" ]
}

# hand_over: another one becomes master, which has all that this one has taken; what is to be written waits meanwhile.
hand_over() {
    local next deadline=$((SECONDS + 20))
    own client pause 20000 write >/dev/null
    # What was taken before is on its way.
    until own info replication | awk -F'[:,=]' '
            /^slave[0-9]+:/ && /state=online/ { for (i = 1; i < NF; i++) if ($i == "offset" && $(i + 1) > had) had = $(i + 1) }
            /^master_repl_offset:/ { wrote = $2 }
            END { exit had < wrote }'; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            own client unpause >/dev/null
            fail "Redis of $name is master, and no replica has what it has taken, after 20 s"
        fi
        sleep 0.1
    done
    until next=$(master_by "$address") && [ -n "$next" ] && [ "$next" != "$address" ]; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            own client unpause >/dev/null
            fail "Redis of $name is master, and none of the others has taken over from it within 20 s" "$(sentinel failover 2>&1)"
        fi
        # Asked again where it is too early after another one.
        sentinel failover >/dev/null 2>&1 || :
        sleep 0.2
    done
    own replicaof "$next" "$port" >/dev/null
    own config rewrite >/dev/null
    changed "handed over to $next"
}

if looking; then
    in_order || differs "Redis is neither master with a replica, nor has what its master writes"
    settle
    enable_unit redis-server.service redis-sentinel.service
    return
fi

wait_until_in_order 600
if [ -e "$pending_directory/redis-server.service:restart" ] && [ "$(role)" = master ]; then
    [ "$masters" = yes ] || return 0
    hand_over
fi
settle
wait_until_in_order 600
enable_unit redis-server.service redis-sentinel.service
[ "$masters" = yes ] || return 0

wanted_quorum || { sentinel set quorum "$quorum" >/dev/null && changed "set the quorum to $quorum"; }
gone=$(strangers)
if [ -n "$gone" ]; then
    sentinel_at "$address" reset >/dev/null
    wait_until_in_order 60
    changed "forgot $gone, which are no members any more"
fi
