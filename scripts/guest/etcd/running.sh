# shellcheck shell=bash disable=SC2154
# etcd of a database cluster, last part: it takes part, now and at each boot. Where its settings changed it is started anew, one
# member after the other.
# Parameters: name (of the member), revision (of the first part), notify (restart of etcd).
[ "$1" != remove ] || return 0
# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/etcd.sh
if looking; then
    healthy >/dev/null 2>&1 || differs "etcd does not take part in a majority of the cluster"
    settle
    enable_unit etcd.service
    return
fi

# part: waits until this member takes part.
part() {
    local deadline=$((SECONDS + 120))
    until healthy >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || fail "etcd of $name finds no majority of the cluster within 120 s" \
            "$(journalctl --quiet --unit etcd.service --output cat --lines 8 --no-pager)"
        sleep 0.5
    done
}
systemctl is-active --quiet etcd.service || systemctl start --no-block etcd.service
part
settle
part
enable_unit etcd.service
