# shellcheck shell=bash disable=SC2154
# Puts new rules on trial: the former come back by themselves after some seconds, unless the next step, over a connection of
# its own, has been let in by then and keeps the new ones. Other tables of the machine are not touched.
# Parameters: trial_seconds, files (the rules on trial, the program that takes them back, with lay_files).
rules=/etc/science-stacks/firewall.nft
trial=/var/lib/science-stacks/firewall/trial.nft
restore=science-stacks-firewall-restore

if [ "$1" = remove ]; then
    remove_files
    return
fi

lay_files
if looking; then
    cmp -s "$trial" "$rules" || differs "$rules does not have the rules that were kept"
    nft list table inet science_stacks >/dev/null 2>&1 || differs "the rules are not loaded"
    return
fi
if cmp -s "$trial" "$rules" && nft list table inet science_stacks >/dev/null 2>&1; then
    return
fi
refused=$(nft --check --file "$trial" 2>&1) || fail "nftables refuses the rules; nothing was changed" "$refused"

# Armed before the rules are loaded, so that whatever ends this step, its connection or the machine's patience is outlived.
systemctl stop "$restore.timer" 2>/dev/null || : # There is one only while rules are on trial.
systemd-run --quiet --collect --unit="$restore" --on-active="$trial_seconds" --timer-property=AccuracySec=100ms \
    /usr/local/lib/science-stacks/firewall-restore
: >/run/science-stacks/firewall-on-trial
nft --file "$trial"
changed "the rules are on trial for $trial_seconds s"
