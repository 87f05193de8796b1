# shellcheck shell=bash disable=SC2154
# The root file system of a guest: unpacked from an image, or a snapshot with the guest's own changes on top of it.
# Sourced; works in $place, with the lock of $place held.

# Whole or not at all: its identity comes last.
has_root() {
    [ -d "$place/root" ] && [ -s "$place/identity" ] && [ "$(cat "$place/release")" = "$release" ]
}

remove_root() {
    rm -f "$place/identity"
    if mountpoint -q "$place/root"; then
        umount "$place/root"
    fi
    rm -rf --one-file-system "$place/root" "$place/root.partial" "$place/snapshot" "$place/changes" "$place/work"
}

unpack() {
    local image=$1
    remove_root
    mkdir "$place/root.partial"
    tar --extract --numeric-owner --xattrs --xattrs-include='*' --file "$image" --directory "$place/root.partial" || {
        rm "$image"
        fail "The image $image could not be unpacked and was removed." "Is there room in $home? Then run the command again."
    }
    mv "$place/root.partial" "$place/root"
    identify
}

# unfold NAME: the root file system of a snapshot. Nothing is copied where the file system can be laid over, as most can.
unfold() {
    local snapshot=$snapshots/$1
    [ -d "$snapshot/root" ] || fail "The snapshot $1 is gone." "npm run ephemeral makes it anew, for a stack of its own."
    remove_root
    mkdir -m 755 "$place/root" "$place/changes"
    mkdir "$place/work"
    printf '%s\n' "$snapshot/root" >"$place/snapshot"
    mount_root 2>/dev/null || {
        rm "$place/snapshot"
        cp --archive --reflink=auto "$snapshot/root/." "$place/root"
    }
    # What a package made for itself, and no step makes again.
    # shellcheck disable=SC2016 # Expanded by the inner shell.
    [ ! -x "$place/root/usr/sbin/make-ssl-cert" ] || unshare --uts sh -c \
        'hostname "$1" && chroot "$2" make-ssl-cert generate-default-snakeoil --force-overwrite' - "$machine" "$place/root" >>"$place/log" 2>&1
    identify
}

identify() {
    random_id >"$place/root/etc/machine-id"
    printf '%s\n' "$release" >"$place/release"
    random_id >"$place/identity"
}

# mount_root: before each use of the root file system, since the host may have been restarted. It is volatile: each file that is
# changed for the first time is not waited for to be on the disk. What begins with a snapshot is there for hours, and made anew
# after a power cut.
mount_root() {
    [ -e "$place/snapshot" ] && ! mountpoint -q "$place/root" || return 0
    rm -rf "$place/work/work/incompat" # The kernel's mark of an earlier mount.
    mount -t overlay -o "volatile,lowerdir=$(cat "$place/snapshot"),upperdir=$place/changes,workdir=$place/work" \
        "science-stacks-${place##*/}" "$place/root"
}
