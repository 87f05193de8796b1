#!/usr/bin/env bash
# Snapshots of installed machines, which ephemeral stacks begin with; in the user's cache.
#   snapshot.sh make MACHINE NAME  turns a local machine and its disks into the snapshot NAME: the machine is gone then
#   snapshot.sh has NAME           true when the snapshot is there
# NAME is PRODUCT-DIGEST. One of each product is kept, and those that a machine runs on.
set -euo pipefail
self=$(realpath "$0")
here=$(dirname "$self")
# shellcheck source=scripts/host/lib.sh
source "$here/lib.sh"
become_root "$self" "$@"
# shellcheck source=scripts/host/loop.sh
source "$here/loop.sh"
# shellcheck source=scripts/host/kernel.sh
source "$here/kernel.sh"
# shellcheck source=scripts/host/network.sh
source "$here/network.sh"
# shellcheck source=scripts/host/guest.sh
source "$here/guest.sh"
# shellcheck source=scripts/host/root.sh
source "$here/root.sh"

has() {
    [ -d "$snapshots/$1" ] || exit 1
}

make() {
    local machine=$1 name=$2 place=$home/machines/$1 new=$snapshots/$2.partial entry
    there
    lock "$place"
    guest_runs || fail "The machine $machine does not run."
    [ ! -e "$place/snapshot" ] || fail "The machine $machine began with a snapshot itself."
    in_guest bash -c "$(<"$here/../guest/snapshot/forget.sh")"
    stop_guest
    take_network_away "$(setting "$place/settings" network)"

    lock "$snapshots"
    rm -rf "$new"
    mkdir -p "$new/disks"
    # A machine without its root file system is one that has to be made anew, or destroyed.
    rm "$place/identity"
    mv "$place/root" "$new/root"
    for entry in "$place"/disks/*; do
        mv "$home/disks/$(cat "$entry").img" "$new/disks/${entry##*/}.img"
    done
    if [ -d "$snapshots/$name" ]; then
        rm -rf "$new" # Another command was faster.
    else
        mv "$new" "$snapshots/$name"
    fi
    remove_older "$name"
}

remove_older() {
    local other
    for other in "$snapshots/${1%-*}"-*; do
        [ "$other" = "$snapshots/$1" ] || grep -qsF "$other/" "$home"/machines/*/snapshot /proc/self/mountinfo || rm -rf "$other"
    done
}

case ${1:-} in
make | has) "$@" ;;
*) fail "snapshot.sh: unknown action \"${1:-}\"" "Use make or has." ;;
esac
