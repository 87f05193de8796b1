#!/usr/bin/env bash
# shellcheck disable=SC2154
# The wheel of IcePy that fits a guest: ice-py.sh make prints its path; ice-py.sh deliver brings it to a machine.
# A wheel that the configuration names comes first, with a short time limit; else it is built from its source, once, in a
# throw-away root of the guest's own release, with all processors, and kept in the user's cache.
# Parameters: release (debian-12), url and sha256 (of a published wheel, or empty), index_url (a mirror of PyPI, or empty),
# mirror, security_mirror, proxy (as for base-image.sh); for deliver also connection (JSON) and target (a directory).
set -euo pipefail
self=$(realpath "$0")
here=$(dirname "$self")
# shellcheck source=scripts/host/lib.sh
source "$here/lib.sh"
# shellcheck source=scripts/host/archives.sh
source "$here/archives.sh"
umask 022

source=$(realpath "$here/../../offline/ice-py")
[ "${1:-}" != make ] || become_root "$self" "$@"
# shellcheck disable=SC2034 # settings prints them by their names.
url='' sha256='' index_url='' mirror='' security_mirror='' proxy='' connection='' target=''
read_parameters release
# What the wheel is made of: another one is another wheel. Only the Pythons that the patches were written for are taken.
case $release in
debian-12) tag=cp311-cp311 ;;
*) fail "There is no IcePy for the Python of $release: none is published for it, and its source does not compile there." ;;
esac
file=zeroc_ice-3.6.5-$tag-linux_$(uname -m).whl
digest=$({ printf '%s\n' "$release" "$sha256" && cat "$source"/*; } | sha256sum | cut -c1-16)
wheel=$cache/ice-py/$digest/$file

in_root() {
    chroot "$work/root" env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        PIP_CERT=/etc/ssl/certs/ca-certificates.crt ${index_url:+PIP_INDEX_URL="$index_url"} ${proxy:+HTTPS_PROXY="$proxy" HTTP_PROXY="$proxy"} "$@"
}

build() {
    local image
    image=$(settings release mirror security_mirror proxy | bash "$here/base-image.sh")
    mkdir "$work/root"
    tar --extract --file "$image" --directory "$work/root" --numeric-owner --exclude=./dev
    mkdir -p "$work/root/dev" "$work/root/build"
    mknod -m 666 "$work/root/dev/null" c 1 3
    mknod -m 666 "$work/root/dev/urandom" c 1 9
    cp -L /etc/resolv.conf "$work/root/etc/resolv.conf"
    cp "$source"/* "$work/root/build/"
    in_root apt-get --quiet update
    in_root apt-get --quiet --yes --no-install-recommends install g++ libbz2-dev libssl-dev python3-dev python3-pip python3-setuptools python3-wheel
    in_root python3 -m pip download --quiet --no-deps --no-binary :all: --no-build-isolation --require-hashes --dest /build -r /build/requirements.txt
    in_root tar --extract --gzip --directory /build --file /build/zeroc-ice-3.6.5.tar.gz
    in_root nice -n 10 python3 /build/build.py /build/zeroc-ice-3.6.5 /build
    mv "$work/root/build/$file" "$work/$file"
}

make_wheel() {
    if [ -z "$url" ] || ! download "$url" "$sha256" "$work/$file"; then
        progress "building IcePy from its source (some minutes, once; $(nproc) processors)"
        build >"$work/log" 2>&1 || {
            tail -n 15 "$work/log" >&2
            fail "IcePy could not be built." "Are Debian's archive and PyPI reachable? mirrors in the stack's configuration names other addresses."
        }
    fi
    # Root made it, for the user.
    chown -R "$(stat -c %u:%g "$HOME")" "$cache/ice-py"
}

case ${1:-} in
make)
    make_once "$wheel" make_wheel
    printf '%s\n' "$wheel"
    ;;
deliver)
    [ -n "$target" ] || fail "The parameter target is missing."
    log_in
    wheel=$(settings release url sha256 index_url mirror security_mirror proxy | bash "$self" make)
    deliver "$wheel" "$target/$file"
    ;;
*) fail "Say make or deliver." ;;
esac
