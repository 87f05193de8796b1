#!/usr/bin/env bash
# Looks what a step would change, and changes nothing: check-step NAME, the step's program on standard input.
# The program is run as ever, in a unit to which all files are read-only and whose systemctl only answers; the functions of
# lib.sh tell what differs. One whose last run failed differs: that may have been another program, of a configuration that was given up,
# and half of it may be left. Prints each difference, further lines of it indented; nothing when all is as the step made it.
set -euo pipefail
umask 077

name=$1
library=/usr/local/lib/science-stacks
mkdir -p "/run/science-stacks/$name"
place=$(mktemp -d "/run/science-stacks/$name/look.XXXXXX")
trap 'rm -rf "$place"' EXIT
cat >"$place/program"
[ "$(tail -n 1 "$place/program")" = "# end of step" ] || {
    echo "$name: the connection broke before the whole step had arrived" >&2
    exit 1
}
exec 9>"/run/science-stacks/$name/lock"
flock --nonblock 9 || {
    echo "$name is at work on this machine" >&2
    exit 1
}

status=0
systemd-run --quiet --collect --wait --pipe --description="science-stacks looks at step $name" \
    --property=RuntimeMaxSec=120 --property=UMask=0022 --property=StandardError=inherit \
    --property=ProtectSystem=strict --property=ReadWritePaths="$place" --property=PrivateTmp=yes --property=ProtectKernelTunables=yes \
    --property=DeviceAllow="block-* r" \
    --setenv=LC_ALL=C.UTF-8 --setenv=HOME=/root --setenv=PYTHONDONTWRITEBYTECODE=1 \
    --setenv=PATH="$library/looking:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    --setenv=STEP_LOOKS=yes --setenv=STEP_CHANGES="$place/changes" --setenv=STEP_ERROR="$place/error" \
    --setenv=PGOPTIONS="-c default_transaction_read_only=on" \
    "$library/execute-program" "$place" apply </dev/null >"$place/log" 2>&1 || status=$?

if [ "$(cat "/run/science-stacks/$name/status" 2>/dev/null || echo 0)" != 0 ]; then
    echo "its last run did not end well"
fi
[ ! -e "$place/changes" ] || head -c 60000 "$place/changes"
if [ -s "$place/error" ]; then
    head -n 1 "$place/error"
    tail -n +2 "$place/error" | head -n 20 | sed 's/^/    /'
elif [ "$status" != 0 ]; then
    # The first thing that it would have changed by other means than those of lib.sh.
    echo "the step cannot be finished without a change:"
    tail -n 3 "$place/log" | cut -c 1-300 | sed 's/^/    /'
fi
