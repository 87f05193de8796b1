#!/usr/bin/env bash
# What local machines need of this host: refuses what cannot be helped, installs the Debian packages that are missing.
# Takes some hundredths of a second when nothing is missing.
set -euo pipefail
self=$(realpath "$0")
# shellcheck source=scripts/host/lib.sh
source "$(dirname "$self")/lib.sh"

# The file by which a package shows that it is there, and the package.
needed=(
    /usr/bin/mmdebstrap mmdebstrap
    /usr/bin/systemd-nspawn systemd-container
    /usr/sbin/nft nftables
    /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
    /etc/ssl/certs/ca-certificates.crt ca-certificates
    /usr/bin/ssh openssh-client
    /usr/bin/pgrep procps
    /usr/bin/setpriv util-linux
    /bin/ip iproute2
    /bin/findmnt mount
    /usr/bin/awk mawk
)

missing=()
for ((i = 0; i < ${#needed[@]}; i += 2)); do
    [ -e "${needed[i]}" ] || missing+=("${needed[i + 1]}")
done

command -v apt-get >/dev/null || fail "Local machines are made on Debian and Ubuntu, and this is neither." \
    "Use a Debian or Ubuntu machine, or a virtual one."
[ -e /sys/fs/cgroup/cgroup.controllers ] || [ -d /sys/fs/cgroup/systemd ] ||
    fail "No control groups are mounted at /sys/fs/cgroup: a guest's systemd cannot run without." \
        "In a container, run on its host instead, or start it privileged with the host's control groups."

become_root "$self" "$@"

if ! [ -c /dev/loop-control ] && ! modprobe loop 2>/dev/null || ! losetup --find >/dev/null 2>&1; then
    fail "This machine gives no loop device, on which the disks of local machines are made." \
        "Load the kernel's module: modprobe loop. In a container, run on its host instead, or start it privileged."
fi

place=$home
[ -d "$place" ] || place=$(dirname "$place")
room=$(df --output=avail --block-size=1M "$place" | tail -n 1)
[ -d "$home" ] || [ "$room" -ge 4096 ] || fail "$place has $room MiB free; a local machine needs 4096 to start with." "Make room there."

if [ ${#missing[@]} -gt 0 ]; then
    progress "installing ${missing[*]}"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get update && apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"
    } >"$log" 2>&1 </dev/null || {
        tail -n 15 "$log" >&2
        fail "The packages ${missing[*]} could not be installed." "Install them by hand: apt-get install ${missing[*]}"
    }
fi

nft list tables >/dev/null 2>&1 || fail "The kernel of this machine has no nftables, by which guests reach the network." \
    "Use Debian's or Ubuntu's own kernel. In a container, run on its host instead, or start it privileged."
