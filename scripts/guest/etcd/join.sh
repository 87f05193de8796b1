# shellcheck shell=bash disable=SC2154
# etcd of a database cluster, second part, once all members with data have been started: starts it where it has none. A member
# that lost its volume comes to the others as a new one; a cluster is made where nobody has one.
# Parameters: name (of the member), peer_url, names (of all members), revision (of the first part).
begins=/etc/science-stacks/etcd-begins
[ "$1" != remove ] || return 0
if looking; then
    [ -d /data/etcd/member ] || differs "etcd has no data"
    return
fi
# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/etcd.sh

# begin STATE: starts it as a member of a new cluster, or of an existing one. What it waits for is looked at by running.sh.
begin() {
    write_file "$begins" root:root 644 <<<"ETCD_INITIAL_CLUSTER_STATE=$1"
    rm -f "$pending_directory/etcd.service:restart"
    systemctl reset-failed etcd.service
    systemctl start --no-block etcd.service
    changed "started etcd, as a member of a cluster that is $1"
}

if list=$(any member list 2>/dev/null); then
    known=$(awk -F', ' '$3 != "" { print $3 }' <<<"$list" | sort | paste -sd ' ')
    strangers=$(comm -23 <(tr ' ' '\n' <<<"$known") <(printf '%s\n' "${names[@]}" | sort) | paste -sd ' ')
    [ -z "$strangers" ] || fail "the cluster has the members $known, and postgresql.machines names ${names[*]}" \
        "Nothing was changed. A machine is replaced under its name; the number of them stays."
fi
if [ -d /data/etcd/member ]; then
    return 0
elif [ -z "$list" ]; then
    begin new
else
    # Of a member that was not yet started, the list has no client's address; of one that was added, no name either.
    IFS='|' read -r id found client < <(awk -F', ' -v url="$peer_url" '$4 == url { print $1 "|" $3 "|" $5 }' <<<"$list") || :
    if [ -n "${found:-}" ] && [ -z "$client" ]; then
        begin new
        return
    elif [ -n "${id:-}" ] && [ -n "$client" ]; then
        any member remove "$id"
        changed "took $name, which lost its data, out of the cluster"
        id=
    fi
    [ -n "${id:-}" ] || any member add "$name" --peer-urls "$peer_url"
    begin existing
fi
