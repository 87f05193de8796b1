# shellcheck shell=bash disable=SC2154
# One of several machines of Redis, second part, once those with data have been started: who has none becomes a replica of the master
# that the others have; where none of them has any, the first one is master.
# Parameters: role_file, sentinel_state, settings, sentinel_settings (what these two begin with), first (address of the first member),
# quorum, cluster, port, revision (of the first part).
[ "$1" != remove ] || return 0
if looking; then
    [ -s "$role_file" ] && [ -s "$sentinel_state" ] || differs "Redis has no data"
    return
fi
if [ -s "$role_file" ] && [ -s "$sentinel_state" ]; then
    return 0
fi
# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/redis.sh

# known_master: the master that the others have; this member, which has lost what it had, is none any more.
known_master() {
    local other
    for other in "${addresses[@]}"; do
        [ "$other" = "$address" ] || master_by "$other"
    done | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
}
master=$(known_master)
deadline=$((SECONDS + 60))
while [ "$master" = "$address" ] && [ ! -s "$role_file" ]; do
    [ "$SECONDS" -lt "$deadline" ] || fail "this member has lost its data, and the others have it as their master for 60 s" \
        "Nothing was changed. Most machines of redis.machines must run, one of them with data that can take over."
    sleep 1
    master=$(known_master)
done
master=${master:-$first}

# begin_with PATH LINE...: what Redis and Sentinel go on writing themselves, on the disk before they are started.
begin_with() {
    printf '%s\n' "${@:2}" | write_file "$1" redis:redis 640
    sync "$1"
}
if [ ! -s "$role_file" ]; then
    role=("include $settings")
    [ "$master" = "$address" ] || role+=("replicaof $master $port")
    begin_with "$role_file" "${role[@]}"
fi
[ -s "$sentinel_state" ] ||
    begin_with "$sentinel_state" "include $sentinel_settings" "sentinel monitor $cluster $master $port $quorum"
systemctl daemon-reload
for unit in redis-server.service redis-sentinel.service; do
    rm -f "$pending_directory/$unit:restart"
    start_with restart "$unit"
done
