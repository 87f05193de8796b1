#!/bin/sh
# Puts the machine's new rules on trial: firewall-trial SECONDS. The former come back by themselves after that time, as soon as the
# new ones have refused a log-in, unless the step that keeps the new ones, over a connection of its own, has been let in by then.
set -eu
restore=science-stacks-firewall-restore
# Armed before the rules are loaded, so that whatever ends this program, its connection or the machine's patience is outlived.
systemctl stop "$restore.timer" "$restore.service" 2>/dev/null || : # They are there only while rules are on trial.
systemd-run --quiet --collect --unit="$restore" --on-active="$1" --timer-property=AccuracySec=100ms \
    /usr/local/lib/science-stacks/firewall-restore
: >/run/science-stacks/firewall-on-trial
nft --file /var/lib/science-stacks/firewall/trial.nft
# Counts whom no rule before it lets in. The rules that are kept are without it.
ports=$(sshd -T | sed -n 's/^port //p' | paste -sd ,)
nft add rule inet science_stacks input tcp dport "{ $ports }" ct state new counter comment '"refused log-ins"'
