#!/usr/bin/env bash
# shellcheck disable=SC2154
# A disk of local machines: a sparse file, given to a machine as a block device. It outlives the machine.
#   disk.sh apply       makes the disk when there is none, or lets it grow; prints its size in GiB
#   disk.sh delete      deletes it with all that is on it
#   disk.sh attach      gives it to a machine, now and at each start, as /dev/disk/by-id/science-stacks-<name>
#   disk.sh detach      takes it away: at once, or with the machine's next start when it has it mounted
#   disk.sh list|remove DISK
# Parameters of apply and delete: disk, owner (a token of the state that the disk belongs to), size_gib (apply only);
# snapshot, name (apply only: a new disk begins as the snapshot's disk of this name; empty: blank).
# Parameters of attach and detach: machine, disk, name, owner (attach only). `remove` is delete for people: it asks for no owner.
set -euo pipefail
self=$(realpath "$0")
here=$(dirname "$self")
# shellcheck source=scripts/host/lib.sh
source "$here/lib.sh"
become_root "$self" "$@"
# shellcheck source=scripts/host/loop.sh
source "$here/loop.sh"
# shellcheck source=scripts/host/guest.sh
source "$here/guest.sh"
disks=$home/disks

refuse_other_owner() {
    [ ! -e "$file.owner" ] || [ "$(cat "$file.owner")" = "$owner" ] ||
        fail "This host has a disk $disk already, made by another Pulumi state." \
            "Destroy it from the project or user that made it, or delete it by hand with all that is on it:" \
            "sudo bash scripts/host/disk.sh remove $disk"
}

own() {
    printf '%s\n' "$owner" | write_if_changed "$file.owner" 600 || :
}

apply() {
    local have=0 want room device snapshot='' name=''
    read_parameters disk owner size_gib
    valid_name "$disk"
    [[ $size_gib =~ ^[1-9][0-9]{0,5}$ ]] || fail "A disk of \"$size_gib\" GiB cannot be made." "Give a whole number from 1."
    file=$disks/$disk.img
    lock "$home"
    (umask 077 && mkdir -p "$disks")
    refuse_other_owner
    want=$((size_gib << 30))
    if [ ! -e "$file" ] && [ -n "$snapshot" ]; then
        cp --sparse=always --reflink=auto "$snapshots/$snapshot/disks/$name.img" "$file.partial"
        mv "$file.partial" "$file"
    fi
    [ ! -e "$file" ] || have=$(stat -c %s "$file")
    [ "$want" -ge "$have" ] || fail "The disk $disk has $((have >> 30)) GiB and cannot become smaller ($size_gib GiB)." \
        "Give at least $((have >> 30)) GiB. Nothing was changed."
    if [ "$want" -gt "$have" ]; then
        room=$(df --output=avail --block-size=1 "$disks" | tail -n 1)
        [ $((want - have)) -le "$room" ] || fail "The disk $disk needs $(((want - have) >> 30)) GiB more, and $home has $((room >> 30)) GiB free." \
            "Make room there, or give the disk a smaller size. Nothing was changed."
        truncate --size="$want" "$file"
        chmod 600 "$file"
        device=$(losetup --noheadings --output NAME --associated "$file")
        [ -z "$device" ] || losetup --set-capacity "$device"
    fi
    own
    printf '%s\n' "$size_gib"
}

# A machine that is about to be destroyed may have it open still: the kernel keeps what is open until then.
delete() {
    local entry
    lock "$home"
    for entry in "$home"/machines/*/disks/*; do
        [ ! -e "$entry" ] || [ "$(cat "$entry")" != "$disk" ] || rm "$entry"
    done
    if [ -e "$file" ]; then
        losetup --noheadings --output NAME --associated "$file" | xargs -r -n 1 losetup --detach
    fi
    rm -f "$file" "$file.owner"
    remove_home
}

attach() {
    local device number
    read_parameters machine disk owner name
    place=$home/machines/$machine
    file=$disks/$disk.img
    there
    valid_name "$name"
    refuse_other_owner
    lock "$place"
    mkdir -p "$place/disks"
    # After its machine was made anew, the disk belongs to nobody.
    own
    printf '%s\n' "$disk" | write_if_changed "$place/disks/$name" 600 || :
    guest_runs || return 0
    lock "$home"
    device=$(loop_for "$file")
    grep -qxF "$device" "$place/loops" || printf '%s\n' "$device" >>"$place/loops"
    number=$(stat -c '%Hr:%Lr' "$device")
    # shellcheck disable=SC2016 # Expanded in the guest.
    in_guest /bin/sh -c '
        mkdir -p /dev/science-stacks
        if [ -e "$1" ] && [ "$(stat -c %Hr:%Lr "$1")" != "$2" ]; then
            umount "$1" 2>/dev/null || :
            rm "$1"
        fi
        [ -e "$1" ] || mknod -m 600 "$1" b "${2%:*}" "${2#*:}"
        /usr/local/lib/science-stacks/name-disks' attach "/dev/science-stacks/$name" "$number"
}

detach() {
    local device
    read_parameters machine disk name
    place=$home/machines/$machine
    [ -e "$place/disks/$name" ] || return 0
    lock "$place"
    if guest_runs; then
        # shellcheck disable=SC2016 # Expanded in the guest.
        in_guest /bin/sh -c '
            [ -e "$1" ] || exit 0
            ! grep -q " $(stat -c %Hr:%Lr "$1") " /proc/self/mountinfo || exit 0
            umount "$1" 2>/dev/null || :
            rm -f "$1"
            systemctl stop "science-stacks-disk@$(systemd-escape "${1##*/}").path"
            /usr/local/lib/science-stacks/name-disks' detach "/dev/science-stacks/$name"
    fi
    rm "$place/disks/$name"
    lock "$home"
    if [ -e "$disks/$disk.img" ]; then
        device=$(losetup --noheadings --output NAME --associated "$disks/$disk.img")
        [ -z "$device" ] || release_loop "$device"
    fi
}

case ${1:-} in
apply | attach | detach) "$1" ;;
delete)
    read_parameters disk owner
    file=$disks/$disk.img
    refuse_other_owner
    delete
    ;;
remove)
    disk=$2
    file=$disks/$disk.img
    delete
    ;;
list) [ ! -d "$disks" ] || find "$disks" -name '*.img' -printf '%f\n' | sed 's/\.img$//' ;;
*) fail "disk.sh: unknown action \"${1:-}\"" "Use apply, delete, attach, detach, list or remove." ;;
esac
