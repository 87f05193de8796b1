# shellcheck shell=bash disable=SC2154
# One of several machines of Redis, first part: its settings; and Redis and Sentinel are started where there is data, as the volume of
# a machine before has: those without any ask those with some (member-join.sh). Changed settings are taken up by the last part, member.sh.
# Removal stops both; the data stays on the volume.
# Parameters: role_file, sentinel_state (what the two write themselves), files (settings, with lay_files), notify (restart of both,
# which is left to the last part).
if [ "$1" = remove ]; then
    # Nothing is left to be restarted.
    # shellcheck disable=SC2034
    notify=()
    end_unit redis-sentinel.service redis-server.service
    remove_files
    return
fi
lay_files
if [ ! -s "$role_file" ] || [ ! -s "$sentinel_state" ]; then
    return 0
fi
for unit in redis-server.service redis-sentinel.service; do
    systemctl is-active --quiet "$unit" && continue
    if looking; then
        differs "$unit does not run"
        continue
    fi
    rm -f "$pending_directory/$unit:restart"
    systemctl daemon-reload
    start_with start "$unit"
done
