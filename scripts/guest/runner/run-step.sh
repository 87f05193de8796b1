#!/usr/bin/env bash
# Runs one step: run-step NAME ACTION TIMEOUT_SECONDS, the step's program on standard input.
# The program runs as a transient unit of systemd, so that it outlives a dropped connection; a second call waits for it,
# and takes over its result when it was the same program. What the program reports as changed is printed;
# a failure prints its cause, the tail of its output, and where the whole of it is.
set -euo pipefail
umask 077

name=$1 action=$2 timeout=$3
library=/usr/local/lib/science-stacks
run=/run/science-stacks/$name
log=/var/log/science-stacks/$name.log
unit=science-stacks-step-$name.service
mkdir -p "$run" "$(dirname "$log")"

# All of it is read before anything runs: half a program, from a connection that broke, is never run.
program=$(mktemp "$run/program.XXXXXX")
trap 'rm -f "$program"' EXIT
cat >"$program"
[ "$(tail -n 1 "$program")" = "# end of step" ] || {
    echo "$name: the connection broke before the whole step had arrived; nothing was done" >&2
    exit 1
}
digest="$action $(sha256sum <"$program")"

exec 9>"$run/lock"
flock 9

start() {
    rm -f "$run/changes" "$run/error" "$run/status"
    mv "$program" "$run/program"
    printf '%s\n' "$digest" >"$run/digest"
    date +%s >"$run/started"
    [ ! -e "$log" ] || mv "$log" "$log.1"
    # Made here, for root alone: systemd would make it readable by everybody.
    : >"$log"
    systemctl reset-failed "$unit" 2>/dev/null || true # It exists only when an earlier run ended by a signal.
    systemd-run --quiet --collect --unit="$unit" --description="science-stacks step $name" \
        --property=RuntimeMaxSec="$timeout" --property=KillMode=mixed --property=UMask=0022 \
        --property=StandardOutput="truncate:$log" --property=StandardError="append:$log" \
        --setenv=DEBIAN_FRONTEND=noninteractive --setenv=LC_ALL=C.UTF-8 --setenv=HOME=/root \
        --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        --setenv=STEP_CHANGES="$run/changes" --setenv=STEP_ERROR="$run/error" \
        "$library/execute-program" "$run" "$action"
}

main_pid() {
    systemctl show --property=MainPID --value "$unit"
}

# A line now and then keeps the connection alive through a long step.
wait_for_end() {
    local pid
    while pid=$(main_pid) && [ "$pid" != 0 ]; do
        timeout 30 tail -s 0.05 --pid="$pid" -f /dev/null || echo "$name is still running" >&2
    done
}

if [ "$(main_pid)" = 0 ]; then
    start
    wait_for_end
else
    wait_for_end
    if [ "$digest" != "$(cat "$run/digest")" ] || [ "$(cat "$run/status" 2>/dev/null)" != 0 ]; then
        start
        wait_for_end
    fi
fi

status=$(cat "$run/status" 2>/dev/null || echo killed)
if [ "$status" = 0 ]; then
    [ ! -e "$run/changes" ] || tail -c 4000 "$run/changes"
    exit 0
fi

# What it does to programs they tell in many words, or in none.
full_disks() {
    local free place
    for place in / /var /tmp /data /cache; do
        free=$(df --output=avail "$place" 2>/dev/null | tail -n 1) || continue # It is not there.
        [ "$free" -gt 0 ] || df --output=target "$place" | tail -n 1
    done | sort -u | sed 's/.*/  & is full: nothing more can be written there/'
}

seconds=$(($(date +%s) - $(cat "$run/started")))
{
    if [ "$status" = killed ] && [ "$seconds" -ge "$timeout" ]; then
        echo "$name failed on $(hostname) after $seconds s: it took longer than the $timeout s that it has"
    elif [ -s "$run/error" ]; then
        echo "$name failed on $(hostname) after $seconds s: $(head -n 1 "$run/error")"
        tail -n +2 "$run/error" | sed 's/^/  /'
    else
        echo "$name failed on $(hostname) after $seconds s (exit status $status). Its last lines:"
        tail -n 15 "$log" | tail -c 3000 | sed 's/^/  | /'
    fi
    full_disks
    echo "  Full log on the machine: $log"
} >&2
exit 1
