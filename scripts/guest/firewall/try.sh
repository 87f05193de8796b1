# shellcheck shell=bash disable=SC2154
# Puts new rules on trial: the former come back by themselves when those have kept somebody out, unless the next step, over a
# connection of its own, has been let in after some seconds and keeps the new ones. Other tables of the machine are not touched.
# Parameters: trial_seconds, files (the rules on trial, the programs that put them on trial and take them back, with lay_files).
rules=/etc/science-stacks/firewall.nft
trial=/var/lib/science-stacks/firewall/trial.nft

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
/usr/local/lib/science-stacks/firewall-trial "$trial_seconds"
changed "the rules are on trial for $trial_seconds s"
