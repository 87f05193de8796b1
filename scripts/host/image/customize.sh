#!/bin/sh
# Turns a bare Debian into a guest: customize.sh ROOT, called by mmdebstrap when all packages and our files are in.
set -eu
root=$1

chroot "$root" update-ca-certificates >/dev/null
# Made on each machine, or given to it; never shared by all that come from one image.
rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root/etc/resolv.conf"

printf 'LANG=C.UTF-8\n' >"$root/etc/default/locale"
chroot "$root" systemctl --quiet enable systemd-networkd.service ssh.service science-stacks-disks.service
# A guest has no console, and apt must not start on its own in the middle of an installation.
chroot "$root" systemctl --quiet mask console-getty.service getty@.service container-getty@.service
# Builds in /tmp are larger than a part of the memory.
chroot "$root" systemctl --quiet mask tmp.mount
chroot "$root" systemctl --quiet disable apt-daily.timer apt-daily-upgrade.timer
