# shellcheck shell=bash disable=SC2154
# etcd of a database cluster, first part: its directory and its settings; and it is started where it has data, as the volume
# of a machine before has: those without any ask those with some (join.sh). Its last part is running.sh.
# Removal stops it; the data stays on the volume.
# Parameters: name (of the member), peer_url, files (settings, with lay_files), notify (restart of etcd, which is left to running.sh).
begins=/etc/science-stacks/etcd-begins
if [ "$1" = remove ]; then
    # Nothing is left to be restarted.
    # shellcheck disable=SC2034
    notify=()
    end_unit etcd.service
    remove_file "$begins"
    remove_files
    return
fi
directory=/data/etcd
mountpoint -q /data || fail "/data is not mounted, so etcd's data cannot be on it"
if [ ! -d "$directory" ]; then
    install --directory --owner etcd --group etcd --mode 700 "$directory"
    changed "made $directory"
elif [ "$(stat -c '%U:%G' "$directory")" != etcd:etcd ]; then
    # The number of the user is another one on another machine.
    chown -R etcd:etcd "$directory"
    changed "gave $directory to this machine's user etcd"
fi
lay_files
[ -d "$directory/member" ] || return 0

# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/etcd.sh
# What it began with is in its data.
[ -s "$begins" ] || write_file "$begins" root:root 644 <<<"ETCD_INITIAL_CLUSTER_STATE=existing"
if looking; then
    healthy >/dev/null 2>&1 || differs "etcd does not take part in a majority of the cluster"
    return
fi
if ! systemctl is-active --quiet etcd.service; then
    rm -f "$pending_directory/etcd.service:restart"
    systemctl start --no-block etcd.service
fi
deadline=$((SECONDS + 120))
until healthy >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "etcd of $name has data, and finds no majority of the cluster within 120 s" \
        "Nothing was changed. Most machines of postgresql.machines must run, with their volumes." \
        "$(journalctl --quiet --unit etcd.service --output cat --lines 5 --no-pager)"
    sleep 0.5
done
found=$(own member list | awk -F', ' -v name="$name" '$3 == name { print $4 }')
[ -z "$found" ] || [ "$found" = "$peer_url" ] || fail "the cluster knows $name at $found, and it is at $peer_url now" \
    "Give the machine the address that it had."
