#!/usr/bin/env bash
# shellcheck disable=SC2154
# The first log-in to a machine whose first boot was given a host key that others may have read: lays the lasting one.
# Takes either of the two and no third, so that a log-in that was cut off is finished by the next.
# Parameters: host, port, user, login_key, first_host_key (public), host_public_key, host_key (private),
# timeout_seconds (a machine that is being made needs minutes).
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=scripts/host/lib.sh
source "$here/lib.sh"

timeout_seconds=600
read_parameters host port user login_key first_host_key host_public_key host_key
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
(umask 077 && printf '%s\n' "$login_key" >"$place/key")

# login KNOWN_HOSTS COMMAND: with what is in the file KNOWN_HOSTS as the only host keys. sshd listens to nobody for a
# moment when it takes a new key.
login() {
    ssh -F none -p "$port" -i "$place/key" -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
        -o UserKnownHostsFile="$place/$1" -o GlobalKnownHostsFile=/dev/null -o HostKeyAlias=machine \
        -o StrictHostKeyChecking=yes -o HostKeyAlgorithms=ssh-ed25519 -o UpdateHostKeys=no \
        -o ConnectTimeout=10 -o ConnectionAttempts=5 -o ServerAliveInterval=15 -o LogLevel=ERROR "$user@$host" "$2"
}

printf 'machine %s\n' "$first_host_key" "$host_public_key" >"$place/either"
printf 'machine %s\n' "$host_public_key" >"$place/lasting"
{
    printf 'host_key=%q\n' "$host_key"
    cat "$here/../guest/aws/host-key.sh"
} >"$place/program"

deadline=$((SECONDS + timeout_seconds))
until login either 'sudo -n bash -s' <"$place/program" >/dev/null 2>"$place/error"; do
    if grep -q 'Host key verification failed\|HOST IDENTIFICATION HAS CHANGED' "$place/error"; then
        fail "$host shows a host key that is not the one it was given: it is another machine, or somebody is in between." \
            "Nothing was sent to it. In its console output (EC2, \"Get system log\") are the keys that it has."
    fi
    [ "$SECONDS" -lt "$deadline" ] ||
        fail "$user@$host, port $port, could not be logged in to within $timeout_seconds s: $(tail -n 3 "$place/error")" \
            "Is this computer in firewall.ssh, or does \`npm run tunnel\` run?"
    sleep 3
done
login lasting true || fail "$host does not show the host key that it was given at the first log-in."
