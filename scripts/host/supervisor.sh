#!/usr/bin/env bash
# Keeps one guest running. Runs from a copy beside the guest, so that the user's project may be moved or removed.
#   supervisor.sh keep MACHINE      starts the guest, again after each reboot, until it is powered off (a host without systemd)
#   supervisor.sh guest MACHINE     becomes the guest's systemd-nspawn; ends with status 133 when the guest reboots
#   supervisor.sh finished MACHINE  gives back what the guest had of the host
#   supervisor.sh clean MACHINE     ends what is left of a guest, and removes its control groups (a host without systemd)
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=scripts/host/lib.sh
source "$here/lib.sh"
# shellcheck source=scripts/host/kernel.sh
source "$here/kernel.sh"
# shellcheck source=scripts/host/network.sh
source "$here/network.sh"
# shellcheck source=scripts/host/loop.sh
source "$here/loop.sh"
# shellcheck source=scripts/host/root.sh
source "$here/root.sh"
action=$1 machine=$2
place=$home/machines/$machine

# A cgroup of its own for each guest: two that share one would stop each other's services. systemd does this where it runs.
own_cgroup() {
    local id controllers directory
    while IFS=: read -r id controllers _; do
        directory=$(cgroup_mount "$id" "$controllers") || continue
        directory+=/science-stacks/$machine
        # Again when the last other guest took what all have in common away with it at this moment.
        wait_until 5 mkdir -p "$directory"
        # A new cpuset is empty, and takes no process before it was given what its parent has.
        if [ -e "$directory/cpuset.cpus" ] && [ "$controllers" = cpuset ]; then
            local file
            for file in cpuset.cpus cpuset.mems; do
                cat "$directory/../../$file" >"$directory/../$file"
                cat "$directory/../$file" >"$directory/$file"
            done
        fi
        echo $$ >"$directory/cgroup.procs"
    done </proc/self/cgroup
}

cgroup_mount() {
    case $1:$2 in
    0:) awk '$9 == "cgroup2" || $(NF - 2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo ;;
    *) awk -v want="${2#name=}" '$(NF - 2) == "cgroup" && $NF ~ "(^|[,=])" want "(,|$)" { print $5; exit }' /proc/self/mountinfo ;;
    esac | grep .
}

# A guest outlives a systemd-nspawn that was killed: all that is in its control groups is ended.
end_all_below() {
    local pids
    pids=$(find "$1" -name cgroup.procs -exec cat {} + | sort -u)
    [ -n "$pids" ] || return 0
    xargs kill -KILL <<<"$pids" 2>/dev/null || : # Some are gone by now.
    return 1
}

remove_cgroup() {
    local directory
    while read -r directory; do
        [ ! -d "$directory/science-stacks/$machine" ] || {
            wait_until 10 end_all_below "$directory/science-stacks/$machine"
            find "$directory/science-stacks/$machine" -depth -type d -exec rmdir {} +
        }
        # Whoever goes last removes what all guests have in common; several may be the last at once.
        rmdir --ignore-fail-on-non-empty "$directory/science-stacks" 2>/dev/null || [ ! -d "$directory/science-stacks" ]
    done < <(awk '$(NF - 2) ~ /^cgroup/ { print $5 }' /proc/self/mountinfo)
}

# The guest asks whom the host asks; a resolver that answers on the host's loopback alone is asked at its source.
write_resolver() {
    local source=/etc/resolv.conf servers
    servers=$(setting "$place/settings" name_servers)
    if [ -n "$servers" ]; then
        tr ' ' '\n' <<<"$servers" | sed 's/^/nameserver /'
        return
    fi
    if ! grep -E '^nameserver' "$source" | grep -vqE ' (127\.|::1)' && [ -e /run/systemd/resolve/resolv.conf ]; then
        source=/run/systemd/resolve/resolv.conf
    fi
    grep -E '^(nameserver|search|options)' "$source" | grep -vE '^nameserver (127\.|::1)'
}

