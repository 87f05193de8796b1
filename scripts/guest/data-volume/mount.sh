# shellcheck shell=bash disable=SC2154
# Mounts the data volume, now and at each boot: a device by its UUID, or a directory of the machine by a bind mount.
# A file system is made only on a blank device; one that is there is adopted, and grown when the device has grown.
# Removal takes the mount away, and of what is on the volume nothing, unless it is scratch space.
# Parameters: device (or a directory), mount_point, owner (the stack whose data it is), scratch (yes or no).
marker=.science-stacks-owner
unit=$(systemd-escape --path --suffix=mount "$mount_point")
# Written before mke2fs and removed after it: what a power cut leaves in between is ours to format again.
formatting=/var/lib/science-stacks/formatting-$(basename "$device")

if [ "$1" = remove ]; then
    if [ -e "/etc/systemd/system/$unit" ]; then
        if [ "$scratch" = yes ] && mountpoint -q "$mount_point" && [ "$(cat "$mount_point/$marker")" = "$owner" ]; then
            find "$mount_point" -xdev -mindepth 1 ! -path "$mount_point/lost+found" -delete
            changed "emptied $device"
        fi
        systemctl disable --quiet --now "$unit"
        rm "/etc/systemd/system/$unit"
        systemctl daemon-reload
        rmdir --ignore-fail-on-non-empty "$mount_point"
        changed "took $device off $mount_point"
    fi
    return
fi

# look_at DIRECTORY: refuses what is not this stack's.
look_at() {
    local found content
    found=$(cat "$1/$marker" 2>/dev/null) || found=
    # A snapshot's volume belongs to whoever mounts it first.
    [ "$found" != '*' ] || return 0
    content=$(find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)
    if [ -n "$found" ] && [ "$found" != "$owner" ]; then
        problem="$device holds the data of the stack $found, not of $owner"
        advice="Give the volume that belongs to this stack."
    elif [ -z "$found" ] && [ -n "$content" ]; then
        problem="$device holds files that science-stacks has not put there"
        advice="Give a blank volume, or an empty directory."
    fi
}

# lay_mount WHAT TYPE OPTIONS: the unit that mounts the volume, now and at each boot.
lay_mount() {
    wrote=0
    write_file "/etc/systemd/system/$unit" root:root 644 <<UNIT
[Unit]
Description=Data volume

[Mount]
What=$1
Where=$mount_point
Type=$2
Options=$3

# A machine whose volume does not come still boots, so that it can be looked at; what needs the volume waits for it.
[Install]
WantedBy=local-fs.target
UNIT
    [ "$wrote" = 0 ] || systemctl daemon-reload
    mountpoint -q "$mount_point" || mkdir -p "$mount_point"
    enable_unit "$unit"
    printf '%s\n' "$owner" | write_file "$mount_point/$marker" root:root 644
}

if [ ! -e "/etc/systemd/system/$unit" ] && [ -e "$mount_point" ] &&
    { mountpoint -q "$mount_point" || [ -n "$(find "$mount_point" -mindepth 1 -print -quit)" ]; }; then
    fail "$mount_point is the machine's own: a mount, or a directory with files, which the data volume would hide" \
        "Nothing was changed. Mount it, or move it, elsewhere."
fi

problem=
if [[ $device != /dev/* ]]; then
    [ ! -e "$device" ] || look_at "$device"
    [ -z "$problem" ] || fail "$problem" "Nothing was changed. $advice"
    if mountpoint -q "$mount_point" && [ ! "$device" -ef "$mount_point" ]; then
        fail "$mount_point is $(findmnt --noheadings --first-only --output SOURCE --mountpoint "$mount_point"), not $device" \
            "Nothing was changed. What is there stays there: give that one, or take the stack off and move it before."
    fi
    if [ ! -e "$device" ]; then
        mkdir -p "$device"
        changed "made $device"
    fi
    lay_mount "$device" none bind
    return
fi

is_blank() {
    local status=0
    blkid --probe "$device" >/dev/null || status=$?
    # 2 is "nothing found"; anything else that is no success (an ambiguous signature, an I/O error) is not blank.
    [ "$status" = 2 ] && cmp --silent --bytes=1048576 "$device" /dev/zero
}

make_file_system() {
    mkdir -p "$(dirname "$formatting")"
    : >"$formatting"
    sync
    mke2fs -q -F -t ext4 -m 1 "$device"
    sync
    rm "$formatting"
    changed "made an ext4 file system on $device"
}

wait_until 60 test -b "$device"

if ! mountpoint -q "$mount_point"; then
    ! looking || fail "$mount_point is not mounted"
    if is_blank || [ -e "$formatting" ]; then
        make_file_system
    fi
    type=$(blkid --probe --output value --match-tag TYPE "$device") || type=
    [ "$type" = ext4 ] || fail "$device is not blank, and holds ${type:-data without a known file system} where ext4 is expected" \
        "Nothing was changed. Give a blank volume, or one that science-stacks has made."

    look=$(mktemp -d)
    mount -o ro,noload "$device" "$look"
    look_at "$look"
    umount "$look"
    rmdir "$look"
    [ -z "$problem" ] || fail "$problem" "Nothing was changed. $advice"
fi

if looking; then
    : # What the kernel knows of the device is not read anew.
elif command -v udevadm >/dev/null && udevadm control --ping --timeout=1 2>/dev/null; then
    udevadm trigger --settle "$(readlink -f "$device")"
elif systemctl cat science-stacks-disks.service >/dev/null 2>&1; then
    systemctl restart science-stacks-disks.service
fi

uuid=$(blkid --probe --output value --match-tag UUID "$device")
lay_mount "/dev/disk/by-uuid/$uuid" ext4 noatime

# Grows the file system to the size of its device. Where the kernel refuses that while it is mounted (it takes
# CAP_SYS_RESOURCE, which the root of a nested guest may lack), what uses the volume is stopped for the seconds that it takes.
blocks() {
    dumpe2fs -h "$device" 2>/dev/null | sed -n 's/^Block count: *//p'
}
block_size=$(dumpe2fs -h "$device" 2>/dev/null | sed -n 's/^Block size: *//p')
before=$(blocks)
if looking; then
    [ "$before" -ge $(($(blockdev --getsize64 "$device") / block_size)) ] || differs "$device is larger than its file system"
elif [ "$before" -lt $(($(blockdev --getsize64 "$device") / block_size)) ] && ! resize2fs "$device"; then
    mapfile -t users < <(systemctl list-dependencies --reverse --plain "$unit" | sed 's/^ *//' | grep '\.\(service\|mount\)$' |
        while read -r user; do ! systemctl is-active --quiet "$user" || echo "$user"; done)
    systemctl stop "$unit"
    e2fsck -fp "$device"
    resize2fs "$device"
    systemctl start "${users[@]}"
fi
[ "$(blocks)" = "$before" ] || changed "grew the file system of $device to $((block_size * $(blocks) >> 20)) MiB"
