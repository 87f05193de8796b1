#!/bin/bash
# shellcheck disable=SC2154 # host_key comes before it
# Makes sshd show the lasting host key, in place of the one that the first boot was given. Does nothing where it is there.
# Parameter: host_key (the private key).
set -euo pipefail
umask 077
# cloud-init starts sshd anew when it sets who may use a password. How it ended is told by the first step.
if command -v cloud-init >/dev/null; then
    cloud-init status --wait </dev/null >/dev/null || [ $? -le 2 ]
fi
path=/etc/ssh/ssh_host_ed25519_key
new=$(mktemp /etc/ssh/.new-host-key.XXXXXX)
trap 'rm -f "$new" "$new.pub"' EXIT
printf '%s\n' "$host_key" >"$new"
ssh-keygen -y -f "$new" >"$new.pub"
if ! cmp --silent "$new.pub" "$path.pub" || ! cmp --silent "$new" "$path"; then
    chmod 644 "$new.pub"
    mv "$new" "$path"
    mv "$new.pub" "$path.pub"
fi
# What else sshd could show would not be pinned.
rm -f /etc/ssh/ssh_host_{rsa,ecdsa,dsa}_key{,.pub}
/usr/sbin/sshd -t
systemctl reload ssh.service