become_guest() {
    local network bind=() init=() disk device
    network=$(setting "$place/settings" network)
    lock "$home"
    ensure_network "$network"
    # Each guest's systemd has ten or so, and the kernel allows all that root runs 128.
    need_kernel_setting fs.inotify.max_user_instances 8192
    # A machine that had this address a moment ago had another hardware address.
    ip neighbour flush to "$(setting "$place/settings" address)" dev "$(bridge_of "$network")"
    : >"$place/loops"
    for disk in "$place"/disks/*; do
        [ -e "$disk" ] || continue
        device=$(loop_for "$home/disks/$(cat "$disk").img")
        printf '%s\n' "$device" >>"$place/loops"
        bind+=("--bind=$device:/dev/science-stacks/$(basename "$disk")")
    done
    unlock "$home"
    mount_root
    rm -f "$place/root/etc/resolv.conf"
    write_resolver >"$place/root/etc/resolv.conf"

    # systemd 256 and later refuse to start below a host of the older cgroup layout unless they are told to.
    [ -e /sys/fs/cgroup/cgroup.controllers ] || init+=(SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1)
    remember "$place/guest" $$
    export SYSTEMD_NSPAWN_TMPFS_TMP=0 # /tmp is on the disk, as on other Debian machines: builds are larger than a part of memory.
    exec systemd-nspawn --quiet --machine="$machine" --directory="$place/root" --boot \
        "$(host_has_systemd && echo --register=yes || echo --register=no)" --keep-unit \
        --network-bridge="$(bridge_of "$network")" --capability=CAP_NET_ADMIN,CAP_SYS_RESOURCE,CAP_IPC_LOCK --system-call-filter=@mount \
        --resolv-conf=off --timezone=off --link-journal=no "${bind[@]}" -- "${init[@]}"
}

# The kernel keeps the network of a guest that was killed, and its port on the bridge, while a connection of it waits for an answer:
# for minutes when who it talked to was killed with it.
end_link() {
    ip link delete "vb-$machine" 2>/dev/null || ! ip link show "vb-$machine" >/dev/null 2>&1
}

finished() {
    local device
    rm -f "$place/guest"
    lock "$home"
    if [ -e "$place/loops" ]; then
        while read -r device; do
            release_loop "$device"
        done <"$place/loops"
        rm "$place/loops"
    fi
    unlock "$home"
    end_link
    # systemd-nspawn leaves it where /run is a disk.
    [ ! -d "/run/systemd/nspawn/propagate/$machine" ] || rmdir "/run/systemd/nspawn/propagate/$machine"
}

keep() {
    local status failures=0 started
    # One alone: who starts a machine may be killed before he has seen that a supervisor runs already.
    exec {supervisor_fd}>>"$place/supervisor"
    flock -w 5 "$supervisor_fd" || return 0
    remember "$place/supervisor" $$
    own_cgroup
    while [ -e "$place/wanted" ]; do
        started=$SECONDS
        status=0
        # Whoever kills this process powers off the guest with it.
        setpriv --pdeathsig TERM bash "$here/supervisor.sh" guest "$machine" {supervisor_fd}>&- || status=$?
        finished
        case $status in
        0) break ;;      # Powered off.
        133) continue ;; # Rebooted.
        esac
        printf 'the guest ended with status %s\n' "$status"
        [ $((SECONDS - started)) -gt 60 ] && failures=0
        failures=$((failures + 1))
        [ "$failures" -lt 5 ] || break
        sleep "$failures"
    done
    [ ! "/proc/self/fd/$supervisor_fd" -ef "$place/supervisor" ] || rm "$place/supervisor"
}

case $action in
keep) keep ;;
guest) become_guest ;;
finished) finished ;;
clean) remove_cgroup ;;
*) fail "supervisor.sh: unknown action $action" ;;
esac
