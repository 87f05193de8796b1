#!/usr/bin/env bash
# shellcheck disable=SC2154,SC2034
# A local machine: a Debian guest of systemd-nspawn with a systemd, an sshd and an address of its own.
#   machine.sh create            makes it, or changes it to its parameters, and starts it; prints {"address":…,"identity":…}
#   machine.sh destroy           removes it; its disks stay
#   machine.sh start|stop|power-cut|status|remove MACHINE
#   machine.sh list
#   machine.sh start-all STACK   starts the machines of a stack that do not run
# Parameters of create: machine, stack, owner (a token of the state that the machine belongs to), release, host_key (the
# private key of sshd), host_public_key, authorized_key; network, address, name_servers, mirror, security_mirror, proxy;
# snapshot (the name of one that snapshot.sh made: what a new machine begins with; empty: the image of the release).
# Parameters of destroy: machine, owner. `remove` is destroy for people: it asks for no owner.
set -euo pipefail
self=$(realpath "$0")
here=$(dirname "$self")
# shellcheck source=scripts/host/lib.sh
source "$here/lib.sh"
become_root "$self" "$@"
# shellcheck source=scripts/host/kernel.sh
source "$here/kernel.sh"
# shellcheck source=scripts/host/network.sh
source "$here/network.sh"
# shellcheck source=scripts/host/guest.sh
source "$here/guest.sh"
# shellcheck source=scripts/host/root.sh
source "$here/root.sh"

refuse_other_owner() {
    local other
    [ -s "$place/settings" ] || return 0
    other=$(setting "$place/settings" owner)
    [ "$other" = "$owner" ] || fail "This host has a local machine $machine already, made by another Pulumi state." \
        "Destroy it from the project or user that made it, or remove it by hand (its disks stay):" \
        "sudo bash scripts/host/machine.sh remove $machine"
}

# Where the guest's own apt looks, when the user has said it; else the image's way, which is the host's.
write_package_sources() {
    local root=$1 suite
    if [ -n "$mirror" ]; then
        suite=$(suite_of "$release")
        printf 'deb %s main\n' "$mirror $suite" "$mirror $suite-updates" "${security_mirror:-${mirror%/}-security} $suite-security" |
            write_if_changed "$root/etc/apt/sources.list" 644 || :
    fi
    if [ -n "$proxy" ]; then
        printf 'Acquire::http::Proxy "%s";\nAcquire::https::Proxy "%s";\n' "$proxy" "$proxy" |
            write_if_changed "$root/etc/apt/apt.conf.d/90science-stacks-proxy" 644 || :
    else
        rm -f "$root/etc/apt/apt.conf.d/90science-stacks-proxy"
    fi
}

# personalise: what makes the guest this one. True when it must be started anew to take it in; sets new_key when sshd must.
personalise() {
    local root=$place/root restart=1 hosts
    (umask 077 && mkdir -p "$root/root/.ssh")
    printf '%s\n' "$host_key" | write_if_changed "$root/etc/ssh/ssh_host_ed25519_key" 600 && new_key=yes
    printf '%s\n' "$host_public_key" | write_if_changed "$root/etc/ssh/ssh_host_ed25519_key.pub" 644 || :
    printf '%s\n' "$authorized_key" | write_if_changed "$root/root/.ssh/authorized_keys" 600 || :
    printf '%s\n' "$machine" | write_if_changed "$root/etc/hostname" 644 && restart=0
    hosts=$(grep -v '# this machine$' "$root/etc/hosts" || :)
    printf '%s\n' "${hosts:-127.0.0.1 localhost}" "$address $machine # this machine" | write_if_changed "$root/etc/hosts" 644 || :
    write_package_sources "$root"
    write_if_changed "$root/etc/systemd/network/10-host0.network" 644 <<END && restart=0
[Match]
Name=host0

[Network]
Address=$address/${network#*/}
Gateway=$(gateway_of "$network")
LinkLocalAddressing=no
IPv6AcceptRA=no
END
    return "$restart"
}

create() {
    local network=10.77.0.0/24 address='' name_servers='' mirror='' security_mirror='' proxy='' snapshot='' image='' before='' new_key=
    read_parameters machine stack owner release host_key host_public_key authorized_key
    valid_name "$machine"
    valid_network "$network"
    place=$home/machines/$machine
    # Refused before anything is touched, and time is spent on an image.
    refuse_other_owner
    [ -e "/sys/class/net/$(bridge_of "$network")" ] || refuse_conflict "$network"
    pick_address "$network" "$machine" "$address" >/dev/null
    has_root || [ -n "$snapshot" ] || image=$(settings release mirror security_mirror proxy | bash "$here/base-image.sh")

    lock "$place"
    refuse_other_owner
    lock "$home"
    address=$(pick_address "$network" "$machine" "$address")
    [ ! -e "$place/settings" ] || before=$(setting "$place/settings" network)
    settings machine stack owner network address name_servers | write_if_changed "$place/settings" 600 || :
    unlock "$home"
    if has_root; then
        mount_root
    else
        stop_guest
        if [ -n "$snapshot" ]; then
            unfold "$snapshot"
        else
            unpack "$image"
        fi
    fi
    if personalise && guest_runs; then
        stop_guest
        [ -z "$before" ] || take_network_away "$before"
    elif [ -n "$new_key" ] && guest_runs; then
        # Nobody who is served notices; sessions that are open go on.
        in_guest /bin/systemctl try-restart ssh.service || stop_guest
    fi
    start_guest
    printf '{"address":"%s","identity":"%s"}\n' "$address" "$(cat "$place/identity")"
}

destroy() {
    [ -d "$place" ] || return 0
    lock "$place"
    local network='' entry
    [ ! -e "$place/settings" ] || network=$(setting "$place/settings" network)
    stop_guest
    findmnt --noheadings --output TARGET --list | awk -v below="$place/" 'index($0, below) == 1' | sort -r | xargs -r -d '\n' umount
    # Disks that are kept belong to nobody from now on: the next machine of this name takes them over.
    for entry in "$place"/disks/*; do
        [ ! -e "$entry" ] || rm -f "$home/disks/$(cat "$entry").img.owner"
    done
    rm -rf --one-file-system "$place"
    [ -z "$network" ] || take_network_away "$network"
    remove_home
}

place=$home/machines/${2:-}
case ${1:-} in
create) create ;;
destroy)
    read_parameters machine owner
    place=$home/machines/$machine
    refuse_other_owner
    destroy
    ;;
remove)
    machine=$2
    destroy
    ;;
start)
    machine=$2
    there
    lock "$place"
    start_guest
    ;;
stop | power-cut)
    machine=$2
    there
    lock "$place"
    case $1 in
    stop) stop_guest ;;
    power-cut) cut_power ;;
    esac
    take_network_away "$(setting "$place/settings" network)"
    ;;
status)
    machine=$2
    there
    guest_runs && echo running || echo stopped
    ;;
list)
    [ ! -d "$home/machines" ] || ls "$home/machines"
    ;;
start-all)
    for settings in "$home"/machines/*/settings; do
        [ -e "$settings" ] && [ "$(setting "$settings" stack)" = "$2" ] || continue
        place=${settings%/settings}
        machine=${place##*/}
        guest_runs || {
            progress "starting the machine $machine"
            lock "$place"
            start_guest
        }
    done
    ;;
*) fail "machine.sh: unknown action \"${1:-}\"" "Use create, destroy, start, stop, power-cut, status, list, remove or start-all." ;;
esac
