#!/usr/bin/env bash
# shellcheck disable=SC2154
# Makes the root file system of a guest as a tar, once, in the user's cache; prints its path.
# Parameters: release (debian-12 or debian-13); mirror, security_mirror (addresses of Debian's archive; empty: Debian's own),
# proxy (empty: what the host's apt uses).
# The name of the tar is a digest of all that goes into it: nothing is made twice, and a change makes a new one.
set -euo pipefail
self=$(realpath "$0")
here=$(dirname "$self")
# shellcheck source=scripts/host/lib.sh
source "$here/lib.sh"
become_root "$self" "$@"
export LC_ALL=C.UTF-8
umask 022

mirror='' security_mirror='' proxy=''
read_parameters release

suite=$(suite_of "$release")

packages=systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,iproute2,nftables,python3,sudo,ca-certificates,e2fsprogs,netbase,procps,kmod
[ -n "$proxy" ] || proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
customize=$here/image/customize.sh
files=$here/image/files

certificates() {
    find /usr/local/share/ca-certificates -name '*.crt' -type f 2>/dev/null | LC_ALL=C sort
}

digest=$({
    printf '%s\n' "$suite" "$packages" "$mirror" "$security_mirror" "$proxy"
    cat "$self" "$customize"
    (cd "$files" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
    certificates | xargs -r -d '\n' cat
} | sha256sum | cut -c1-16)
image=$cache/images/$release-$digest.tar

if [ ! -s "$image" ]; then
    owner=$(stat -c %u:%g "$HOME")
    mkdir -p "$cache/images"
    chown "$owner" "$(dirname "$cache")" "$cache" "$cache/images"
    exec {image_lock}>"$cache/images/.lock"
    flock "$image_lock"
fi
if [ ! -s "$image" ]; then
    room=$(df --output=avail -m "$cache/images" | tail -n 1)
    [ "$room" -ge 2048 ] || fail "$cache has $room MiB free; an image of $release needs 2048." "Make room, or set XDG_CACHE_HOME to a larger disk."
    progress "making the image of $release (half a minute or more, once)"
    find "$cache/images" -maxdepth 1 -name '*.partial*' -delete
    find "$cache/images" -maxdepth 1 -name '*.tar' -mtime +60 -delete # Used last two months ago.
    work=$(mktemp -d)
    trap 'rm -rf "$work" "$image.partial"' EXIT
    mkdir "$work/ca"
    certificates | xargs -r -d '\n' cp -t "$work/ca"

    sources=()
    if [ -n "$mirror" ]; then
        sources+=("deb $mirror $suite main" "deb $mirror $suite-updates main")
        sources+=("deb ${security_mirror:-${mirror%/}-security} $suite-security main")
    fi
    options=(--variant=minbase --format=tar --include="$packages")
    # As in the small images of every distribution: no manuals and translations, but each package's licence.
    options+=(--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*')
    options+=(--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright')
    [ -z "$proxy" ] || options+=(--aptopt="Acquire::http::Proxy \"$proxy\"")
    options+=(--customize-hook="mkdir -p \"\$1/usr/local/share/ca-certificates\" && cp -R '$work/ca/.' \"\$1/usr/local/share/ca-certificates/\"")
    options+=(--customize-hook="cp -R '$files/.' \"\$1/\"" --customize-hook="sh '$customize' \"\$1\"")
    mmdebstrap "${options[@]}" "$suite" "$image.partial" "${sources[@]}" >"$work/log" 2>&1 </dev/null || {
        tail -n 25 "$work/log" >&2
        fail "The image of $release could not be made." \
            "Is Debian's archive reachable? mirrors.apt and mirrors.proxy in the stack's configuration name other addresses."
    }
    chown "$owner" "$image.partial"
    mv "$image.partial" "$image"
fi
touch "$image"
printf '%s\n' "$image"
